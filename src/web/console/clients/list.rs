//! `GET /console/clients`: all of them, or those who are found by name, reference, place or address.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::store::reports::ClientSummary;
use crate::web::console::search;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, in_path, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClientsQuery {
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/clients.html")]
struct ClientsPage {
    frame: Frame,
    q: String,
    rows: Vec<(String, ClientSummary)>,
    next: Option<String>,
    /// The store has clients, though none was found.
    some: bool,
}

pub(crate) async fn get(
    visit: Visit,
    Query(ClientsQuery { q, after }): Query<ClientsQuery>,
) -> Result<Response, Problem> {
    let after = after.parse().unwrap_or(0);
    let mut tx = visit.web.store.read().await?;
    let typed = q.trim();
    let address = search::address(&visit.web, typed);
    let mut rows = tx
        .reports()
        .clients(typed, address.as_deref(), after, list::PAGE)
        .await?;
    let towns = rows.iter_mut().filter_map(|row| row.municipality.as_mut());
    let towns = towns.collect();
    tx.areas().name_in_place(towns).await?;
    let some = !rows.is_empty() || !tx.reports().clients("", None, 0, 1).await?.is_empty();
    drop(tx);
    let next = list::next(&rows, |row| row.id);
    let with_path = |row: ClientSummary| (in_path(&row.client), row);
    Ok(shell::page(&ClientsPage {
        frame: visit
            .frame(ConsolePart::Clients, visit.words().say("clients-title"))
            .await?,
        next: next.map(|last| format!("/console/clients?q={}&after={last}", in_path(&q))),
        q,
        some,
        rows: rows.into_iter().map(with_path).collect(),
    }))
}
