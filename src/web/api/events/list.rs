//! `GET /v1/events`: what came in and what became of it, newest first.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::EventId;
use crate::store::events::StoredEvent;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::auth::keys::{Authorized, MessagesRead};
use crate::web::problem::Problem;

/// One page of events.
pub(crate) async fn get(
    _caller: Authorized<MessagesRead>,
    paging: Paging,
    State(web): State<Web>,
) -> Result<Json<Page<Value>>, Problem> {
    let before = paging.after.map(EventId::new);
    let mut tx = web.store.read().await?;
    let events = tx.events().list(before, paging.one_more()).await?;
    Ok(Json(Page::cut(
        events,
        paging,
        |event| event.id.get(),
        |event| show(&event),
    )))
}

fn show(stored: &StoredEvent) -> Value {
    json!({
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
        "data": stored.event.raw,
    })
}
