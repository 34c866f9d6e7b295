//! `DELETE /v1/sources/{name}/dead/{id}`: gives up a record that could not be taken.

use axum::extract::State;
use axum::http::StatusCode;

use crate::web::Web;
use crate::web::actions::dead_letters;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Nobody is told of it: 204, or 404 when there is none.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path((name, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    dead_letters::forget(&web, &caller.actor(), &name, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
