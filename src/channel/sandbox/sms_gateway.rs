//! The sandbox's SMS gateway: speaks Kannel's `sendsms` (user guide, "Using the SMS push"), puts
//! texts on virtual handsets and has their delivery reports called back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body as ResponseBody;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::faults::SmsFault;
use super::reports::{Report, Reports};
use super::world::{Body, World};
use crate::domain::segments::{Alphabet, is_gsm};

/// What `sendsms` understands, and `latency` in milliseconds, which only this gateway knows.
#[derive(Debug, Deserialize)]
struct SendSms {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    coding: u8,
    #[serde(rename = "dlr-mask", default)]
    dlr_mask: u8,
    #[serde(rename = "dlr-url")]
    dlr_url: Option<String>,
    latency: Option<u64>,
}

#[derive(Clone)]
struct Gateway {
    world: Arc<World>,
    reports: Reports,
}

/// The gateway's one address.
pub(super) fn routes(world: Arc<World>, reports: Reports) -> Router {
    Router::new()
        .route("/cgi-bin/sendsms", get(send_sms))
        .with_state(Gateway { world, reports })
}

async fn send_sms(State(gateway): State<Gateway>, Query(sms): Query<SendSms>) -> Response {
    if sms.to.is_empty() {
        let said = "Missing receiver number, rejected";
        return (StatusCode::BAD_REQUEST, said).into_response();
    }
    let fault = SmsFault::of(&sms.to);
    if fault == Some(SmsFault::Busy) {
        gateway.world.count_refused();
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "Temporal failure, try again later.",
        )
            .into_response();
    }
    let reference = sms.dlr_url.as_deref().map(without_query);
    // A handset that the network cannot reach shows nothing.
    let id = if fault == Some(SmsFault::Undelivered) {
        0
    } else {
        let shown = Body::Sms(as_shown(&sms.text, sms.coding));
        gateway.world.receive(&sms.to, &sms.from, shown, reference)
    };
    if let Some(url) = &sms.dlr_url {
        let delay = sms.latency.map_or(usual_delay(id), Duration::from_millis);
        for (kind, factor) in kinds(fault) {
            if sms.dlr_mask & kind != 0 {
                let url = filled_in(url, *kind, id);
                gateway.reports.call(Report::due(delay * *factor, url));
            }
        }
    }
    if fault == Some(SmsFault::AnswerLost) {
        gateway.world.count_answer_lost();
        return cut_off();
    }
    (StatusCode::ACCEPTED, "0: Accepted for delivery").into_response()
}

/// Which reports come, and when, in delays: 1 delivered, 2 not delivered, 8 taken by the network.
const fn kinds(fault: Option<SmsFault>) -> &'static [(u8, u32)] {
    match fault {
        Some(SmsFault::Undelivered) => &[(8, 0), (2, 1)],
        Some(SmsFault::Silent) => &[(8, 0)],
        Some(SmsFault::Jumbled) => &[(1, 1), (1, 1), (8, 2), (8, 2)],
        _ => &[(8, 0), (1, 1)],
    }
}

/// Half a second to two seconds, different from message to message.
const fn usual_delay(id: i64) -> Duration {
    Duration::from_millis(500 + (id * 379).unsigned_abs() % 1_500)
}

/// With coding 0 a network carries the GSM alphabet only, and puts a question mark for the rest.
fn as_shown(text: &str, coding: u8) -> String {
    if coding != 0 || Alphabet::of(text) == Alphabet::Gsm7 {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if is_gsm(c) { c } else { '?' })
        .collect()
}

/// The placeholders that we ask for, as Kannel fills them in.
fn filled_in(url: &str, kind: u8, id: i64) -> String {
    let answer = match kind {
        8 => "ACK%2F",
        2 => "NACK%2Funreachable",
        _ => "",
    };
    url.replace("%d", &kind.to_string())
        .replace("%A", answer)
        .replace("%F", &format!("sandbox-{id}"))
        .replace("%T", "0")
}

fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// An answer whose end never comes: the connection breaks.
fn cut_off() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let body = futures_util::stream::once(std::future::ready(Err::<&str, _>(broken)));
    (StatusCode::ACCEPTED, ResponseBody::from_stream(body)).into_response()
}
