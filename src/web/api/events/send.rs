//! `POST /v1/events`: CloudEvents 1.0, structured, batched or binary.
//!
//! 202 means stored and safe from a crash. A batch is taken as a whole or not at all: each event
//! is judged by what the key may send, and the first that it may not is named.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use chrono::TimeDelta;

use crate::domain::FieldError;
use crate::domain::api_key::NotAllowed;
use crate::domain::event::Arrival;
use crate::domain::limits::NAMED_WARNINGS;
use crate::intake::cloud_event::{self, Mode};
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body;

#[derive(serde::Serialize)]
pub(crate) struct EventsAccepted {
    accepted: usize,
    duplicates: usize,
    /// What was taken and is probably not meant so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    request: Request,
) -> Result<(StatusCode, Json<EventsAccepted>), Problem> {
    let attributes = attributes(request.headers());
    let mode = Mode::of(body::media_type(request.headers()), !attributes.is_empty());
    let mode = mode.ok_or_else(|| {
        Problem::media_type(
            "`application/cloudevents+json`, `application/cloudevents-batch+json`, or \
             `application/json` with `ce-` headers",
        )
    })?;
    let body = body::read(request, mode.max_bytes(&web.limits)).await?;
    let now = web.clock.now();
    let (length, limits) = (body.len(), web.limits);
    let listed = mode.holds_list(&body);
    let parse = move || cloud_event::read(mode, &attributes, &body, &limits, now);
    let events = body::aside(length, parse).await?;
    judge(&caller, &events, listed)?;
    let warnings = warnings(&events, listed);
    let taken = web.inbox.take(events, now, &*web.ids).await?;
    if taken.accepted > 0 {
        web.wake.events_stored();
    }
    let answer = EventsAccepted {
        accepted: taken.accepted,
        duplicates: taken.duplicates,
        warnings,
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Refuses the whole request when the key may not send one of its events.
fn judge(caller: &Caller, events: &[Arrival], listed: bool) -> Result<(), Problem> {
    for (index, event) in events.iter().enumerate() {
        if let Err(refused) = caller.rights().may_send(&event.source, &event.kind) {
            let code = match refused {
                NotAllowed::Scope { .. } => "scope_missing",
                NotAllowed::Source { .. } | NotAllowed::Type { .. } => "key_bound",
            };
            let mut fault = FieldError::from(refused);
            if listed {
                let detail = format!("event {index}: {}", fault.detail);
                fault = FieldError::new(fault.pointer, detail).under(&format!("/{index}"));
            }
            return Err(Problem::forbidden(code, fault));
        }
    }
    Ok(())
}

/// Events whose time lies ahead are taken as of now: the sender is told, and the operator, because
/// either clock may be the wrong one.
fn warnings(events: &[Arrival], listed: bool) -> Vec<FieldError> {
    let ahead: Vec<_> = events
        .iter()
        .enumerate()
        .filter_map(|(index, event)| Some((index, event.ahead()?)))
        .collect();
    let Some(most) = ahead.iter().map(|(_, by)| *by).max() else {
        return Vec::new();
    };
    tracing::warn!(
        events.ahead = ahead.len(),
        ahead_s = most.num_seconds(),
        "events say that they happen later than now and are taken as of now; is the clock of \
         their source wrong, or ours?"
    );
    let warning = |(index, by): (usize, TimeDelta)| {
        let pointer = match listed {
            true => format!("/{index}/time"),
            false => "/time".to_owned(),
        };
        let detail = format!(
            "`time` is {} s ahead of the clock here; the event counts as of now",
            by.num_seconds()
        );
        FieldError::new(pointer, detail)
    };
    ahead
        .into_iter()
        .take(NAMED_WARNINGS)
        .map(warning)
        .collect()
}

/// The `ce-` headers, without that prefix.
fn attributes(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("ce-")?;
            Some((
                name.to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            ))
        })
        .collect()
}
