//! `POST /v1/sources/{name}`: what a system posts by itself, in its own JSON.
//!
//! It proves with its source's secret where it comes from, and gets one answer for a wrong proof and
//! for a name that no source has. 202 means stored and safe from a crash, dead letters included: a
//! record that cannot be mapped would not fit the next time either. 503 asks to come again.
//!
//! A secret is seen in the headers; a signature only with the body, which is read within a room that
//! all such requests share (`web::unproven`): whoever has no secret cannot fill the memory.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::intake::json;
use crate::source::{HeaderProof, NotAdmitted, NotReceived, PostedFault};
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::body;
use crate::web::request::extract::Path;
use crate::web::request::unproven::CROWDED;

/// What became of the records of a request.
#[derive(Debug, serde::Serialize)]
pub(crate) struct PostTaken {
    taken: usize,
    known: usize,
    /// Kept until a person has seen to them.
    dead: usize,
}

/// Takes what is posted: 202 when it is stored.
pub(crate) async fn post(
    State(web): State<Web>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match take(&web, &name, request).await {
        Ok(taken) => (StatusCode::ACCEPTED, Json(taken)).into_response(),
        Err(problem) => {
            let closes = problem.code == CROWDED;
            let mut response = problem.into_response();
            if closes {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            response
        }
    }
}

async fn take(web: &Web, name: &str, request: Request) -> Result<PostTaken, Problem> {
    let headers = request.headers().clone();
    let header = value_in(&headers);
    let limit = web.limits.single_bytes;
    let (body, room) = match web.sources.weighed(name, header) {
        HeaderProof::Whole => (body::read(request, limit).await?, None),
        HeaderProof::NeedsBody => {
            let (body, room) = web.door.unproven.read(request, limit).await?;
            (body, Some(room))
        }
        HeaderProof::Missing => return Err(refused(NotAdmitted::Unproven)),
    };
    let now = web.clock.now();
    let admitted = web.sources.admitted(name, header, &body, now);
    let receiver = admitted.map_err(refused)?;
    // From here on it is known whose it is.
    drop(room);
    let length = body.len();
    // By way of a tree, which refuses what could be stored but not be read back.
    let parse = move || json::read::<Tree<'_>>(&body).map(|tree| tree.to_value());
    let value = body::aside(length, parse).await?;
    let outcome = receiver.take(value, now).await?;
    if outcome.taken > 0 {
        web.wake.events_stored();
    }
    Ok(PostTaken {
        taken: outcome.taken,
        known: outcome.known,
        dead: outcome.dead,
    })
}

/// The value of a header, by its name.
fn value_in<'h>(headers: &'h HeaderMap) -> impl Fn(&str) -> Option<&'h [u8]> + Copy {
    move |name: &str| headers.get(name).map(HeaderValue::as_bytes)
}

fn refused(why: NotAdmitted) -> Problem {
    let (code, detail) = match why {
        NotAdmitted::Unproven => (
            "not_admitted",
            "send the secret of this source as `Authorization: Bearer SECRET`, or sign the body as \
             its settings say",
        ),
        NotAdmitted::Stale => (
            "stale_signature",
            "the signature is right, but its time is too far from now; send the request anew, or set \
             the clock",
        ),
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
}

impl From<NotReceived> for Problem {
    fn from(error: NotReceived) -> Self {
        match error {
            NotReceived::Posted(PostedFault::Unfit(fault)) => fault.into(),
            NotReceived::Posted(PostedFault::TooMuch(fault)) => Self {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                code: "too_large",
                ..fault.into()
            },
            full @ NotReceived::Full => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "dead_letters_full",
                full.to_string(),
            ),
            NotReceived::Store(error) => error.into(),
        }
    }
}
