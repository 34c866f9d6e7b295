//! `GET /v1/clients`: clients in pages; `?search=` finds a reference, an address, a supply point, or words
//! of the name by their beginnings.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::domain::ClientId;
use crate::intake::client;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["search", "limit", "after"];

/// What is looked for.
#[derive(serde::Deserialize)]
pub(crate) struct Search {
    search: Option<String>,
}

/// One page of clients.
pub(crate) async fn get(
    paging: Paging,
    Query(Search { search }): Query<Search>,
    State(web): State<Web>,
) -> Result<Json<Page<Value>>, Problem> {
    let after = paging.after.map(ClientId::new);
    let search = search.as_deref().filter(|text| !text.trim().is_empty());
    let mut tx = web.store.read().await?;
    let clients = tx.clients().list(after, paging.one_more(), search).await?;
    let show =
        |record: crate::store::people::clients::ClientRecord| client::describe(&record.client);
    Ok(Json(Page::cut(
        clients,
        paging,
        |record| record.id.get(),
        show,
    )))
}
