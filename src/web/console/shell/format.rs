//! How things are said on the pages: states with sign, word and colour; times relative and
//! exact; numbers with separators. Pure.

use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::event::IncidentState;
use crate::domain::language::Language;
use crate::domain::{MessageState, Timestamp};
use crate::insight::explain::duration;
use crate::web::console::state::Moment;

/// The language of the pages, for labels that have several.
pub(crate) const LANGUAGE: &str = Language::English.tag();

/// A state as people see it: never by colour alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    /// `waiting`, `going`, `delivered`, `read`, `attention`, `failed`: the colour's name.
    pub(crate) tone: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) word: String,
}

impl Badge {
    /// Of a message; one that was read says so.
    pub(crate) fn of_message(state: MessageState, read: bool) -> Self {
        if read {
            return Self::new("read", "read");
        }
        Self::new(message_tone(state), state.as_str())
    }

    pub(crate) fn of_incident(state: IncidentState) -> Self {
        let tone = match state {
            IncidentState::GoingOn => "attention",
            IncidentState::Resolved => "delivered",
            IncidentState::Cancelled => "waiting",
        };
        Self::new(tone, &plain(state.as_str()))
    }

    /// Any word in one of the tones.
    pub(crate) fn new(tone: &'static str, word: &str) -> Self {
        let sign = match tone {
            "going" => "→",
            "delivered" => "✓",
            "read" => "◉",
            "attention" => "!",
            "failed" => "✕",
            _ => "·",
        };
        Self {
            tone,
            sign,
            word: word.to_owned(),
        }
    }
}

const fn message_tone(state: MessageState) -> &'static str {
    use MessageState as S;
    match state {
        S::Queued | S::Held | S::Superseded | S::Cancelled | S::Suppressed => "waiting",
        S::Leased | S::Sending | S::Accepted => "going",
        S::Delivered => "delivered",
        S::Unknown | S::Unresolved | S::Unconfirmed | S::Expired => "attention",
        S::Undelivered | S::Rejected | S::Failed => "failed",
    }
}

/// A point in time: how long ago, and exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// `3 min ago`, `in 2 h`.
    pub(crate) ago: String,
    /// `2026-11-22 18:04:12 +01:00`.
    pub(crate) exact: String,
    /// For programs: RFC 3339.
    pub(crate) machine: String,
    /// It is still to come.
    pub(crate) ahead: bool,
}

impl When {
    /// `at` as seen at `now`.
    pub(crate) fn new(at: Timestamp, now: Moment) -> Self {
        let span = now.at - at;
        let ahead = span < TimeDelta::seconds(-1);
        let ago = if ahead {
            format!("in {}", duration(at - now.at))
        } else if span < TimeDelta::seconds(1) {
            "now".to_owned()
        } else {
            format!("{} ago", duration(span))
        };
        let local = at.to_utc().with_timezone(&now.zone);
        Self {
            ago,
            exact: local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            machine: at.to_string(),
            ahead,
        }
    }
}

/// `12,345`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A word of SQL or JSON as one reads it: `planned_outage` → `planned outage`.
pub(crate) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// A text as one segment of an address.
pub(crate) fn in_path(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_and_exact_in_the_local_zone() {
        let now = Timestamp::parse("2026-11-22T17:04:12Z").unwrap();
        let rome = Moment {
            at: now,
            zone: chrono_tz::Europe::Rome,
        };
        let when = When::new(now - TimeDelta::minutes(3), rome);
        assert_eq!(when.ago, "3 min ago");
        assert!(!when.ahead);
        assert_eq!(when.exact, "2026-11-22 18:01:12 +01:00");
        let later = When::new(now + TimeDelta::hours(3), rome);
        assert_eq!(later.ago, "in 3 h");
        assert!(later.ahead);
        let london = Moment {
            zone: chrono_tz::Europe::London,
            ..rome
        };
        assert_eq!(When::new(now, london).exact, "2026-11-22 17:04:12 +00:00");
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(-100), "-100");
        assert_eq!(grouped(0), "0");
    }

    #[test]
    fn every_state_has_a_sign_and_a_word() {
        for state in MessageState::ALL {
            let badge = Badge::of_message(*state, false);
            assert!(!badge.sign.is_empty());
            assert_eq!(badge.word, state.as_str());
        }
    }
}
