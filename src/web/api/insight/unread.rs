//! `GET /v1/insight/unread`: clients who read nothing of what reached them in the last half year,
//! though it would be known, in pages. Counted once a day; addresses are not among it.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::limits::UNREAD_MESSAGES;
use crate::store::insight::unread::UnreadClient;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["messages", "municipality", "limit", "after"];

/// Who is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct UnreadAsk {
    /// At least so many messages.
    messages: Option<String>,
    municipality: Option<String>,
}

/// One page of clients.
pub(crate) async fn get(
    paging: Paging,
    Query(ask): Query<UnreadAsk>,
    State(web): State<Web>,
) -> Result<Json<Page<Value>>, Problem> {
    let few = match ask.messages.as_deref().map(str::parse::<i64>) {
        None => UNREAD_MESSAGES,
        Some(Ok(few)) if few >= UNREAD_MESSAGES => few,
        Some(_) => {
            let detail = format!("`messages` is a number from {UNREAD_MESSAGES} on");
            return Err(Problem::field("/messages", detail));
        }
    };
    let (after, limit) = (paging.after.unwrap_or(0), paging.one_more());
    let mut tx = web.store.read().await?;
    let municipality = ask.municipality.as_deref();
    let found = tx.unread().list(after, limit, few, municipality).await?;
    let show = |row: UnreadClient| {
        json!({"client": row.client, "municipality": row.municipality,
            "messages": row.messages, "since": row.since.to_string()})
    };
    Ok(Json(Page::cut(found, paging, |row| row.id, show)))
}
