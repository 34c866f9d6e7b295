//! `POST /console/messages/{id}/evidence`: a receipt or an act of a reader is wrong, and why.

use axum::response::{Redirect, Response};

use crate::domain::MessageId;
use crate::domain::role::Right;
use crate::web::actions::evidence;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn post(
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::CorrectEvidence)?;
    let message: MessageId = id.parse().map_err(|_| Problem::not_found("message", &id))?;
    let (which, reason) = (fields.get("evidence"), fields.get("reason"));
    evidence::invalidate(&visit.web, &person.email, message, which, reason).await?;
    Ok(strictly(Redirect::to(&format!(
        "/console/messages/{message}"
    ))))
}
