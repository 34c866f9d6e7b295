//! Days and hours as people say them, in the client's own time.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _};
use chrono_tz::Tz;

use super::phrases::Language;
use crate::domain::Timestamp;
use crate::domain::event::Deadline;

/// The calendar on the client's wall.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalCalendar {
    pub(super) language: Language,
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
}

impl LocalCalendar {
    /// "oggi", "domani", "giovedì 26 novembre", with the year when it is another one.
    pub(super) fn day(self, day: NaiveDate) -> String {
        let today = self.local(self.now).date_naive();
        match (day - today).num_days() {
            -1 => self.language.choose("ieri", "yesterday").to_owned(),
            0 => self.language.choose("oggi", "today").to_owned(),
            1 => self.language.choose("domani", "tomorrow").to_owned(),
            _ => self.spelt(day, today.year()),
        }
    }

    /// "oggi alle 18:30", "giovedì 26 novembre alle 18:30".
    pub(super) fn moment(self, at: Timestamp) -> String {
        let local = self.local(at);
        let (day, at) = (
            self.day(local.date_naive()),
            self.language.choose("alle", "at"),
        );
        format!("{day} {at} {:02}:{:02}", local.hour(), local.minute())
    }

    pub(super) fn due(self, due: Deadline) -> String {
        match due {
            Deadline::Day(day) => self.day(day),
            Deadline::Time(at) => self.moment(at),
        }
    }

    /// Whether it is over: a day only once it has ended.
    pub(super) fn is_past(self, due: Deadline) -> bool {
        match due {
            Deadline::Day(day) => day < self.local(self.now).date_naive(),
            Deadline::Time(at) => at < self.now,
        }
    }

    fn local(self, at: Timestamp) -> DateTime<Tz> {
        at.to_utc().with_timezone(&self.zone)
    }

    fn spelt(self, day: NaiveDate, this_year: i32) -> String {
        let names = self.language.days();
        let (weekday, month) = (names.weekday(&day), names.month(&day));
        if day.year() == this_year {
            format!("{weekday} {} {month}", day.day())
        } else {
            format!("{weekday} {} {month} {}", day.day(), day.year())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(language: Language) -> LocalCalendar {
        LocalCalendar {
            language,
            zone: chrono_tz::Europe::Rome,
            now: Timestamp::parse("2026-11-22T23:30:00+01:00").unwrap(),
        }
    }

    #[test]
    fn days_are_said_as_people_say_them_in_the_clients_own_zone() {
        let calendar = calendar(Language::Italian);
        let at = |text| calendar.moment(Timestamp::parse(text).unwrap());
        assert_eq!(at("2026-11-22T20:05:00Z"), "oggi alle 21:05");
        assert_eq!(at("2026-11-22T23:05:00Z"), "domani alle 00:05");
        assert_eq!(at("2026-11-26T17:30:00Z"), "giovedì 26 novembre alle 18:30");
        assert_eq!(
            at("2027-01-07T11:00:00Z"),
            "giovedì 7 gennaio 2027 alle 12:00"
        );
    }

    #[test]
    fn a_day_is_past_only_when_it_has_ended() {
        let calendar = calendar(Language::English);
        let due = |text: &str| text.parse::<Deadline>().unwrap();
        assert!(!calendar.is_past(due("2026-11-22")));
        assert!(calendar.is_past(due("2026-11-21")));
        assert!(calendar.is_past(due("2026-11-22T22:00:00+01:00")));
        assert_eq!(calendar.due(due("2026-11-29")), "Sunday 29 November");
    }
}
