//! `GET /console/messages`: newest first, with the filters in the address.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::MessageLine;
use crate::domain::{Channel, MessageId, MessageState};
use crate::store::reports::MessageFilter;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;
use crate::web::request::query::known;

/// The filters as they stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MessagesQuery {
    state: String,
    channel: String,
    template: String,
    client: String,
    event: String,
    incident: String,
    case: String,
    after: String,
}

impl MessagesQuery {
    /// An empty field of the form means no filter; an unknown word is named.
    fn filter(&self) -> Result<MessageFilter, Problem> {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Ok(MessageFilter {
            client: some(&self.client),
            event: some(&self.event),
            incident: some(&self.incident),
            case: some(&self.case),
            state: known("state", some(&self.state).as_deref())?,
            channel: known("channel", some(&self.channel).as_deref())?,
            template: some(&self.template),
        })
    }

    /// The address of the page after this one.
    fn next(&self, after: MessageId) -> String {
        let filters = [
            ("state", &self.state),
            ("channel", &self.channel),
            ("template", &self.template),
            ("client", &self.client),
            ("event", &self.event),
            ("incident", &self.incident),
            ("case", &self.case),
        ];
        let given = filters.iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .append_pair("after", &after.to_string())
            .finish();
        format!("/console/messages?{query}")
    }
}

#[derive(Template)]
#[template(path = "console/messages.html")]
struct MessagesPage {
    frame: Frame,
    ask: MessagesQuery,
    states: &'static [MessageState],
    channels: &'static [Channel],
    lines: Vec<MessageLine>,
    next: Option<String>,
}

pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<MessagesQuery>,
) -> Result<Response, Problem> {
    let (filter, after) = (ask.filter()?, ask.after.parse().ok());
    let mut tx = visit.web.store.read().await?;
    let page = tx.reports().messages(&filter, after, list::PAGE).await?;
    drop(tx);
    Ok(shell::page(&MessagesPage {
        frame: visit
            .frame(ConsolePart::Messages, visit.words().say("messages-title"))
            .await?,
        next: page.next.map(|after| ask.next(after)),
        ask,
        states: MessageState::ALL,
        channels: Channel::ALL,
        lines: MessageLine::all(page.items, visit.moment()),
    }))
}
