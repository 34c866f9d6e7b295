//! The variables that every message has: no template needs to declare them.

use crate::domain::language::Language;

/// A variable that is always known: its name, and what it says.
pub struct Builtin {
    /// Path with dots, as texts name it.
    pub name: &'static str,
    pub description: &'static str,
    /// For previews, in the order of [`Language::ALL`].
    pub example: [&'static str; Language::ALL.len()],
}

/// Names of people: never a link in a message, and short in an SMS.
pub(super) const NAMES: &[&str] = &["client.name", "contact.name", "for_client"];

macro_rules! builtin {
    ($($name:literal: $description:literal, $it:literal, $en:literal;)+) => {
        &[$( Builtin { name: $name, description: $description, example: [$it, $en] }, )+]
    };
}

/// All of them. Those of `contact` depend on the configuration: test them with `if`.
pub const BUILTINS: &[Builtin] = builtin! {
    "client.ref": "the client's reference", "C-1001", "C-1001";
    "client.name": "the client's name, as in a salutation", "Maria Rossi", "Maria Rossi";
    "organisation.name": "who writes", "Energia Comune", "Energia Comune";
    "contact.name": "the person who looks after the client (the tutor)", "Paola Conti", "Paola Conti";
    "contact.phone": "a telephone number at normal cost", "051 000 0000", "+39 051 000 0000";
    "contact.phone_free": "the toll-free number", "800 000 000", "800 000 000";
    "contact.email": "where mail is answered", "aiuto@energiacomune.example", "aiuto@energiacomune.example";
    "contact.hours": "when the telephone is answered", "lun-ven 8-20", "Mon-Fri 8-20";
    "links.status": "the client's own page on this case or incident",
        "https://avvisi.example.it/s/AZqTb3Jx0kLmN4pQr7sTuVw", "https://avvisi.example.it/s/AZqTb3Jx0kLmN4pQr7sTuVw";
    "links.unsubscribe": "where the client chooses what to receive",
        "https://avvisi.example.it/u/AZqTb3Jx0kLmN4pQr7sTuVw", "https://avvisi.example.it/u/AZqTb3Jx0kLmN4pQr7sTuVw";
    "event.type": "what happened, such as `case.state_changed`", "case.state_changed", "case.state_changed";
    "event.time": "when it happened", "2026-11-23T09:14:00+01:00", "2026-11-23T09:14:00+01:00";
    "for_client": "in a deputy's text alone, which begins with it: for whom it is", "Maria Rossi", "Maria Rossi";
    "zone": "the client's time zone", "Europe/Rome", "Europe/Rome";
    "locale": "the language of the text", "it", "en";
};

pub(super) fn names<'a>() -> impl Iterator<Item = &'a str> {
    BUILTINS.iter().map(|builtin| builtin.name)
}
