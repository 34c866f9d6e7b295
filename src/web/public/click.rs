//! `/c/{token}`: a tracked link. The redirect comes from memory; the hit is noted on the way.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::page;
use super::visitor::Visitor;
use crate::domain::token::Purpose;
use crate::domain::{EngagementKind, LinkId, MessageId};
use crate::track::Hit;
use crate::web::Web;
use crate::web::request::extract::Path;

/// Leads to the link's target, which the request cannot influence.
pub(super) async fn follow(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let Some((message, link)) = web.signer.open_two(Purpose::Click, &token) else {
        return page::missing();
    };
    let (message, now) = (MessageId::new(message), web.clock.now());
    if web.pages.has_ended(message, now) {
        return page::missing();
    }
    let url = match web.pages.link_url(&web.store, link).await {
        Ok(Some(url)) => url,
        Ok(None) => return page::missing(),
        Err(error) => return page::unavailable(&error),
    };
    web.track.engagement.note(Hit {
        message,
        kind: EngagementKind::Clicked,
        link: Some(LinkId::new(link)),
        sight: visitor.sight,
        network: visitor.network,
        at: now,
    });
    match HeaderValue::from_str(&url) {
        Ok(location) => page::guarded((StatusCode::FOUND, [(header::LOCATION, location)])),
        Err(_) => page::missing().into_response(),
    }
}
