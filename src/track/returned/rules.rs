//! What servers say when they refuse a mail, and what it means: the table `rules.toml`, in order. Text
//! decides before a status, a status before a bare reply code; so a 5.7.1 that says "user unknown" is
//! no refusal of the mail. Each line has an example, and a test holds the line to it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::report::ReturnedClass;
use super::said::{Said, holds};
use crate::channel::Permanence;

/// Read once. It is a part of the program, and a test reads it; were it broken, nothing would be hard.
static RULES: LazyLock<RuleTable> =
    LazyLock::new(|| toml::from_str(include_str!("rules.toml")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    /// Raised whenever a line is added or changed: evidence says by which table it was judged.
    version: u32,
    rule: Vec<ReturnedRule>,
}

/// One line of the table. Where a text and a status stand, both must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnedRule {
    pub(super) class: ReturnedClass,
    /// Any of these phrases, folded; `*` stands for a few words.
    #[serde(default)]
    text: Vec<String>,
    /// RFC 3463, `*` for any number.
    #[serde(default)]
    status: Vec<String>,
    /// RFC 5321, when nothing else decides.
    #[serde(default)]
    code: Vec<u16>,
    /// Hard even where the server only says "not now": the domain does not exist.
    #[serde(default)]
    always: bool,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "says to the reader what the line is for")
    )]
    example: String,
}

/// The version of the table.
pub(super) fn rules_version() -> u32 {
    RULES.version
}

/// What a text and a status mean, by the line that decides.
pub(super) fn judged(said: &Said) -> Option<ReturnedClass> {
    let rule = by_text(said)
        .or_else(|| by_status(said))
        .or_else(|| by_code(said))?;
    let is_hard = rule.class == ReturnedClass::Hard;
    let not_now = is_hard && said.is_temporary() && !rule.always;
    Some(if not_now {
        ReturnedClass::Soft
    } else {
        rule.class
    })
}

/// What a service's word for a bounce means beside what it quotes of the server. The words know whether the
/// address or the mail is meant, the service knows whether anybody will try again.
pub(super) fn told(status: Option<&str>, text: &str, permanence: Permanence) -> ReturnedClass {
    // A bare code says less than the service's own word.
    let said = Said {
        code: None,
        ..Said::of(status, text)
    };
    match (judged(&said), permanence) {
        (Some(ReturnedClass::Hard), Permanence::Transient) => ReturnedClass::Soft,
        (Some(class @ (ReturnedClass::Hard | ReturnedClass::Soft | ReturnedClass::Policy)), _) => {
            class
        }
        (_, Permanence::Permanent) => ReturnedClass::Hard,
        (_, Permanence::Transient | Permanence::Undetermined) => ReturnedClass::Soft,
    }
}

/// Whether the words alone decide.
pub(super) fn by_text(said: &Said) -> Option<&'static ReturnedRule> {
    let mut rules = RULES.rule.iter();
    rules.find(|rule| !rule.text.is_empty() && rule.has_text(said) && rule.has_status(said))
}

fn by_status(said: &Said) -> Option<&'static ReturnedRule> {
    let mut rules = RULES.rule.iter();
    rules.find(|rule| rule.text.is_empty() && !rule.status.is_empty() && rule.has_status(said))
}

fn by_code(said: &Said) -> Option<&'static ReturnedRule> {
    let code = said.code?;
    RULES.rule.iter().find(|rule| rule.code.contains(&code))
}

impl ReturnedRule {
    fn has_text(&self, said: &Said) -> bool {
        self.text.iter().any(|phrase| holds(&said.text, phrase))
    }

    fn has_status(&self, said: &Said) -> bool {
        let status = said.status.as_deref();
        self.status.is_empty()
            || status.is_some_and(|status| self.status.iter().any(|known| fits(known, status)))
    }
}

fn fits(known: &str, status: &str) -> bool {
    let (mut known, mut status) = (known.split('.'), status.split('.'));
    known.by_ref().all(|wanted| {
        status
            .next()
            .is_some_and(|part| wanted == "*" || wanted == part)
    }) && status.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_decides_its_own_example() {
        let table: RuleTable = toml::from_str(include_str!("rules.toml")).unwrap();
        assert!(
            table.version > 0 && table.rule.len() > 150,
            "{}",
            table.rule.len()
        );
        let mut wrong = Vec::new();
        for (line, rule) in RULES.rule.iter().enumerate() {
            let said = Said::of(None, &rule.example);
            let decides = by_text(&said)
                .or_else(|| by_status(&said))
                .or_else(|| by_code(&said));
            if !decides.is_some_and(|other| std::ptr::eq(other, rule)) {
                let by = decides.map(|other| &other.example);
                wrong.push(format!(
                    "line {line}: `{}` is decided by {by:?}",
                    rule.example
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_service_may_be_wrong_about_whom_a_refusal_is_meant_for() {
        let (permanent, transient) = (Permanence::Permanent, Permanence::Transient);
        for (text, permanence, class) in [
            ("550 5.1.1 user unknown", permanent, ReturnedClass::Hard),
            ("550 5.1.1 user unknown", transient, ReturnedClass::Soft),
            (
                "550 5.7.26 unauthenticated",
                permanent,
                ReturnedClass::Policy,
            ),
            ("552 5.2.2 mailbox full", permanent, ReturnedClass::Soft),
            ("550 no words that we know", permanent, ReturnedClass::Hard),
            ("", Permanence::Undetermined, ReturnedClass::Soft),
        ] {
            assert_eq!(told(None, text, permanence), class, "{text} {permanence:?}");
        }
    }

    #[test]
    fn no_bare_code_bars_anybody() {
        let by_code_alone = RULES.rule.iter().filter(|rule| !rule.code.is_empty());
        for rule in by_code_alone {
            assert_ne!(rule.class, ReturnedClass::Hard, "{}", rule.example);
        }
    }

    #[test]
    fn text_decides_before_status_and_status_before_code() {
        for (status, text, class) in [
            (
                Some("5.7.1"),
                "550 5.7.1 user unknown",
                Some(ReturnedClass::Hard),
            ),
            (
                Some("5.7.1"),
                "550 no words that we know",
                Some(ReturnedClass::Policy),
            ),
            (None, "550 no words that we know", Some(ReturnedClass::Soft)),
            (
                Some("5.0.0"),
                "550 no words that we know",
                Some(ReturnedClass::Soft),
            ),
            (
                Some("5.0.0"),
                "550 Bitte wenden Sie sich an den Administrator",
                Some(ReturnedClass::Soft),
            ),
            (
                Some("5.0.0"),
                "550 Requested action not taken: mailbox unavailable",
                Some(ReturnedClass::Hard),
            ),
            (
                Some("5.0.0"),
                "550 Requested action not taken: mailbox unavailable. Invalid DNS MX or A/AAAA \
                 resource record.",
                Some(ReturnedClass::Policy),
            ),
            (
                Some("4.1.1"),
                "450 4.1.1 user unknown",
                Some(ReturnedClass::Soft),
            ),
            (Some("5.0.0"), "no words that we know", None),
        ] {
            assert_eq!(judged(&Said::of(status, text)), class, "{text}");
        }
    }
}
