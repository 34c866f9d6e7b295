//! `DELETE /v1/clients/{ref}`: forgets contacts, places and choices. Messages already sent stay
//! in the books; a STOP stays with its address.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::store::audit::Deed;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;

/// Deletes a client: 204, or 404 when there is none.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = web.store.write().await?;
    if !tx.clients().delete(&reference).await? {
        return Err(Problem::not_found("client", &reference));
    }
    let deed = Deed {
        actor: &caller.actor(),
        action: "client.deleted",
        subject: &reference,
        detail: None,
    };
    tx.audit()
        .append(web.ids.next(), web.clock.now(), &deed)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
