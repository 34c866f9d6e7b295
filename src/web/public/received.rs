//! `POST /s/{token}/received`: a body says that it has the list of cases that stand still with it, or of
//! problems that were passed on to it. Until somebody does, it is sent once more and the console shows it.

use axum::extract::State;
use axum::response::Response;

use super::answer::{back, keep};
use super::phrases::Confirmation;
use super::refusal::{self, Refusal, message_of};
use super::visitor::Visitor;
use crate::domain::event::{BODY_FORWARDED, BODY_STALLED, BodyList, BodyReport};
use crate::domain::{EngagementKind, MessageId};
use crate::store::reports::status_page::NotifiedMessage;
use crate::web::Web;
use crate::web::request::extract::Path;

/// "We have this list."
pub(super) async fn confirm(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let kept = match message_of(&web, &token, visitor) {
        Ok(message) => acknowledge(&web, message).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, kept.map(|()| Confirmation::Received))
}

async fn acknowledge(web: &Web, message: MessageId) -> Result<(), Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let now = web.clock.now();
    if let Some(report) = report_of(&told) {
        let mut bodies = tx.bodies();
        bodies
            .acknowledge(&report.list.body, report.list.number, now)
            .await?;
    } else {
        let list = forwarding_of(&told).ok_or(Refusal::Nothing)?;
        let mut forwardings = tx.forwardings();
        forwardings
            .acknowledge(&list.body, list.number, now)
            .await?;
    }
    tx.commit().await?;
    keep(web, message, EngagementKind::Confirmed, None, 1).await?;
    Ok(())
}

/// The list of cases that a message is about, if it is about one.
pub(super) fn report_of(told: &NotifiedMessage) -> Option<BodyReport> {
    let is_report = told.event_type == BODY_STALLED;
    is_report.then(|| BodyReport::parse(&told.data).ok())?
}

/// The list of problems that a message is about, if it is about one.
pub(super) fn forwarding_of(told: &NotifiedMessage) -> Option<BodyList> {
    let is_list = told.event_type == BODY_FORWARDED;
    is_list.then(|| BodyList::parse(&told.data).ok())?
}
