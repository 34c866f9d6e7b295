//! What a service tells of e-mails, at `/hooks/NAME/events`: proven and read by its kind
//! (`channel::email::events`), joined to messages and kept by `track::postbag`. A call may tell of many
//! mails; those that are about none of ours are passed over. One about a mail whose answer may still be on
//! its way is asked for again (503): what else was in the call is kept, and a repeat counts once.

use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::called_back::refusal;
use crate::channel::{MailCallbacks, ProviderCall};
use crate::domain::limits::MAIL_EVENTS_BYTES;
use crate::track::postbag::{ToldMails, ToldTaken};
use crate::web::Web;
use crate::web::problem::Problem;

/// `key`: the last part of the path.
pub(super) async fn take(
    web: &Web,
    reader: &dyn MailCallbacks,
    (provider, key): (&str, &str),
    request: Request,
) -> Response {
    let (uri, headers): (Uri, HeaderMap) = (request.uri().clone(), request.headers().clone());
    let body = web.door.unproven.read(request, MAIL_EVENTS_BYTES).await;
    let (body, room) = match body {
        Ok(read) => read,
        Err(problem) => return Problem::into_response(problem),
    };
    let call = ProviderCall {
        target: uri.path_and_query().map_or("", PathAndQuery::as_str),
        query: uri.query().unwrap_or_default(),
        key,
        headers: &headers,
        body: &body,
    };
    let events = reader.events(&call, web.clock.now()).await;
    drop(room);
    let events = match events {
        Ok(events) if events.is_empty() => return StatusCode::OK.into_response(),
        Ok(events) => events,
        Err(refused) => return refusal(refused),
    };
    let told = ToldMails {
        provider: provider.to_owned(),
        events,
    };
    match web.track.told.take(told).await {
        Ok(ToldTaken::All) => StatusCode::OK.into_response(),
        Ok(ToldTaken::Overtaking) | Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
