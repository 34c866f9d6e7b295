//! Request bodies, of programs and of forms: never more than allowed is read, and what is wrong is
//! said as a problem.

use std::error::Error;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::domain::FieldError;
use crate::domain::event::is_json;
use crate::domain::limits::LONG_BODY_BYTES;
use crate::intake::json;
use crate::text::invisible::harmless;
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::serving;

/// One JSON document of at most `Limits::single_bytes`.
pub(in crate::web) struct Json(pub(in crate::web) Value);

impl FromRequest<Web> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        if !is_json(media_type(request.headers())) {
            return Err(Problem::media_type("`application/json`"));
        }
        let body = read(request, web.limits.single_bytes).await?;
        let length = body.len();
        // By way of a tree, which refuses what could be stored but not be read back.
        let parse = move || json::read::<Tree<'_>>(&body).map(|tree| tree.to_value());
        aside(length, parse).await.map(Self)
    }
}

/// The content type as it was sent; empty when there is none.
pub(in crate::web) fn media_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The whole body. What is announced as too large is refused before a byte of it is read.
pub(in crate::web) async fn read(request: Request, limit: usize) -> Result<Bytes, Problem> {
    uncompressed(request.headers())?;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    collect(request.into_body(), limit, announced.unwrap_or(0)).await
}

/// Refuses a compressed body with what to do: read as it is, it would be "no JSON".
pub(in crate::web) fn uncompressed(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = headers.get(header::CONTENT_ENCODING);
    let coding = coding.map_or("identity", |value| value.to_str().unwrap_or("unreadable"));
    if coding.trim().eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content_encoding",
        format!(
            "the body is compressed (`Content-Encoding: {}`); send it as it is, without that header",
            harmless(coding)
        ),
    ))
}

/// Does what takes long with a long body away from the threads that answer everybody else.
pub(in crate::web) async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, FieldError> + Send + 'static,
) -> Result<T, Problem> {
    if bytes < LONG_BODY_BYTES {
        return Ok(work()?);
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The daemon is stopping.
            Err(_) => Err(Problem::away()),
        },
    }
}

async fn collect(body: Body, limit: usize, expected: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    let mut whole = Vec::with_capacity(expected);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| broken_off(&error))?;
        if whole.len() + chunk.len() > limit {
            return Err(Problem::too_large(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// A body that did not come to its end: whether because the peer kept us waiting, or broke it off.
pub(in crate::web) fn broken_off(error: &(dyn Error + 'static)) -> Problem {
    if serving::is_too_slow(error) {
        return Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "the body came too slowly; send it again",
        );
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_broken_off",
        "the body broke off before its end; send it again",
    )
}
