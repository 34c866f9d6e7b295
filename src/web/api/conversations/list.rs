//! `GET /v1/conversations`: in pages, newest first; `?state=` those that are open or closed, `?assigned=`
//! those of a person, or `none` those of nobody.

use axum::Json;
use axum::extract::State;

use super::ToldConversation;
use crate::domain::conversation::ConversationState;
use crate::store::people::conversations::AssignedTo;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["state", "assigned", "limit", "after"];

#[derive(serde::Deserialize)]
pub(crate) struct ConversationFilter {
    state: Option<String>,
    assigned: Option<String>,
}

pub(crate) async fn get(
    paging: Paging,
    Query(asked): Query<ConversationFilter>,
    State(web): State<Web>,
) -> Result<Json<Page<ToldConversation>>, Problem> {
    let state: Option<ConversationState> = match asked.state.as_deref() {
        None => None,
        Some(word) => Some(word.parse().map_err(|_| {
            Problem::field("/state", "`state` is `open` or `closed`; without it, both")
        })?),
    };
    let assigned = match asked.assigned.as_deref() {
        None | Some("") => AssignedTo::Anybody,
        Some("none") => AssignedTo::Nobody,
        Some(email) => AssignedTo::Person(email),
    };
    let before = paging.after.unwrap_or(i64::MAX);
    let mut tx = web.store.read().await?;
    let found = tx
        .conversations()
        .list(state, assigned, before, paging.one_more())
        .await?;
    let promise = &web.console.dialogue.promise;
    Ok(Json(Page::cut(
        found,
        paging,
        |talk| talk.id,
        |talk| ToldConversation::new(talk, promise),
    )))
}
