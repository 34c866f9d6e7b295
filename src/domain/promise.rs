//! When people answer, and by when an answer was promised: office hours in words, and working days of the
//! calendar. Pure; who is told of it is decided in `web`.

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use super::address::EmailAddress;
use super::calendar::WorkingDays;
use super::clock::Timestamp;
use super::limits::{ANSWER_DAYS, ANSWER_LOOKS_BACK};

/// The days as settings name them, from Monday on: English, then Italian.
const DAYS: [[&str; 2]; 7] = [
    ["mon", "lun"],
    ["tue", "mar"],
    ["wed", "mer"],
    ["thu", "gio"],
    ["fri", "ven"],
    ["sat", "sab"],
    ["sun", "dom"],
];
/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Days of the week, and from when to when on each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHours {
    /// As it was written, for people.
    written: String,
    days: [bool; 7],
    /// Minutes since midnight; `to` is not open any more.
    from: u32,
    to: u32,
}

/// When people are there, and how soon they answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerPromise {
    /// None: at any hour.
    pub hours: Option<OfficeHours>,
    /// Working days after the one on which a client wrote. None: nothing is promised.
    pub within: Option<u32>,
    pub working_days: WorkingDays,
    /// Whose clock and days the office goes by.
    pub zone: Tz,
}

/// What the settings say of answers to clients (`[dialogue]`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialogue {
    pub promise: AnswerPromise,
    /// Answers that are often given, to choose from.
    pub ready: Vec<String>,
    /// What clients write is mailed to whoever is to answer.
    pub tutor_mail: bool,
    /// Where it is mailed to when nobody in particular is to answer.
    pub inbox_mail: Option<EmailAddress>,
    /// What people whom nobody knows write by e-mail becomes conversations.
    pub unknown_mail: bool,
    /// Name and address of the client go along when a problem is passed on to a body.
    pub forward_names: bool,
    /// The bodies to which problems can be passed on (`[clock] bodies`).
    pub bodies: Vec<String>,
}

impl OfficeHours {
    /// Reads `mon-fri 8-18`, `lun-ven 8:30-17:00` or `sat 9-12`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let read = match words.as_slice() {
            [days, hours] => days_of(days).zip(hours_of(hours)),
            _ => None,
        };
        let Some((days, (from, to))) = read else {
            return Err(format!(
                "`{text}` are no office hours; write them as `mon-fri 8-18` or `lun-ven 8:30-17:30`"
            ));
        };
        Ok(Self {
            written: words.join(" "),
            days,
            from,
            to,
        })
    }

    /// As the settings have them.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    fn has(&self, date: NaiveDate) -> bool {
        let at = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
        self.days[at]
    }
}

/// Reads `1 working day`, `2 working days`, `1 giorno lavorativo`, `3 giorni lavorativi`.
pub fn parse_within(text: &str) -> Result<u32, String> {
    let fault = || {
        format!(
            "`{text}` is no time to answer; write `1 working day`, up to {ANSWER_DAYS} working days"
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [number, rest @ ..] = words.as_slice() else {
        return Err(fault());
    };
    let is_known = matches!(
        rest,
        ["working", "day" | "days"] | ["giorno", "lavorativo"] | ["giorni", "lavorativi"]
    );
    let number = number.parse::<u32>().ok();
    let number = number.filter(|days| *days <= ANSWER_DAYS);
    number.filter(|_| is_known).ok_or_else(fault)
}

impl AnswerPromise {
    /// The office hours, when nobody is there.
    #[must_use]
    pub fn closed_at(&self, now: Timestamp) -> Option<&OfficeHours> {
        let hours = self.hours.as_ref()?;
        let wall = now.to_utc().with_timezone(&self.zone).naive_local();
        let minute = wall.time().hour() * 60 + wall.time().minute();
        let is_open = self.opens_on(wall.date()) && (hours.from..hours.to).contains(&minute);
        (!is_open).then_some(hours)
    }

    /// Until when what came at `since` is to be answered: the end of the office hours of the last promised
    /// working day. What comes after hours counts as of the next day.
    #[must_use]
    pub fn due(&self, since: Timestamp) -> Option<Timestamp> {
        let within = self.within?;
        let wall = since.to_utc().with_timezone(&self.zone).naive_local();
        let to = self.hours.as_ref().map_or(DAY, |hours| hours.to);
        let is_late = wall.time().hour() * 60 + wall.time().minute() >= to;
        let start = match is_late {
            true => wall.date().checked_add_days(Days::new(1))?,
            false => wall.date(),
        };
        // A day on which nobody works does not begin the count.
        let start = self.working_days.add_working_days(start, 0);
        let last = self.working_days.add_working_days(start, within);
        self.moment(last, to)
    }

    /// Whoever has waited since then or longer has waited too long by now.
    #[must_use]
    pub fn overdue_since(&self, now: Timestamp) -> Option<Timestamp> {
        let minutes = |delta: i64| now - TimeDelta::minutes(delta);
        let is_over = |ago: i64| self.due(minutes(ago)).is_some_and(|due| due <= now);
        let (mut not_yet, mut over) = (0, ANSWER_LOOKS_BACK.num_minutes());
        if !is_over(over) {
            return None;
        }
        // Who wrote earlier is due earlier.
        while over - not_yet > 1 {
            let middle = i64::midpoint(not_yet, over);
            match is_over(middle) {
                true => over = middle,
                false => not_yet = middle,
            }
        }
        Some(minutes(over))
    }

    fn opens_on(&self, date: NaiveDate) -> bool {
        let is_named = self.hours.as_ref().is_none_or(|hours| hours.has(date));
        let is_weekend = date.weekday().num_days_from_monday() > 4;
        // Weekends are as they are named; on other days holidays are free.
        let is_free = !is_weekend && !self.working_days.is_working_day(date);
        is_named && !is_free
    }

    /// The first moment at or after this minute of the day: clocks skip an hour in spring.
    fn moment(&self, date: NaiveDate, minute: u32) -> Option<Timestamp> {
        let wall = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into());
        let later = (0..=120).map(|minutes| wall + TimeDelta::minutes(minutes));
        let mut moments = later.filter_map(|wall| self.zone.from_local_datetime(&wall).earliest());
        moments.next().map(|at| at.to_utc().into())
    }
}

fn days_of(text: &str) -> Option<[bool; 7]> {
    let text = text.to_lowercase();
    let at = |word: &str| DAYS.iter().position(|names| names.contains(&word));
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (at(first)?, at(last)?),
        None => (at(&text)?, at(&text)?),
    };
    let mut days = [false; 7];
    days.get_mut(first..=last)?.fill(true);
    (first <= last).then_some(days)
}

