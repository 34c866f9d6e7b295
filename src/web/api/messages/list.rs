//! `GET /v1/messages`: newest first, filtered, by key.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::{MessageId, MessageState};
use crate::store::reports::{MessageFilter, MessageRow};
use crate::web::Web;
use crate::web::auth::keys::{Authorized, MessagesRead};
use crate::web::problem::Problem;

/// What may be asked.
#[derive(Debug, Deserialize)]
pub struct Ask {
    client: Option<String>,
    event: Option<String>,
    incident: Option<String>,
    case: Option<String>,
    state: Option<String>,
    template: Option<String>,
    /// At most 500; 100 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Answers `{"items":[..],"next":"cursor"|null}`. A page can be short and still have a `next`.
pub async fn list(
    _caller: Authorized<MessagesRead>,
    State(web): State<Web>,
    Query(ask): Query<Ask>,
) -> Result<Json<Value>, Problem> {
    let after = ask.after.as_deref().map(cursor).transpose()?;
    let limit = ask.limit.unwrap_or(100).clamp(1, 500);
    let filter = MessageFilter {
        state: ask.state.as_deref().map(state).transpose()?,
        client: ask.client,
        event: ask.event,
        incident: ask.incident,
        case: ask.case,
        channel: None,
        template: ask.template,
    };
    let page = web
        .store
        .read()
        .await?
        .reports()
        .messages(&filter, after, limit)
        .await?;
    let items: Vec<Value> = page.items.iter().map(item).collect();
    Ok(Json(json!({ "items": items, "next": page.next })))
}

fn cursor(text: &str) -> Result<MessageId, Problem> {
    text.parse().map_err(|_| {
        Problem::field(
            "/after",
            format!("`after` is `{text}`; give the `next` of the page before"),
        )
    })
}

fn state(word: &str) -> Result<MessageState, Problem> {
    word.parse()
        .map_err(|error: crate::domain::UnknownWord| Problem::field("/state", error.to_string()))
}

fn item(row: &MessageRow) -> Value {
    json!({
        "id": row.id,
        "client": row.client_ref,
        "channel": row.channel,
        "state": row.state,
        "reason": row.reason,
        "template": row.template,
        "version": row.version,
        "locale": row.locale,
        "lane": row.lane,
        "event": row.event_id,
        "created_at": row.created_at,
    })
}
