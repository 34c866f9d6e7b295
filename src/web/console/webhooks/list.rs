//! `GET /console/webhooks`: each with how it does and its last tries, and the form that makes one. Other
//! handlers answer with the same page when there is something to say.

use std::borrow::Cow;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use url::Url;

use crate::domain::role::Right;
use crate::store::feed::{Webhook, WebhookTry};
use crate::web::actions::webhooks;
use crate::web::console::shell::{self, Badge, ConsolePart, ConsoleWords, Frame, Visit, When};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;

/// Tries of one that are shown.
const TRIES: usize = 10;

/// One webhook, and how it does.
struct WebhookLine {
    name: String,
    /// Scheme and host: the rest of an address may hold a token.
    place: String,
    types: String,
    badge: Badge,
    is_off: bool,
    cursor: String,
    /// When it is tried again, while it fails.
    next: Option<When>,
    tries: Vec<TryLine>,
}

struct TryLine {
    number: String,
    at: When,
    badge: Badge,
    took: String,
    fault: String,
}

/// A secret that was just made: it is shown this once.
pub(super) struct FreshSecret {
    pub(super) name: String,
    pub(super) secret: String,
}

/// What the page says besides the list.
#[derive(Default)]
pub(super) struct WebhookNotice {
    pub(super) fault: Option<String>,
    pub(super) secret: Option<FreshSecret>,
    /// Name, address and types that were typed and not taken.
    pub(super) typed: [String; 3],
}

#[derive(Template)]
#[template(path = "console/webhooks.html")]
struct WebhooksPage {
    frame: Frame,
    rows: Vec<WebhookLine>,
    may_change: bool,
    notice: WebhookNotice,
}

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    draw(&visit, StatusCode::OK, WebhookNotice::default()).await
}

pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    notice: WebhookNotice,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let mut rows = Vec::new();
    for webhook in tx.webhooks().list().await? {
        let tries = tx.webhooks().tries(&webhook.name).await?;
        rows.push(line(webhook, tries, now));
    }
    drop(tx);
    let title = visit.words().say("webhooks-title");
    let page = WebhooksPage {
        frame: visit.frame(ConsolePart::Settings, title).await?,
        rows,
        may_change: visit.may(Right::Administer),
        notice,
    };
    Ok(shell::page_with(status, &page))
}

fn line(webhook: Webhook, tries: Vec<WebhookTry>, now: Moment) -> WebhookLine {
    let words = now.words;
    let state = webhooks::state(&webhook);
    let tone = match state {
        "on" => "delivered",
        "failing" => "attention",
        "off" => "waiting",
        _ => "failed",
    };
    let is_failing = state == "failing";
    let tries = tries.into_iter().take(TRIES);
    WebhookLine {
        badge: Badge::new(tone, &words.of("webhook-state", state)),
        is_off: webhook.off_at.is_some(),
        place: place(&webhook.url),
        types: told(&webhook.types, words).into_owned(),
        cursor: webhook.cursor.to_string(),
        next: is_failing.then(|| When::new(webhook.next_at, now)),
        tries: tries.map(|tried| try_line(tried, now)).collect(),
        name: webhook.name,
    }
}

fn try_line(tried: WebhookTry, now: Moment) -> TryLine {
    let words = now.words;
    let status = tried.status.map(|status| status.to_string());
    let said = status.map_or_else(|| words.say("webhooks-no-answer"), Cow::Owned);
    let tone = match tried.fault {
        None => "delivered",
        Some(_) => "failed",
    };
    TryLine {
        number: tried.number.to_string(),
        at: When::new(tried.at, now),
        badge: Badge::new(tone, &said),
        took: format!("{} ms", words.number(tried.took_ms)),
        fault: tried.fault.unwrap_or_default(),
    }
}

fn told(types: &str, words: ConsoleWords) -> Cow<'_, str> {
    match types {
        "" => words.say("webhooks-all"),
        types => Cow::Borrowed(types),
    }
}

fn place(url: &str) -> String {
    let Ok(url) = Url::parse(url) else {
        return String::new();
    };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}"));
    format!("{}://{host}{}", url.scheme(), port.unwrap_or_default())
}
