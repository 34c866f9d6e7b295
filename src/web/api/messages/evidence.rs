//! `POST /v1/messages/{id}/evidence/{evidence}:invalidate`: a receipt or an act of a reader is wrong. It
//! stays with its mark, counts no more, and the message stands where the rest leaves it. Answers with the
//! message. A repeat is 409.

use axum::extract::State;
use serde_json::{Value, json};

use super::get::message;
use crate::domain::fields::Fields;
use crate::domain::{FieldError, MessageId};
use crate::insight::read_status;
use crate::store::reports::{EvidenceMark, MessageStory, StoryEngagement, StoryReceipt};
use crate::web::Web;
use crate::web::actions::evidence;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// The verb, as the path ends.
const VERB: &str = ":invalidate";

pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Path((id, path)): Path<(String, String)>,
    Json(body): Json,
) -> Result<axum::Json<Value>, Problem> {
    let missing = || Problem::not_found("evidence", path.trim_end_matches(VERB));
    let which = path.strip_suffix(VERB).ok_or_else(missing)?;
    let key: MessageId = id.parse().map_err(|_| Problem::not_found("message", &id))?;
    let reason = reason(&body)
        .map_err(|fault| Problem::unprocessable("invalid_field", fault.pointer, fault.detail))?;
    evidence::invalidate(&web, &caller.actor(), key, which, &reason).await?;
    let mut tx = web.store.read().await?;
    let story = tx.reports().story(key).await?;
    let story = story.ok_or_else(|| Problem::not_found("message", &id))?;
    Ok(axum::Json(message(&story)))
}

fn reason(body: &Value) -> Result<String, FieldError> {
    let fields = Fields::of(body, "")?;
    fields.only(&["reason"])?;
    Ok(fields.text_if("reason")?.unwrap_or_default().to_owned())
}

/// Everything that was heard of the message, by when it was heard: what does not count any more, too.
pub(super) fn evidence_of(story: &MessageStory) -> Vec<Value> {
    let receipts = story
        .receipts
        .iter()
        .map(|one| (one.received_at, receipt(one)));
    let acts = story.engagement.iter().map(|one| (one.at, act(one)));
    let mut heard: Vec<_> = receipts.chain(acts).collect();
    heard.sort_by_key(|(at, _)| *at);
    heard.into_iter().map(|(_, value)| value).collect()
}

/// Whether it was read, and why that is said.
pub(super) fn read_of(story: &MessageStory) -> (&'static str, &'static str) {
    let (status, why) = read_status(story);
    (status.as_str(), why.as_str())
}

fn receipt(receipt: &StoryReceipt) -> Value {
    json!({
        "id": receipt.id.to_string(),
        "what": "receipt",
        "from": receipt.provider,
        "says": receipt.kind,
        "at": receipt.provider_at,
        "heard_at": receipt.received_at,
        "verdict": null,
        "invalidated": mark(receipt.wrong.as_ref()),
    })
}

fn act(hit: &StoryEngagement) -> Value {
    json!({
        "id": hit.id.to_string(),
        "what": "act",
        "from": "reader",
        "says": hit.kind,
        "at": hit.at,
        "heard_at": hit.at,
        "verdict": hit.verdict,
        "invalidated": mark(hit.wrong.as_ref()),
    })
}

fn mark(mark: Option<&EvidenceMark>) -> Value {
    mark.map_or(
        Value::Null,
        |mark| json!({ "at": mark.at, "by": mark.by, "reason": mark.reason }),
    )
}
