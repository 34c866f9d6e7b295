//! `POST /v1/forwardings`: passes a problem on that a client reported in a conversation, or as an answer to a
//! message. Answers 202: it goes with the next mail to the body.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::domain::fields::Fields;
use crate::domain::forwarding::ProblemKind;
use crate::domain::limits::REFERENCE;
use crate::domain::{FieldError, MessageId};
use crate::web::Web;
use crate::web::actions::forwarding::{ChosenForwarding, ReportedAt, forward};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;

pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let fields = Fields::of(&body, "")?;
    fields.only(&["conversation", "message", "body", "problem", "text"])?;
    let at = at(&fields)?;
    let name = fields.reference("body", REFERENCE)?;
    let problem = fields.parsed_if::<ProblemKind>("problem")?;
    let by = caller.actor();
    let chosen = ChosenForwarding {
        by: &by,
        body: &name,
        problem: problem.ok_or_else(|| fields.missing("problem"))?,
        words: fields.text_if("text")?,
    };
    if let Some(fault) = forward(&web, at, &chosen).await? {
        return Err(fault.problem());
    }
    let answer = json!({ "body": name, "problem": chosen.problem });
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}

/// One way of saying where, and no two.
fn at(fields: &Fields<'_>) -> Result<ReportedAt, FieldError> {
    let conversation = fields.parsed_if::<i64>("conversation")?;
    let message = fields.parsed_if::<MessageId>("message")?;
    match (conversation, message) {
        (Some(id), None) => Ok(ReportedAt::Conversation(id)),
        (None, Some(message)) => Ok(ReportedAt::Message(message)),
        _ => Err(fields.fault(
            "conversation",
            "write where it was reported, in one way: `conversation` or `message`",
        )),
    }
}
