//! What the clock goes by: the calendar, how often it speaks, and who is written to on behalf of a
//! body. Read by `config` from `[clock]`, `[bodies]`, `[incidents]`, `[calendar]` and
//! `[upkeep] zone`.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::domain::calendar::WorkingDays;
use crate::domain::survey::SurveySettings;

/// How the clock judges cases and incidents.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockSettings {
    /// Where days begin and end.
    pub zone: Tz,
    pub working_days: WorkingDays,
    /// How often at most it is said of one state that it takes too long.
    pub stalled_times: u16,
    /// Working days after which a client who was told nothing of an open case hears of it.
    pub silent_after_days: u16,
    /// Cases of one body that stand still within a day, from which on the body gets a report.
    pub body_report_at: u32,
    /// Working days after which a body that did not acknowledge its report is written to again.
    pub chase_after_days: u16,
    /// The word for a body, as cases say it, to the reference of the client it is written to as.
    pub bodies: BTreeMap<String, String>,
    /// The same word to what people call the body, where that is another.
    pub body_names: BTreeMap<String, String>,
    pub incidents: IncidentTimes,
    /// How long outages may last.
    pub compensation: Vec<CompensationClass>,
    /// When clients are asked how a closed case went; none: they are not.
    pub survey: Option<SurveySettings>,
}

/// How long an outage may last in some municipalities before whoever is without may be owed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompensationClass {
    pub after: TimeDelta,
    /// Outages of this service.
    pub service: String,
    /// ISTAT codes; empty: of all that no other class of the service names.
    pub municipalities: Vec<String>,
}

/// When an incident is spoken of by the clock, what change of it is worth telling, and what is told
/// after two people have seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentTimes {
    /// After the expected end operators are told at once, clients after this.
    pub overdue_grace: TimeDelta,
    /// After an incident is restored those who were told are asked whether it is.
    pub confirm_after: TimeDelta,
    /// Working days before planned work on which it is announced.
    pub announce_days: u16,
    /// When, on the evening before planned work, clients are reminded.
    pub remind_at: NaiveTime,
    /// An expected end that moves by less than this tells nobody.
    pub material: TimeDelta,
    /// What is declared at the console for more clients than this is approved by a second person;
    /// none: nothing is.
    pub approval_above: Option<u32>,
}
