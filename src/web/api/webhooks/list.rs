//! `GET /v1/webhooks` and `GET /v1/webhooks/{name}`: where they lead, how far they have come, and the last
//! tries. Secrets are shown only when they are made.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::store::feed::{Webhook, WebhookTry};
use crate::web::Web;
use crate::web::actions::webhooks;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

#[derive(Debug, Serialize)]
pub(crate) struct WebhookList {
    items: Vec<WebhookItem>,
}

#[derive(Debug, Serialize)]
struct WebhookItem {
    name: String,
    url: String,
    /// All when there is none.
    types: Vec<String>,
    /// `on`, `failing`, `off` or `given_up`.
    state: &'static str,
    /// The number of the last entry that is done with.
    cursor: String,
    failing_since: Option<Timestamp>,
    next_at: Timestamp,
    created_at: Timestamp,
    changed_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub(crate) struct WebhookDetail {
    #[serde(flatten)]
    item: WebhookItem,
    tries: Vec<TryItem>,
}

#[derive(Debug, Serialize)]
struct TryItem {
    id: String,
    at: Timestamp,
    took_ms: i64,
    status: Option<i64>,
    fault: Option<String>,
}

impl From<Webhook> for WebhookItem {
    fn from(webhook: Webhook) -> Self {
        Self {
            state: webhooks::state(&webhook),
            types: webhook
                .types
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            cursor: webhook.cursor.to_string(),
            name: webhook.name,
            url: webhook.url,
            failing_since: webhook.failing_since,
            next_at: webhook.next_at,
            created_at: webhook.created_at,
            changed_at: webhook.changed_at,
        }
    }
}

impl From<WebhookTry> for TryItem {
    fn from(tried: WebhookTry) -> Self {
        Self {
            id: tried.number.to_string(),
            at: tried.at,
            took_ms: tried.took_ms,
            status: tried.status,
            fault: tried.fault,
        }
    }
}

/// All of them, by name.
pub(crate) async fn get(State(web): State<Web>) -> Result<Json<WebhookList>, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.webhooks().list().await?;
    let items = found.into_iter().map(WebhookItem::from).collect();
    Ok(Json(WebhookList { items }))
}

/// One, with its last tries.
pub(crate) async fn one(
    State(web): State<Web>,
    Path(name): Path<String>,
) -> Result<Json<WebhookDetail>, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.webhooks().lookup(&name).await?;
    let found = found.ok_or_else(|| Problem::not_found("webhook", &name))?;
    let tries = tx.webhooks().tries(&name).await?;
    Ok(Json(WebhookDetail {
        item: found.into(),
        tries: tries.into_iter().map(TryItem::from).collect(),
    }))
}
