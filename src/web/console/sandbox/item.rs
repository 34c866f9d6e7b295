//! What arrived on a handset or in a mailbox, as a page shows it.

use chrono::TimeDelta;

use super::text::{TextPiece, excerpt, pieces};
use crate::channel::sandbox::{Body, Received};
use crate::web::console::shell::When;
use crate::web::console::state::Moment;

/// What arrived within this time is marked as new.
const NEW: TimeDelta = TimeDelta::seconds(3);

pub(super) struct ReceivedItem {
    pub(super) id: i64,
    pub(super) from: String,
    pub(super) subject: Option<String>,
    pub(super) pieces: Vec<TextPiece>,
    pub(super) at: When,
    pub(super) new: bool,
}

impl ReceivedItem {
    pub(super) fn new(received: &Received, now: Moment, most: usize) -> Self {
        let (subject, text) = match &received.body {
            Body::Sms(text) => (None, text.clone()),
            Body::Mail(mail) => (Some(mail.subject.clone()), excerpt(&mail.text, most)),
        };
        Self {
            id: received.id,
            from: received.from.clone(),
            subject,
            pieces: pieces(&text),
            at: When::new(received.at, now),
            new: now.at - received.at < NEW,
        }
    }
}
