//! `GET /console/sandbox/{channel}/{address}`: all that is kept of one handset or mailbox.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::item::ReceivedItem;
use super::world;
use crate::channel::sandbox::{Body, Received};
use crate::domain::Channel;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, in_path};
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

#[derive(Template)]
#[template(path = "console/sandbox/inbox.html")]
struct InboxPage {
    frame: Frame,
    path: String,
    mail: bool,
    /// An answer was just sent.
    sent: bool,
    items: Vec<ReceivedItem>,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SandboxQuery {
    done: String,
}

pub(super) async fn get(
    visit: Visit,
    Path((channel, address)): Path<(String, String)>,
    Query(SandboxQuery { done }): Query<SandboxQuery>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("handset or mailbox", &address);
    let channel: Channel = channel.parse().map_err(|_| missing())?;
    let now = visit.moment();
    let mail = channel == Channel::Email;
    let found = world(&visit)?.inbox(&address);
    let is_wanted = |newest: &Arc<Received>| matches!(newest.body, Body::Mail(_)) == mail;
    if !found.first().is_some_and(is_wanted) {
        return Err(missing());
    }
    Ok(shell::page(&InboxPage {
        frame: visit.frame(ConsolePart::Sandbox, address.as_str()).await?,
        path: in_path(&address),
        mail,
        sent: done == "sent",
        items: found
            .iter()
            .map(|received| ReceivedItem::new(received, now, usize::MAX))
            .collect(),
    }))
}

/// `GET /console/sandbox/mail/{address}/{id}`: a mail in its frame.
pub(super) async fn mail(
    visit: Visit,
    Path((address, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let item = world(&visit)?.item(&address, id);
    let html = item.and_then(|item| match &item.body {
        Body::Mail(mail) => mail.html.clone(),
        Body::Sms(_) => None,
    });
    let html = html.ok_or_else(|| Problem::not_found("mail", &id.to_string()))?;
    Ok(shell::mail(&html))
}
