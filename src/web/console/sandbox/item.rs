//! What arrived on a handset or in a mailbox, as a page shows it.

use chrono::{DateTime, TimeDelta};

use super::text::{TextPiece, excerpt, pieces};
use crate::channel::sandbox::{Body, Received};
use crate::domain::Timestamp;
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
        let at = Timestamp::from(DateTime::from(received.at));
        Self {
            id: received.id,
            from: received.from.clone(),
            subject,
            pieces: pieces(&text),
            at: When::new(at, now),
            new: now.at - at < NEW,
        }
    }
}
