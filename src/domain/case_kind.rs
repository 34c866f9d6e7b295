//! Kinds of cases: their states, the body responsible in each, how long each may take, and
//! what clients call them. Read from `config/case-kinds.toml`.
//!
//! Events may name kinds and states that are not listed: those are shown by their own word,
//! with underscores as spaces, and never count as stalled.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::event::{CaseData, CaseStep};
use crate::domain::language::primary;
use crate::domain::limits::{NAMED_FAULTS, STATE_TIME, STATE_WORKING_DAYS};
use crate::text::text_enum::text_enum;
use crate::text::toml_faults::{self, line_at};

/// Every kind the organisation described.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseKinds {
    kinds: BTreeMap<String, CaseKind>,
    /// The word for a body, as cases say it, to what people call it.
    bodies: BTreeMap<String, String>,
}

/// One kind of case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseKind {
    /// The word events use.
    pub name: String,
    /// Language to what clients call it.
    pub label: BTreeMap<String, String>,
    /// In the order a case usually goes through them.
    #[serde(rename = "state", default)]
    pub states: Vec<CaseState>,
}

/// One state of a kind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseState {
    /// The word events use.
    pub name: String,
    /// Language to what clients call it.
    pub label: BTreeMap<String, String>,
    /// The body responsible, unless the event names another.
    pub owner: Option<String>,
    /// Working days it may take; afterwards the case counts as stalled.
    pub working_days: Option<u16>,
    /// Hours it may take, where a working day is too long; parts of one, too.
    #[serde(default, deserialize_with = "hours")]
    pub hours: Option<TimeDelta>,
    /// Whether time counts in it; it does unless said otherwise.
    pub clock: Option<StateClock>,
    /// The case ends here.
    #[serde(rename = "final", default)]
    pub is_final: bool,
}

text_enum! {
    /// Whether time counts in a state.
    pub enum StateClock {
        Running => "running",
        /// The client is awaited: nothing that Araldo says about waiting would be true.
        Stopped => "stopped",
    }
}

/// How long a case may stand in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateLimit {
    /// Working days, without the day on which the state began.
    Days(u16),
    /// A time by the clock, whatever day it is.
    Time(TimeDelta),
}

impl CaseState {
    /// How long a case may stand in it; none where nothing is said, or where time does not count.
    #[must_use]
    pub fn limit(&self) -> Option<StateLimit> {
        let days = self.working_days.map(StateLimit::Days);
        let limit = days.or(self.hours.map(StateLimit::Time));
        limit.filter(|_| !self.is_stopped())
    }

    /// Whether the client is awaited, so that no time counts.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.clock == Some(StateClock::Stopped)
    }
}

/// One thing that is not right in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {detail}")]
pub struct CaseKindsError {
    /// The file, as it was named.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub detail: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    kind: Vec<toml::Spanned<CaseKind>>,
}

