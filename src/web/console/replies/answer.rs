//! `POST /console/replies/{id}/answered`: a person has answered it; who, is written down.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::domain::MessageId;
use crate::domain::role::Right;
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::strictly;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn post(
    State(web): State<Web>,
    Path(id): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let reply = id.parse().map_err(|_| Problem::not_found("reply", &id))?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    // Whoever comes second changes nothing: the first answer stands.
    if tx.replies().answered(reply, &person.email, now).await? {
        let entry = AuditEntry::new(&person.email, "reply.answered", &id);
        web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
    }
    let back = match fields.get("message").parse::<MessageId>() {
        Ok(message) => format!("/console/messages/{message}#replies"),
        Err(_) => "/console/replies".to_owned(),
    };
    Ok(strictly((
        StatusCode::SEE_OTHER,
        [(header::LOCATION, back)],
    )))
}
