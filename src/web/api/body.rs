//! Request bodies: never more than allowed is read, and what is wrong is said as a problem.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use serde_json::Value;

use crate::domain::event::is_json;
use crate::domain::tree::Tree;
use crate::source::json;
use crate::web::Web;
use crate::web::problem::Problem;

/// One JSON document of at most `Limits::single_bytes`.
pub(super) struct Json(pub(super) Value);

impl FromRequest<Web> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        if !is_json(media_type(request.headers())) {
            return Err(Problem::media_type("`application/json`"));
        }
        let body = read(request, web.limits.single_bytes).await?;
        // By way of a tree, which refuses what could be stored but not be read back.
        Ok(Self(json::read::<Tree<'_>>(&body)?.to_value()))
    }
}

/// The content type as it was sent; empty when there is none.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The whole body. What is announced as too large is refused before a byte of it is read.
pub(super) async fn read(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    collect(request.into_body(), limit, announced.unwrap_or(0)).await
}

async fn collect(body: Body, limit: usize, expected: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    let mut whole = Vec::with_capacity(expected);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| broken_off())?;
        if whole.len() + chunk.len() > limit {
            return Err(Problem::too_large(limit));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_broken_off",
        "the body broke off before its end; send it again",
    )
}
