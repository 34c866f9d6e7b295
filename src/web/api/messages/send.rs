//! `POST /v1/messages`: one message from a template to one client, asked for by a program.
//!
//! It becomes an event `message.requested`, so that the gates, the flood guard and the
//! explanation are those of every other message. `Idempotency-Key` makes a repeat harmless.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::domain::event::{Event, MESSAGE_REQUESTED};
use crate::web::Web;
use crate::web::api::body::Json;
use crate::web::auth::keys::{Authorized, MessagesWrite};
use crate::web::problem::Problem;

/// The `source` of events made here.
const SOURCE: &str = "/v1/messages";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Asks for a message: 202 with the event that stands for the request.
pub(crate) async fn post(
    _caller: Authorized<MessagesWrite>,
    State(web): State<Web>,
    headers: HeaderMap,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let id = match headers.get(IDEMPOTENCY_KEY) {
        None => web.ids.next().to_string(),
        Some(key) => key.to_str().map(str::to_owned).map_err(|_| {
            Problem::field(
                "/Idempotency-Key",
                "`Idempotency-Key` holds more than ASCII letters",
            )
        })?,
    };
    let now = web.clock.now();
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": MESSAGE_REQUESTED,
        "subject": body["client"].as_str(),
        "data": body,
    });
    let event = Event::parse(&event, now).map_err(|mut fault| {
        // The caller sent the data alone, and the id as a header.
        if let Some(inside) = fault.pointer.strip_prefix("/data") {
            fault.pointer = inside.to_owned();
        }
        fault
    })?;
    let taken = web.inbox.take([&event], now, &*web.ids).await?;
    if taken.accepted > 0 {
        web.wake.events_stored();
    }
    let answer = json!({
        "accepted": taken.accepted,
        "duplicates": taken.duplicates,
        "event": taken.ids.first(),
    });
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}
