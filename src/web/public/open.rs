//! `/o/{token}.gif`: the pixel at the end of an e-mail. It always shows, so that no mail has a
//! broken picture; a forged token just counts nothing.

use axum::extract::State;
use axum::http::header;
use axum::response::Response;

use super::page;
use super::visitor::Visitor;
use crate::domain::token::Purpose;
use crate::domain::{EngagementKind, MessageId, PlanId, Verdict};
use crate::track::Hit;
use crate::track::verdict::in_kind;
use crate::web::Web;
use crate::web::request::extract::Path;

/// One transparent point: a GIF of 43 bytes.
const PIXEL: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\
\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// Shows the pixel and notes who, or only which plan, was opened.
pub(super) async fn pixel(
    State(web): State<Web>,
    Path(name): Path<String>,
    visitor: Visitor,
) -> Response {
    let token = name.strip_suffix(".gif").unwrap_or_default();
    let now = web.clock.now();
    if let Some(message) = web.signer.open_one(Purpose::Open, token) {
        let message = MessageId::new(message);
        if web.pages.has_ended(message, now) {
            return picture();
        }
        web.track.engagement.note(Hit {
            message,
            kind: EngagementKind::Opened,
            link: None,
            sight: visitor.sight,
            network: visitor.network,
            at: now,
        });
    } else if let Some(plan) = web.signer.open_one(Purpose::AnonymousOpen, token)
        && in_kind(visitor.sight, EngagementKind::Opened).verdict == Verdict::Human
    {
        web.track.engagement.note_anonymous_open(PlanId::new(plan));
    }
    picture()
}

fn picture() -> Response {
    page::guarded(([(header::CONTENT_TYPE, "image/gif")], &PIXEL[..]))
}