impl CaseKinds {
    /// Reads the text of the file named `file`, or says all that is wrong with it, up to a number
    /// that is enough for one run.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<CaseKindsError>> {
        let (document, mut found) = toml_faults::read::<Document>(text, NAMED_FAULTS);
        let mut kinds = BTreeMap::new();
        for kind in document.map(|document| document.kind).unwrap_or_default() {
            let at = kind.span().start;
            let kind = kind.into_inner();
            found.extend(check(&kind).into_iter().map(|detail| (at, detail)));
            let name = kind.name.clone();
            if kinds.insert(name.clone(), kind).is_some() {
                let detail = format!("kind `{name}` stands here a second time; remove one");
                found.push((at, detail));
            }
        }
        found.sort();
        found.truncate(NAMED_FAULTS + 1);
        match found.is_empty() {
            true => Ok(Self {
                kinds,
                bodies: BTreeMap::new(),
            }),
            false => Err(placed(text, file, found)),
        }
    }

    /// The kinds that come with Araldo.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test reads the same embedded text")]
    pub fn shipped() -> Self {
        Self::parse(
            include_str!("../../config/case-kinds.toml"),
            "config/case-kinds.toml",
        )
        .expect("the shipped file is right")
    }

    /// The same, with what people call bodies by their words in cases.
    #[must_use]
    pub fn calling(self, bodies: BTreeMap<String, String>) -> Self {
        Self { bodies, ..self }
    }

    /// What people call a body; its own word where nothing else is said.
    #[must_use]
    pub fn body<'a>(&'a self, word: &'a str) -> &'a str {
        self.bodies.get(word).map_or(word, String::as_str)
    }

    /// The kind of this name, when it is described.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&CaseKind> {
        self.kinds.get(kind)
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &CaseKind> {
        self.kinds.values()
    }

    /// A state of a kind, when both are described.
    #[must_use]
    pub fn state(&self, kind: &str, state: &str) -> Option<&CaseState> {
        self.get(kind)?
            .states
            .iter()
            .find(|known| known.name == state)
    }

    /// Whether cases of this kind end in this state; not where either is not described.
    #[must_use]
    pub fn is_final(&self, kind: &str, state: &str) -> bool {
        self.state(kind, state).is_some_and(|state| state.is_final)
    }

    /// Whether a case is over after this step: it was closed, or came to a state in which it ends.
    #[must_use]
    pub fn ends(&self, step: CaseStep, data: &CaseData) -> bool {
        step == CaseStep::Closed || self.is_final(&data.kind, &data.state)
    }

    /// What a client who reads `locale` calls this kind.
    #[must_use]
    pub fn kind_label(&self, kind: &str, locale: &str) -> String {
        label(self.get(kind).map(|kind| &kind.label), kind, locale)
    }

    /// What a client who reads `locale` calls this state.
    #[must_use]
    pub fn state_label(&self, kind: &str, state: &str, locale: &str) -> String {
        label(
            self.state(kind, state).map(|state| &state.label),
            state,
            locale,
        )
    }
}

fn placed(text: &str, file: &str, found: Vec<(usize, String)>) -> Vec<CaseKindsError> {
    let fault = |(at, detail)| CaseKindsError {
        file: file.to_owned(),
        line: line_at(text, at),
        detail,
    };
    found.into_iter().map(fault).collect()
}

fn check(kind: &CaseKind) -> Vec<String> {
    let mut faults = Vec::new();
    if kind.label.is_empty() {
        faults.push(format!(
            "kind `{}` has no label; write label = {{ it = \"..\" }}",
            kind.name
        ));
    }
    for (place, state) in kind.states.iter().enumerate() {
        if state.label.is_empty() {
            faults.push(format!(
                "state `{}` of kind `{}` has no label; write label = {{ it = \"..\" }}",
                state.name, kind.name
            ));
        }
        if let Some(detail) = unfit_limit(state) {
            faults.push(format!(
                "state `{}` of kind `{}` {detail}",
                state.name, kind.name
            ));
        }
        if kind.states[..place]
            .iter()
            .any(|other| other.name == state.name)
        {
            faults.push(format!(
                "state `{}` of kind `{}` stands there twice; remove one",
                state.name, kind.name
            ));
        }
    }
    faults
}

/// A number of hours, whole or not.
fn hours<'de, D: serde::Deserializer<'de>>(written: D) -> Result<Option<TimeDelta>, D::Error> {
    use serde::Deserialize as _;
    let hours = Option::<f64>::deserialize(written)?;
    let time = hours.map(|hours| std::time::Duration::try_from_secs_f64(hours * 3_600.0));
    // What is no time at all is out of range, and is said so with its state.
    Ok(time.map(|time| {
        let time = time.ok().and_then(|time| TimeDelta::from_std(time).ok());
        time.unwrap_or_default()
    }))
}

/// What is wrong with how long a state may last.
fn unfit_limit(state: &CaseState) -> Option<String> {
    let (least, most) = STATE_TIME;
    match (state.working_days, state.hours) {
        (Some(_), Some(_)) => {
            Some("has `working_days` and `hours`; keep the one that counts".to_owned())
        }
        (Some(days), None) if !(1..=STATE_WORKING_DAYS).contains(&days) => Some(format!(
            "has `working_days = {days}`; write 1 to {STATE_WORKING_DAYS}"
        )),
        (None, Some(time)) if !(least..=most).contains(&time) => Some(format!(
            "has `hours` out of range; write 0.001 to {}",
            most.num_hours()
        )),
        _ => None,
    }
}

