//! `DELETE /v1/webhooks/{name}`: nothing more is sent there.

use axum::extract::State;
use axum::http::StatusCode;

use crate::web::Web;
use crate::web::actions::webhooks;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// 204, or 404 when there is none.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    webhooks::remove(&web, &caller.actor(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
