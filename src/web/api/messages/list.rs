//! `GET /v1/messages`: newest first, filtered, by key.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::MessageId;
use crate::store::reports::{MessageFilter, MessageRow};
use crate::web::Web;
use crate::web::api::page::Paging;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;
use crate::web::request::query::known;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &[
    "client", "event", "incident", "case", "state", "template", "limit", "after",
];

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    client: Option<String>,
    event: Option<String>,
    incident: Option<String>,
    case: Option<String>,
    state: Option<String>,
    template: Option<String>,
}

/// One page. It can be short, even empty, and still have a `next`: a rare state is looked for
/// in a bounded number of messages at a time.
pub(crate) async fn get(
    paging: Paging,
    Query(asked): Query<ListQuery>,
    State(web): State<Web>,
) -> Result<Json<Value>, Problem> {
    let filter = MessageFilter {
        state: known("state", asked.state.as_deref())?,
        client: asked.client,
        event: asked.event,
        incident: asked.incident,
        case: asked.case,
        channel: None,
        template: asked.template,
    };
    let after = paging.after.map(MessageId::new);
    let mut tx = web.store.read().await?;
    let page = tx.reports().messages(&filter, after, paging.limit).await?;
    let items: Vec<Value> = page.items.iter().map(item).collect();
    Ok(Json(json!({ "items": items, "next": page.next })))
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
