//! Whether a text says what it is about, and whom to turn to.
//!
//! A client may have two cases, and a firm a hundred supplies: "your request moves on" is a riddle.

use std::collections::BTreeSet;

use super::super::compiled::Compiled;
use crate::domain::Channel;
use crate::domain::template::{Part, Source};

/// Templates of these kinds are about one thing of the client's.
const KINDS: [&str; 4] = ["case-", "incident-", "planned-", "delay-"];

/// What a template that needs one of these is about.
const SUBJECTS: [&str; 2] = ["case.ref", "incident.ref"];

/// What tells a client which of their things it is.
const NAMING: [&str; 5] = [
    "case.ref",
    "incident.ref",
    "place.code",
    "place.municipality",
    "place.postal_code",
];

/// Parts of a channel that every reader sees. Few see the plain text of a mail.
pub(super) const fn parts(channel: Channel) -> &'static [Part] {
    match channel {
        Channel::Sms => &[Part::Sms],
        Channel::Email => &[Part::EmailSubject, Part::EmailMjml, Part::EmailMarkdown],
    }
}

/// The names that the texts of one language and channel use.
pub(super) fn names(compiled: &Compiled, locale: &str, channel: Channel) -> BTreeSet<String> {
    let files = parts(channel).iter().map(|part| format!("{locale}/{part}"));
    files.flat_map(|file| compiled.names(&file)).collect()
}

/// Whether the template is about one thing of a client's.
pub(super) fn concerns(source: &Source) -> bool {
    KINDS.iter().any(|kind| source.name.starts_with(kind))
        || source
            .variables
            .iter()
            .any(|variable| variable.required && SUBJECTS.contains(&variable.name.as_str()))
}

/// Whether one of the names says which case, supply or place it is.
pub(super) fn says_what(names: &BTreeSet<String>) -> bool {
    names.iter().any(|name| NAMING.contains(&name.as_str()))
}

/// Whether one of the names says whom to turn to. An SMS has no room for more than the link to the
/// client's own page, where the contact stands.
pub(super) fn says_whom(names: &BTreeSet<String>, channel: Channel) -> bool {
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    has("contact.") || (channel == Channel::Sms && has("links.status"))
}

/// The languages and channels whose text must say what it is about, and does not.
#[must_use]
pub fn unnamed(source: &Source) -> Vec<(String, Channel)> {
    if !concerns(source) {
        return Vec::new();
    }
    let Ok(compiled) = Compiled::compile(source) else {
        // What does not compile is refused for that.
        return Vec::new();
    };
    let mut found = Vec::new();
    for (locale, parts) in &source.parts {
        for channel in Channel::ALL {
            let silent = parts.speak(*channel) && !says_what(&names(&compiled, locale, *channel));
            if silent {
                found.push((locale.clone(), *channel));
            }
        }
    }
    found
}