/// Exact locale, then its language, then the first label, then the word itself.
fn label(labels: Option<&BTreeMap<String, String>>, word: &str, locale: &str) -> String {
    labels
        .and_then(|labels| {
            labels
                .get(locale)
                .or_else(|| labels.get(primary(locale)))
                .or_else(|| labels.values().next())
        })
        .cloned()
        .unwrap_or_else(|| word.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn the_shipped_kinds_have_italian_and_english_labels_and_an_end() {
        let kinds = CaseKinds::shipped();
        assert!(kinds.iter().count() >= 4);
        for kind in kinds.iter() {
            let labels = kind
                .states
                .iter()
                .map(|state| &state.label)
                .chain([&kind.label]);
            for label in labels {
                let has = |language: Language| label.contains_key(language.tag());
                assert!(Language::ALL.into_iter().all(has), "{kind:?}");
            }
            assert!(
                kind.states.iter().any(|state| state.is_final),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn a_state_says_how_long_it_may_last_in_one_way() {
        let state = |more: &str| {
            let text = format!(
                "[[kind]]\nname = \"a\"\nlabel = {{ it = \"a\" }}\n[[kind.state]]\nname = \"b\"\n\
                 label = {{ it = \"b\" }}\n{more}"
            );
            CaseKinds::parse(&text, "k.toml").map(|kinds| kinds.state("a", "b").cloned())
        };
        let limit = |more: &str| state(more).unwrap().and_then(|state| state.limit());
        assert_eq!(limit(""), None);
        assert_eq!(limit("working_days = 5"), Some(StateLimit::Days(5)));
        assert_eq!(
            limit("hours = 4"),
            Some(StateLimit::Time(TimeDelta::hours(4)))
        );
        assert_eq!(limit("working_days = 5\nclock = \"stopped\""), None);
        for wrong in [
            "hours = 0",
            "hours = -1",
            "hours = 1e9",
            "working_days = 401",
            "hours = 1\nworking_days = 1",
        ] {
            let fault = state(wrong).unwrap_err()[0].to_string();
            assert!(fault.contains("state `b` of kind `a` has "), "{fault}");
        }
        let unknown = state("clock = \"paused\"").unwrap_err()[0].to_string();
        assert!(unknown.contains("running, stopped"), "{unknown}");
    }

    #[test]
    fn labels_fall_back_to_the_language_and_to_the_word() {
        let kinds = CaseKinds::shipped();
        assert_eq!(kinds.kind_label("voltura", "it-IT"), "voltura");
        assert_eq!(kinds.kind_label("meter_swap", "it"), "meter swap");
        assert_eq!(
            kinds.state_label("voltura", "waiting_distributor", "fr"),
            kinds.state_label("voltura", "waiting_distributor", "en")
        );
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let text = "[[kind]]\nname = \"a\"\nlabel = { it = \"a\" }\n\n[[kind]]\nname = \"a\"\nlabel = { it = \"b\" }\n";
        let error = CaseKinds::parse(text, "kinds.toml").unwrap_err()[0].to_string();
        assert!(
            error.starts_with("kinds.toml:5: kind `a` stands here a second time"),
            "{error}"
        );
        let error = CaseKinds::parse("[[kind]]\nnam = \"a\"\n", "k.toml")
            .unwrap_err()
            .remove(0);
        assert_eq!(error.line, 2);
        assert!(error.detail.contains("nam"), "{error}");
    }

    #[test]
    fn every_fault_is_said_in_one_run() {
        let text = "[[kind]]\nname = 1\nlabel = { it = \"a\" }\n\n[[kind]]\nname = \"b\"\nlabel = {}\n\
                    [[kind.state]]\nname = \"c\"\nlabel = { it = \"c\" }\nworking_days = \"two\"\n";
        let faults = CaseKinds::parse(text, "k.toml").unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 5, 11], "{faults:?}");
        // A kind without a name takes its states with it.
        let text = "[[kind]]\nlabel = { it = \"a\" }\n[[kind.state]]\nname = \"b\"\nlabel = { it = \"b\" }\n\
                    [[kind]]\nname = 1\n";
        let faults = CaseKinds::parse(text, "k.toml").unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 7], "{faults:?}");
    }
}
