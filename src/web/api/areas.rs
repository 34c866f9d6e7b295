//! `GET /v1/areas`: the municipalities and zones that have a shape, in pages, in the order of their file.

use axum::Json;
use axum::extract::State;

use super::page::{Page, Paging};
use crate::store::planning::areas::ListedShape;
use crate::web::Web;
use crate::web::problem::Problem;

/// One page of shapes.
pub(super) async fn get(
    paging: Paging,
    State(web): State<Web>,
) -> Result<Json<Page<ListedShape>>, Problem> {
    let after = paging.after.unwrap_or_default();
    let mut tx = web.store.read().await?;
    let found = tx.areas().list(after, paging.one_more()).await?;
    Ok(Json(Page::cut(
        found,
        paging,
        |shape| shape.id,
        |shape| shape,
    )))
}
