//! One conversation as the list and its own page say it.

use crate::domain::address::masked;
use crate::domain::conversation::ConversationState;
use crate::domain::promise::AnswerPromise;
use crate::store::people::conversations::Conversation;
use crate::web::console::shell::{Badge, When, in_path};
use crate::web::console::state::Moment;

pub(super) struct TalkLine {
    pub(super) id: i64,
    /// The client's name, or the masked number of whoever is none.
    pub(super) who: String,
    /// The client's reference, where there is a client.
    pub(super) client: Option<String>,
    /// It as part of an address.
    pub(super) client_path: String,
    /// What it is about, and the page of that, if it has one.
    pub(super) about: String,
    pub(super) about_page: String,
    pub(super) channel: String,
    pub(super) assigned: String,
    pub(super) badge: Badge,
    /// Since when somebody waits, else when the last line was written.
    pub(super) at: When,
    /// Until when an answer was promised.
    pub(super) due: Option<When>,
}

impl TalkLine {
    pub(super) fn new(talk: &Conversation, promise: &AnswerPromise, now: Moment) -> Self {
        let words = now.words;
        let (about, about_page) = about(&talk.subject, now);
        let due = talk.waiting_since.and_then(|since| promise.due(since));
        let is_overdue = due.is_some_and(|due| due <= now.at);
        let (tone, word) = match (talk.state, talk.waiting_since) {
            (_, Some(_)) if is_overdue => ("failed", "overdue"),
            (_, Some(_)) => ("attention", "waiting"),
            (ConversationState::Open, None) => ("delivered", "answered"),
            (ConversationState::Closed, None) => ("waiting", "closed"),
        };
        Self {
            id: talk.id,
            who: who(talk, now),
            client_path: in_path(talk.client_ref.as_deref().unwrap_or_default()),
            client: talk.client_ref.clone(),
            about,
            about_page,
            channel: words.of("channel", talk.channel.as_str()).into_owned(),
            assigned: talk.assigned.clone().unwrap_or_default(),
            badge: Badge::new(tone, &words.of("inbox-state", word)),
            at: When::new(talk.waiting_since.unwrap_or(talk.last_at), now),
            due: due.map(|due| When::new(due, now)),
        }
    }
}

fn who(talk: &Conversation, now: Moment) -> String {
    match (&talk.client_name, &talk.client_ref, &talk.address) {
        _ if talk.is_unknown => now.words.say("inbox-unknown").into_owned(),
        (Some(name), _, _) if !name.is_empty() => name.clone(),
        (_, Some(reference), _) => reference.clone(),
        (_, _, Some(address)) => masked(address),
        _ => now.words.say("inbox-erased").into_owned(),
    }
}

fn about(subject: &str, now: Moment) -> (String, String) {
    let Some((kind, name)) = subject.split_once(':') else {
        return (
            now.words.say("inbox-about-nothing").into_owned(),
            String::new(),
        );
    };
    let part = match kind {
        "case" => "cases",
        _ => "incidents",
    };
    let said = format!("{} {name}", now.words.of("replies-about", kind));
    (said, format!("/console/{part}/{}", in_path(name)))
}
