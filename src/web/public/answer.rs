//! `POST /s/{token}/read` and `/reply`: the client's own word, kept before it is confirmed.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::again::{AskedAgain, cleaned, is_longer};
use super::phrases::Confirmation;
use super::refusal::{self, Refusal, message_of};
use super::visitor::Visitor;
use super::{page, status};
use crate::domain::limits::{LONGEST_REPLY, MOST_REPLIES};
use crate::domain::{EngagementKind, MessageId, Verdict};
use crate::store::messages::engagement::NewEngagement;
use crate::web::Web;
use crate::web::request::extract::{Form, Path};

#[derive(Debug, serde::Deserialize)]
pub(super) struct ReplyForm {
    #[serde(default)]
    text: String,
}

/// "I have read this."
pub(super) async fn read(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let kept = match message_of(&web, &token, visitor) {
        Ok(message) => keep(&web, message, EngagementKind::Confirmed, None, 1).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, kept.map(|_| Confirmation::Read))
}

/// "I still need help", in the client's own words. What is too long is not cut: it is asked for again.
pub(super) async fn reply(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(reply): Form<ReplyForm>,
) -> Response {
    let text = cleaned(&reply.text);
    if is_longer(&text, LONGEST_REPLY) {
        return match message_of(&web, &token, visitor) {
            Ok(_) => status::ask_again(&web, &token, AskedAgain::reply(&text)).await,
            Err(refusal) => refusal.shown(),
        };
    }
    // An empty box says at least that the message was read.
    let (kind, text, most) = if text.is_empty() {
        (EngagementKind::Confirmed, None, 1)
    } else {
        (EngagementKind::Replied, Some(text), MOST_REPLIES)
    };
    let kept = match message_of(&web, &token, visitor) {
        Ok(message) => keep(&web, message, kind, text, most).await,
        Err(refusal) => Err(refusal),
    };
    let done = |kept| match (kind, kept) {
        (EngagementKind::Confirmed, _) => Confirmation::Read,
        (_, true) => Confirmation::Replied,
        (_, false) => Confirmation::Enough,
    };
    back(&token, kept.map(done))
}

/// Back to the page, which says what was done. A reload then repeats nothing.
pub(super) fn back(token: &str, done: Result<Confirmation, Refusal>) -> Response {
    back_with(token, done, "")
}

/// The same with more for the page to show, as the rest of its address.
pub(super) fn back_with(token: &str, done: Result<Confirmation, Refusal>, rest: &str) -> Response {
    match done {
        Ok(done) => {
            // Relative, so that it also works where the daemon is published under a path.
            let location = format!("../{token}?done={}{rest}", done.word());
            page::guarded((StatusCode::SEE_OTHER, [(header::LOCATION, location)]))
        }
        Err(refusal) => refusal.shown(),
    }
}

/// True when it was kept, false when there are `most` of this kind already.
pub(super) async fn keep(
    web: &Web,
    message: MessageId,
    kind: EngagementKind,
    detail: Option<String>,
    most: i64,
) -> Result<bool, Refusal> {
    let mut tx = web.store.write().await?;
    refusal::told(&mut tx, message).await?;
    if tx.engagement().count(message, kind).await? >= most {
        return Ok(false);
    }
    let now = web.clock.now();
    let act = NewEngagement {
        message,
        kind,
        verdict: Verdict::Human,
        grounds: "pressed a button on the status page",
        link: None,
        detail,
        at: now,
    };
    tx.engagement().record(&[act], &[], &*web.ids).await?;
    tx.receipts(web.track.horizon)
        .proven(&[message], now)
        .await?;
    tx.commit().await?;
    Ok(true)
}
