//! How things are said on the pages: states with sign, word and colour; times relative and
//! exact; numbers with separators. Pure.

use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::words::ConsoleWords;
use crate::domain::event::IncidentState;
use crate::domain::money::{Currency, Money};
use crate::domain::{MessageState, Timestamp};
use crate::insight::explain::duration;
use crate::web::console::state::Moment;

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
    pub(crate) fn of_message(state: MessageState, read: bool, words: ConsoleWords) -> Self {
        if read {
            return Self::new("read", &words.say("state-read"));
        }
        Self::new(message_tone(state), &words.of("state", state.as_str()))
    }

    /// Of an incident; one that `begins` only later says so.
    pub(crate) fn of_incident(state: IncidentState, begins: &When, words: ConsoleWords) -> Self {
        if begins.ahead && state == IncidentState::GoingOn {
            return Self::new("going", &words.say("incident-announced"));
        }
        let tone = match state {
            IncidentState::GoingOn => "attention",
            IncidentState::Resolved => "delivered",
            IncidentState::Cancelled => "waiting",
        };
        Self::new(tone, &words.of("incident-state", state.as_str()))
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
    /// `3 min ago`, `in 2 h`; `3 min fa`, `tra 2 h`.
    pub(crate) ago: String,
    /// `2026-11-22 18:04:12 +01:00`; `22/11/2026 18:04:12 +01:00`.
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
        let said = |key, span| {
            let span = now.words.span(span);
            now.words.say_with(key, &[("span", span.into())])
        };
        let ago = if ahead {
            said("shell-ahead", at - now.at)
        } else if span < TimeDelta::seconds(1) {
            now.words.say("shell-just-now").into_owned()
        } else {
            said("shell-ago", span)
        };
        Self {
            ago,
            exact: exact(at, now),
            machine: at.to_string(),
            ahead,
        }
    }
}

/// As people of the language write dates, to the second, with the offset from UTC.
fn exact(at: Timestamp, now: Moment) -> String {
    let local = at.to_utc().with_timezone(&now.zone);
    let form = now
        .words
        .language()
        .choose("%d/%m/%Y %H:%M:%S %:z", "%Y-%m-%d %H:%M:%S %:z");
    local.format(form).to_string()
}

impl ConsoleWords {
    /// `12,345`; `12.345`.
    pub(crate) fn number(self, number: i64) -> String {
        grouped(number, self.language().choose('.', ','))
    }

    /// `€1,234.50`; `1.234,50 €`. Below one unit to the last digit that there is, since an SMS costs less than a
    /// cent's precision would show; above it to the hundredth.
    pub(crate) fn amount(self, money: Money, currency: &Currency) -> String {
        let (units, behind) = rounded(money);
        let digits = format!("{behind:06}");
        let fine = digits.trim_end_matches('0').len().max(2);
        let point = self.language().choose(',', '.');
        let number = format!("{}{point}{}", self.number(units), &digits[..fine]);
        let (sign, close) = match currency.as_str() {
            "EUR" => ("€", true),
            "USD" => ("$", true),
            "GBP" => ("£", true),
            other => (other, false),
        };
        let gap = if close { "" } else { "\u{a0}" };
        self.language().choose(
            format!("{number}\u{a0}{sign}"),
            format!("{sign}{gap}{number}"),
        )
    }

    /// `3 min`, `2 d`; only days have a sign of their own in each language.
    pub(crate) fn span(self, span: TimeDelta) -> String {
        match span.num_days() {
            days @ 2.. => self.say_with("shell-days", &[("days", days.into())]),
            _ => duration(span),
        }
    }
}

/// Units and millionths, from one unit on to the nearest hundredth.
const fn rounded(money: Money) -> (i64, u64) {
    let (units, behind) = money.parts();
    if units == 0 {
        return (units, behind);
    }
    let hundredths = (behind + 5_000) / 10_000;
    match hundredths {
        100 => (units + 1, 0),
        _ => (units, hundredths * 10_000),
    }
}

fn grouped(number: i64, separator: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A text as one segment of an address.
pub(crate) fn in_path(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn times_are_relative_and_exact_in_the_local_zone() {
        let now = Timestamp::parse("2026-11-22T17:04:12Z").unwrap();
        let rome = Moment {
            at: now,
            zone: chrono_tz::Europe::Rome,
            words: ConsoleWords::ENGLISH,
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
    fn an_italian_reads_times_and_numbers_as_italians_write_them() {
        let now = Timestamp::parse("2026-11-22T17:04:12Z").unwrap();
        let words = ConsoleWords::new(Language::Italian);
        let rome = Moment {
            at: now,
            zone: chrono_tz::Europe::Rome,
            words,
        };
        let ago = |span| When::new(now - span, rome).ago;
        assert_eq!(ago(TimeDelta::minutes(3)), "3 min fa");
        assert_eq!(ago(TimeDelta::days(-5)), "tra 5 g");
        assert_eq!(ago(TimeDelta::zero()), "adesso");
        assert_eq!(When::new(now, rome).exact, "22/11/2026 18:04:12 +01:00");
        assert_eq!(words.number(1_234_567), "1.234.567");
    }

    #[test]
    fn numbers_have_separators() {
        let words = ConsoleWords::ENGLISH;
        assert_eq!(words.number(1_234_567), "1,234,567");
        assert_eq!(words.number(-100), "-100");
        assert_eq!(words.number(0), "0");
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let italian = ConsoleWords::new(Language::Italian);
        let euro = Currency::default();
        for (micros, in_english, in_italian) in [
            (1_234_500_000, "€1,234.50", "1.234,50\u{a0}€"),
            (45_000, "€0.045", "0,045\u{a0}€"),
            (0, "€0.00", "0,00\u{a0}€"),
            (1_995_000, "€2.00", "2,00\u{a0}€"),
            (1_994_999, "€1.99", "1,99\u{a0}€"),
            (500_000, "€0.50", "0,50\u{a0}€"),
        ] {
            let money = Money::from_micros(micros);
            assert_eq!(ConsoleWords::ENGLISH.amount(money, &euro), in_english);
            assert_eq!(italian.amount(money, &euro), in_italian);
        }
        let francs = "CHF".parse().unwrap();
        let money = Money::from_micros(70_000);
        assert_eq!(
            ConsoleWords::ENGLISH.amount(money, &francs),
            "CHF\u{a0}0.07"
        );
    }

    #[test]
    fn spans_are_the_same_in_english_as_in_explanations() {
        for seconds in [0, 5, 130, 7_200, 172_799, 172_800, 1_000_000] {
            let span = TimeDelta::seconds(seconds);
            assert_eq!(ConsoleWords::ENGLISH.span(span), duration(span));
        }
    }

    #[test]
    fn every_state_has_a_sign_and_a_word() {
        for state in MessageState::ALL {
            let badge = Badge::of_message(*state, false, ConsoleWords::ENGLISH);
            assert!(!badge.sign.is_empty());
            assert_eq!(badge.word, state.as_str());
        }
    }
}
