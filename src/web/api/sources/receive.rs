//! `POST /v1/sources/{name}`: what a system posts by itself, in its own JSON.
//!
//! It proves with its source's secret where it comes from, and gets one answer for a wrong proof and
//! for a name that no source has. 202 means stored and safe from a crash, dead letters included: a
//! record that cannot be mapped would not fit the next time either. 503 asks to come again.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use crate::intake::json;
use crate::source::{NotAdmitted, NotReceived, PostedFault};
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::body;
use crate::web::extract::Path;
use crate::web::problem::Problem;

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
) -> Result<(StatusCode, Json<PostTaken>), Problem> {
    let headers = request.headers().clone();
    if !web.sources.may_be_read(&name, header(&headers)) {
        return Err(refused(NotAdmitted::Unproven));
    }
    let body = body::read(request, web.limits.single_bytes).await?;
    let now = web.clock.now();
    let receiver = web.sources.receiver(&name);
    let receiver = receiver.ok_or_else(|| refused(NotAdmitted::Unproven))?;
    let admitted = receiver.admit(header(&headers), &body, now);
    admitted.map_err(refused)?;
    let length = body.len();
    // By way of a tree, which refuses what could be stored but not be read back.
    let parse = move || json::read::<Tree<'_>>(&body).map(|tree| tree.to_value());
    let value = body::aside(length, parse).await?;
    let outcome = receiver.take(value, now).await?;
    if outcome.taken > 0 {
        web.wake.events_stored();
    }
    let answer = PostTaken {
        taken: outcome.taken,
        known: outcome.known,
        dead: outcome.dead,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// The value of a header, by its name.
fn header<'h>(headers: &'h HeaderMap) -> impl Fn(&str) -> Option<&'h [u8]> + Copy {
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
