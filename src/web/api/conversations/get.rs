//! `GET /v1/conversations/{id}`: what was written, in order.

use axum::Json;
use axum::extract::State;

use super::{ConversationWithLines, number};
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn get(
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<ConversationWithLines>, Problem> {
    let found = ConversationWithLines::read(&web, number(&id)?).await?;
    Ok(Json(found))
}