fn hours_of(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute_of(from)?, minute_of(to)?);
    (from < to).then_some((from, to))
}

/// `8`, `8:30`, `24`.
fn minute_of(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && at <= DAY).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn promise(hours: &str, within: &str) -> AnswerPromise {
        AnswerPromise {
            hours: (!hours.is_empty()).then(|| OfficeHours::parse(hours).unwrap()),
            within: Some(parse_within(within).unwrap()),
            working_days: WorkingDays::default(),
            zone: chrono_tz::Europe::Rome,
        }
    }

    #[test]
    fn hours_are_read_in_both_languages() {
        let english = OfficeHours::parse("mon-fri 8-18").unwrap();
        let italian = OfficeHours::parse(" Lun-Ven  8:00-18 ").unwrap();
        assert_eq!(english.days, italian.days);
        assert_eq!((english.from, english.to), (480, 1080));
        assert_eq!((italian.from, italian.to), (480, 1080));
        assert_eq!(italian.written(), "Lun-Ven 8:00-18");
        for wrong in [
            "",
            "8-18",
            "mon-fri",
            "fri-mon 8-18",
            "mon-fri 18-8",
            "mon 8-25",
            "mon 8:70-9",
            "mon-fri 8-18 x",
        ] {
            assert!(OfficeHours::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_within("3 giorni lavorativi"), Ok(3));
        for wrong in [
            "",
            "1",
            "1 day",
            "soon",
            "-1 working days",
            "1000 working days",
        ] {
            assert!(parse_within(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nobody_is_there_at_night_on_sundays_and_on_holidays() {
        let promise = promise("mon-fri 8-18", "1 working day");
        for (now, open) in [
            ("2026-11-23T07:59:00+01:00", false),
            ("2026-11-23T08:00:00+01:00", true),
            ("2026-11-23T17:59:00+01:00", true),
            ("2026-11-23T18:00:00+01:00", false),
            ("2026-11-22T12:00:00+01:00", false),
            ("2026-12-08T12:00:00+01:00", false),
        ] {
            assert_eq!(promise.closed_at(at(now)).is_none(), open, "{now}");
        }
        assert_eq!(
            AnswerPromise::default().closed_at(at("2026-12-08T03:00:00Z")),
            None
        );
    }

    #[test]
    fn what_comes_on_a_friday_evening_is_due_on_tuesday() {
        let promise = promise("mon-fri 8-18", "1 working day");
        for (came, due) in [
            ("2026-11-20T10:00:00+01:00", "2026-11-23T18:00:00+01:00"),
            ("2026-11-20T19:00:00+01:00", "2026-11-24T18:00:00+01:00"),
            ("2026-11-21T10:00:00+01:00", "2026-11-24T18:00:00+01:00"),
        ] {
            assert_eq!(promise.due(at(came)), Some(at(due)), "{came}");
        }
        let days = promise_without_hours();
        let due = days.due(at("2026-11-20T10:00:00+01:00"));
        assert_eq!(due, Some(at("2026-11-24T00:00:00+01:00")));
    }

    fn promise_without_hours() -> AnswerPromise {
        promise("", "1 working day")
    }

    #[test]
    fn whoever_waits_since_then_waits_too_long() {
        let promise = promise("mon-fri 8-18", "1 working day");
        let now = at("2026-11-23T18:00:00+01:00");
        let since = promise.overdue_since(now).unwrap();
        assert!(promise.due(since).is_some_and(|due| due <= now));
        let later = since + TimeDelta::minutes(1);
        assert!(promise.due(later).is_some_and(|due| due > now));
        assert_eq!(since, at("2026-11-20T17:59:00+01:00"));
        assert_eq!(AnswerPromise::default().overdue_since(now), None);
    }
}
