//! `GET /v1/forwardings`: in pages, newest first.

use axum::Json;
use axum::extract::State;

use super::ToldProblem;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;

pub(crate) async fn get(
    paging: Paging,
    State(web): State<Web>,
) -> Result<Json<Page<ToldProblem>>, Problem> {
    let before = paging.after.unwrap_or(i64::MAX);
    let mut tx = web.store.read().await?;
    let found = tx.forwardings().list(before, paging.one_more()).await?;
    Ok(Json(Page::cut(
        found,
        paging,
        |row| row.id,
        ToldProblem::from,
    )))
}
