//! `GET /v1/messages/{id}`: one message with its attempts, receipts, engagement and why.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::evidence::{evidence_of, read_of};
use crate::domain::{Channel, Tracking};
use crate::insight::explain;
use crate::store::reports::{MessageStory, StoryAttempt, StoryEngagement, StoryReceipt};
use crate::web::Web;
use crate::web::day::date;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn get(
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let missing = || Problem::not_found("message", &id);
    let key = id.parse().map_err(|_| missing())?;
    let mut tx = web.store.read().await?;
    let story = tx.reports().story(key).await?.ok_or_else(missing)?;
    Ok(Json(message(&story)))
}

/// The message as JSON, without address or text.
pub(crate) fn message(story: &MessageStory) -> Value {
    let (message, plan) = (&story.message, &story.plan);
    let (read, read_why) = read_of(story);
    json!({
        "id": message.id,
        "client": message.client_ref,
        "channel": message.channel,
        "state": message.state,
        "reason": message.reason,
        "template": plan.template,
        "version": plan.version,
        "locale": message.locale,
        "lane": message.lane,
        "rule": plan.rule,
        "event": story.event.event_id,
        "created_at": message.created_at,
        "day": date(message.day),
        "tracking": tracking(story),
        "accepted_at": message.accepted_at,
        "final_at": message.final_at,
        "read": read,
        "read_why": read_why,
        // What it would have cost is nobody's cost.
        "price": message.price.filter(|_| message.state.was_taken()),
        "attempts": story.attempts.iter().map(attempt).collect::<Vec<_>>(),
        "receipts": story.receipts.iter().map(receipt).collect::<Vec<_>>(),
        "engagement": story.engagement.iter().map(engagement).collect::<Vec<_>>(),
        "evidence": evidence_of(story),
        "why": explain(story),
    })
}

/// What could be known of this message: whether each figure has it in its whole. Together with
/// state and engagement, all that `/v1/stats` counts.
fn tracking(story: &MessageStory) -> Value {
    let message = &story.message;
    let reading = message.tracking != Tracking::None;
    json!({
        "opens": message.tracking == Tracking::Individual && message.channel == Channel::Email,
        "clicks": reading && story.plan.clicks,
        "reading": reading,
        "delivery": message.reports,
    })
}

fn attempt(attempt: &StoryAttempt) -> Value {
    json!({
        "provider": attempt.provider,
        "began_at": attempt.began_at,
        "finished_at": attempt.finished_at,
        "outcome": attempt.outcome,
        "reference": attempt.reference,
        "stage": attempt.stage,
        "code": attempt.code,
        "detail": attempt.detail,
    })
}

fn receipt(receipt: &StoryReceipt) -> Value {
    json!({
        "provider": receipt.provider,
        "kind": receipt.kind,
        "code": receipt.code,
        "detail": receipt.detail,
        "provider_at": receipt.provider_at,
        "received_at": receipt.received_at,
    })
}

fn engagement(hit: &StoryEngagement) -> Value {
    json!({
        "kind": hit.kind,
        "at": hit.at,
        "verdict": hit.verdict,
        "rule": hit.rule,
        "rules_version": hit.rules_version,
        "url": hit.url,
        // What the client wrote: a reply is there to be read by whoever may read the message.
        "text": hit.detail,
    })
}
