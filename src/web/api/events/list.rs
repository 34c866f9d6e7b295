//! `GET /v1/events`: what came in and what became of it, newest first. What the events say, word
//! for word, is for keys with `events:read`: notes and variables are personal.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::EventId;
use crate::domain::api_key::Scope;
use crate::store::planning::events::StoredEvent;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;

/// One page of events.
pub(crate) async fn get(
    caller: Caller,
    paging: Paging,
    State(web): State<Web>,
) -> Result<Json<Page<Value>>, Problem> {
    let words = caller.rights().has(Scope::EventsRead);
    let before = paging.after.map(EventId::new);
    let mut tx = web.store.read().await?;
    let events = tx.events().list(before, paging.one_more()).await?;
    Ok(Json(Page::cut(
        events,
        paging,
        |event| event.id.get(),
        |event| show(event, words),
    )))
}

fn show(stored: StoredEvent, words: bool) -> Value {
    let mut shown = json!({
        "event": stored.id,
        "source": stored.event.source,
        "id": stored.event.id,
        "type": stored.event.kind,
        "subject": stored.event.subject,
        "occurred_at": stored.event.occurred_at,
        "received_at": stored.received_at,
        // Where the source's clock was ahead: what it said.
        "claimed_at": stored.event.claimed_at,
        "state": stored.state,
        "detail": stored.detail,
    });
    if words {
        shown["data"] = stored.event.raw;
    }
    shown
}
