//! One line of the audit in the reader's language: who, what, to what, and what it was before.

use std::borrow::Cow;

use crate::store::access::audit::AuditRow;
use crate::web::console::shell::{ConsoleWords, When};
use crate::web::console::state::Moment;

/// Between what was and what is, in the detail of a change.
const BECAME: &str = " → ";

pub(in crate::web::console) struct AuditLine {
    pub(in crate::web::console) at: When,
    pub(in crate::web::console) actor: String,
    pub(in crate::web::console) action: Cow<'static, str>,
    pub(in crate::web::console) subject: String,
    pub(in crate::web::console) detail: String,
}

impl AuditLine {
    pub(in crate::web::console) fn new(row: AuditRow, now: Moment) -> Self {
        Self {
            at: When::new(row.at, now),
            actor: actor(row.actor, now.words),
            action: now.words.of("people-deed", &row.action),
            detail: detail(&row.action, row.detail, now.words),
            subject: row.subject,
        }
    }
}

/// People are named by their address; what is no person has a word.
fn actor(actor: String, words: ConsoleWords) -> String {
    match actor.as_str() {
        "command line" => words.say("people-actor-command-line").into_owned(),
        "console login" => words.say("people-actor-login").into_owned(),
        "client" => words.say("people-actor-client").into_owned(),
        other => match other.strip_prefix("key ") {
            Some(prefix) => words.with("people-actor-key", "prefix", prefix),
            None => actor,
        },
    }
}

/// The words of the console's own changes are translated, all else is shown as it was written.
fn detail(action: &str, detail: Option<String>, words: ConsoleWords) -> String {
    let detail = detail.unwrap_or_default();
    let each = |word: &str| match action {
        "user.role_changed" | "user.added" | "user.enabled" | "user.invited" | "user.disabled" => {
            Some(match word {
                "open" | "locked" => words.of("people-standing", word),
                role => words.of("role", role),
            })
        }
        _ => None,
    };
    let said: Option<Vec<_>> = detail.split(BECAME).map(each).collect();
    match said {
        Some(said) if !detail.is_empty() => said.join(BECAME),
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn a_change_says_before_and_after_in_the_readers_language() {
        let italian = ConsoleWords::new(Language::Italian);
        let said = |action, of: &str| detail(action, Some(of.to_owned()), italian);
        let role = |word| italian.of("role", word).into_owned();
        assert_eq!(
            said("user.role_changed", "viewer → admin"),
            format!("{} → {}", role("viewer"), role("admin"))
        );
        assert_eq!(said("user.disabled", "open → locked"), "attivo → bloccato");
        assert_eq!(said("template.saved", "viewer → v2"), "viewer → v2");
        assert_eq!(detail("user.disabled", None, italian), "");
    }

    #[test]
    fn a_key_and_a_person_are_told_apart() {
        let english = ConsoleWords::ENGLISH;
        assert_eq!(actor("key k7f3".to_owned(), english), "key k7f3");
        assert_eq!(actor("a@example.org".to_owned(), english), "a@example.org");
        let italian = ConsoleWords::new(Language::Italian);
        assert_eq!(actor("key k7f3".to_owned(), italian), "chiave k7f3");
    }
}
