//! `DELETE /v1/clients/{ref}`: forgets contacts, places and choices. Messages already sent stay
//! in the books; a STOP stays with its address.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::web::Web;
use crate::web::auth::keys::{Authorized, ClientsWrite};
use crate::web::problem::Problem;

/// Deletes a client: 204, or 404 when there is none.
pub(crate) async fn delete(
    _caller: Authorized<ClientsWrite>,
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = web.store.write().await?;
    if !tx.clients().delete(&reference).await? {
        return Err(Problem::not_found("client", &reference));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
