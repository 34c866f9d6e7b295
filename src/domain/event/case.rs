//! What an event says about a case. The kinds of cases and their states are in `case_kind`:
//! an event may name a state that is not listed there, and is told all the same.

use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::fields::{Fields, REFERENCE};
use crate::domain::limits::{EARLIEST, LATEST};
use crate::text::text_enum::text_enum;
use crate::text::tree::JsonNode;

text_enum! {
    /// What happened to a case: the event's type.
    pub enum CaseStep {
        Opened => "case.opened",
        StateChanged => "case.state_changed",
        Closed => "case.closed",
        /// Made inside: it has stood in one state for too long.
        Stalled => "case.stalled",
        /// Made inside: it will have, unless something happens.
        DueSoon => "case.due_soon",
        /// Made inside: its client was told nothing for long.
        Silent => "case.silent",
        /// Made inside: it is closed, and its client is to be asked how it went.
        SurveyDue => "case.survey_due",
        /// Made inside: the same once more, where nobody answered.
        SurveyReminder => "case.survey_reminder",
    }
}

impl CaseStep {
    /// What the clock says of a case. It knows nothing new: the case stays where it stood.
    pub const REMINDERS: [Self; 5] = [
        Self::Stalled,
        Self::DueSoon,
        Self::Silent,
        Self::SurveyDue,
        Self::SurveyReminder,
    ];

    /// Whether Araldo's own clock says it, and nobody else.
    #[must_use]
    pub fn is_reminder(self) -> bool {
        Self::REMINDERS.contains(&self)
    }

    /// Whether it asks how it went: of a case that is closed, and not of one that waits.
    #[must_use]
    pub const fn is_survey(self) -> bool {
        matches!(self, Self::SurveyDue | Self::SurveyReminder)
    }

    /// Which of the clock's words may hold no more after news of a case. That a case is `over` once more
    /// takes no question about it back.
    pub fn outdated(over: bool) -> impl Iterator<Item = Self> {
        let words = Self::REMINDERS.into_iter();
        words.filter(move |word| !over || !word.is_survey())
    }

    /// What a plan about this step of a case is about. What the clock says stands beside the news,
    /// one subject for each word: a tutor's reminder takes no news out of a client's queue.
    #[must_use]
    pub fn plan_subject(self, case: &str) -> String {
        match self.is_reminder() {
            true => format!("{self}:{case}"),
            false => format!("case:{case}"),
        }
    }
}

/// What the clock adds to what is known of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CaseReminder {
    /// Since when the case stands in its state.
    pub since: Timestamp,
    /// How many times its time has passed, the first one being 1; 0 before that.
    pub threshold: u16,
    /// When it is looked at again.
    pub next_check: Option<NaiveDate>,
}

impl CaseReminder {
    /// Reads it from the data of an event; none where the event is not the clock's.
    #[must_use]
    pub fn of(data: &Value) -> Option<Self> {
        let number = data.get("threshold").and_then(Value::as_u64);
        let day = data.get("next_check").and_then(Value::as_str);
        Some(Self {
            since: Timestamp::parse(data.get("since")?.as_str()?).ok()?,
            threshold: number
                .and_then(|number| number.try_into().ok())
                .unwrap_or(0),
            next_check: day.and_then(|day| day.parse().ok()),
        })
    }
}

/// What an event says about a case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseData {
    /// The organisation's reference for it, unique.
    pub case: String,
    /// The client's reference. The client may become known later.
    pub client: String,
    /// Such as `voltura`.
    pub kind: String,
    /// Such as `sent_to_distributor`.
    pub state: String,
    /// The body responsible now, such as `e-distribuzione`.
    pub owner: Option<String>,
    /// When the next step is expected.
    pub expected_by: Option<Deadline>,
    /// A remark for the client, at most 2,000 characters.
    pub note: Option<String>,
}

impl CaseData {
    /// The body that clients are told of. An owner who is one of the staff, by the address of their
    /// login, is nobody's to know.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.owner.as_deref().filter(|owner| !owner.contains('@'))
    }

    /// Reads an event's data. Further fields stay in the event for rules and templates.
    pub fn parse<N: JsonNode>(data: &N) -> Result<Self, FieldError> {
        let fields = Fields::of(data, "")?;
        Ok(Self {
            case: fields.reference("case", REFERENCE)?,
            client: fields.reference("client", REFERENCE)?,
            kind: fields.reference("kind", REFERENCE)?,
            state: fields.reference("state", REFERENCE)?,
            owner: fields.line_if("owner", REFERENCE)?,
            expected_by: fields.parsed_if("expected_by")?,
            note: fields.prose_if("note")?,
        })
    }

    /// See `EventData::check`.
    pub(super) fn check(&self) -> Result<(), FieldError> {
        let sensible = match self.expected_by {
            None => true,
            Some(Deadline::Day(day)) => (2000..2100).contains(&day.year()),
            Some(Deadline::Time(time)) => (EARLIEST..=LATEST).contains(&time),
        };
        if sensible {
            return Ok(());
        }
        let detail = "`expected_by` is not between 2000 and 2100; leave it out if unknown";
        Err(FieldError::new("/expected_by", detail))
    }
}

/// A day, or a point in time: bodies promise either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// In the course of this day.
    Day(NaiveDate),
    Time(Timestamp),
}

/// A text that is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither a date such as 2026-11-29 nor a time with a zone such as 2026-11-29T12:00:00+01:00"
)]
pub struct DeadlineError(String);

impl FromStr for Deadline {
    type Err = DeadlineError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `%Y` alone would take years of any length, which no database date can hold.
        let day = (text.len() == 10)
            .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .flatten();
        match day {
            Some(day) => Ok(Self::Day(day)),
            None => Timestamp::parse(text)
                .map(Self::Time)
                .map_err(|_| DeadlineError(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Time(time) => time.fmt(f),
        }
    }
}

impl serde::Serialize for Deadline {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
