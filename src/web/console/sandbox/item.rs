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
    /// A mail that says where to answer to.
    pub(super) answers: bool,
}

impl ReceivedItem {
    pub(super) fn new(received: &Received, now: Moment, most: usize) -> Self {
        let (subject, text, answers) = match &received.body {
            Body::Sms(text) => (None, text.clone(), false),
            Body::Mail(mail) => {
                let text = excerpt(&mail.text, most);
                (Some(mail.subject.clone()), text, mail.reply_to().is_some())
            }
        };
        let at = Timestamp::from(DateTime::from(received.at));
        Self {
            id: received.id,
            from: received.from.clone(),
            subject,
            pieces: pieces(&text),
            at: When::new(at, now),
            new: now.at - at < NEW,
            answers,
        }
    }
}
