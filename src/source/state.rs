//! How a source does, judged by its row: for the command line and for the console, each of which has
//! words of its own for it. What is wrong stands in the row.

use chrono::TimeDelta;

use super::webhook::WEBHOOK;
use crate::domain::Timestamp;
use crate::store::sources::SourceRow;

/// How a source of the settings does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// Nobody has looked at it yet; to one that is posted to, nothing has come.
    New,
    /// What stands there already is being read.
    Reading,
    /// It is looked at, and nothing is wrong.
    Up,
    /// It brought nothing for longer than `alarm_after`.
    Silent,
    /// It is read, and something is strange.
    Doubtful,
    /// The last look failed.
    Failing,
    /// It is read; records that could not be taken wait for a person.
    Waiting,
}

impl SourceState {
    /// What matters most comes first. `row`: as the store has it, if it was ever entered; `kind`: the
    /// word in the settings.
    #[must_use]
    pub fn of(row: Option<&SourceRow>, kind: &str, alarm_after: TimeDelta, now: Timestamp) -> Self {
        let Some(row) = row else {
            return Self::New;
        };
        let heard = row.record_at.or(row.looked_at);
        match () {
            () if row.fault.is_some() => Self::Failing,
            () if !row.settled && (row.looked_at.is_none() || kind == WEBHOOK) => Self::New,
            () if !row.settled => Self::Reading,
            () if heard.is_some_and(|at| now - at > alarm_after) => Self::Silent,
            () if row.doubt.is_some() => Self::Doubtful,
            () if row.dead > 0 => Self::Waiting,
            () => Self::Up,
        }
    }

    /// The word of `araldo source list`, which says of dead letters how many there are.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New | Self::Reading => "new",
            Self::Up | Self::Waiting => "up",
            Self::Silent => "silent",
            Self::Doubtful => "doubtful",
            Self::Failing => "failing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn row() -> SourceRow {
        SourceRow {
            name: "crm".to_owned(),
            node: None,
            cursor: None,
            settled: true,
            looked_at: Some(NOW),
            record_at: Some(NOW),
            lag: None,
            records: 7,
            faults: 0,
            fault: None,
            fault_since: None,
            doubt: None,
            dead: 0,
        }
    }

    fn state(row: &SourceRow, kind: &str) -> SourceState {
        SourceState::of(Some(row), kind, TimeDelta::hours(1), NOW)
    }

    #[test]
    fn what_matters_most_is_said_first() {
        let mut found = row();
        assert_eq!(state(&found, "sql"), SourceState::Up);
        found.dead = 2;
        assert_eq!(state(&found, "sql"), SourceState::Waiting);
        found.doubt = Some("a word is new".to_owned());
        assert_eq!(state(&found, "sql"), SourceState::Doubtful);
        found.record_at = Some(NOW - TimeDelta::hours(2));
        assert_eq!(state(&found, "sql"), SourceState::Silent);
        found.fault = Some("cannot reach it".to_owned());
        assert_eq!(state(&found, "sql"), SourceState::Failing);
    }

    #[test]
    fn what_was_never_looked_at_is_new_and_what_is_read_for_the_first_time_is_being_read() {
        let never = SourceState::of(None, "sql", TimeDelta::hours(1), NOW);
        assert_eq!(never, SourceState::New);
        let mut found = row();
        found.settled = false;
        assert_eq!(state(&found, "sql"), SourceState::Reading);
        // Somebody waits for what is posted: that is no look.
        assert_eq!(state(&found, "webhook"), SourceState::New);
        found.looked_at = None;
        assert_eq!(state(&found, "sql"), SourceState::New);
    }

    #[test]
    fn the_command_line_has_five_words() {
        use SourceState::{Doubtful, Failing, New, Reading, Silent, Up, Waiting};
        let words = [New, Reading, Up, Waiting, Silent, Doubtful, Failing].map(SourceState::word);
        let said = ["new", "new", "up", "up", "silent", "doubtful", "failing"];
        assert_eq!(words, said);
    }
}
