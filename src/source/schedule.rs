//! When a source is looked at: at even distances, or at times that the clock on the wall shows.
//!
//! The crate `cron` is asked about the clock on the wall alone, as if nobody ever changed it; what a
//! change does is decided here. A time that is skipped in spring comes at the end of the gap; of an
//! hour that comes twice in autumn only the first one counts.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Timelike as _, Weekday};
use chrono_tz::Tz;

use crate::domain::Timestamp;
use crate::domain::limits::{LATEST, LOOK_EVERY};
use crate::text::time::parse_time;

/// When to look next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// So long after the look before.
    Every(TimeDelta),
    /// At the times of a cron expression, as they are told in a zone.
    Cron(Box<cron::Schedule>, Tz),
}

/// A text that says no time to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Neither of the two forms.
    #[error(
        "`{0}` is neither a length of time such as \"5s\" nor a cron expression such as \
         \"0 */5 7-20 * * Mon-Fri\": second, minute, hour, day, month, day of the week"
    )]
    Unknown(String),
    /// A length of time that hurts them, or that nobody means.
    #[error("`{0}` is out of range; write \"100ms\" to \"7 days\"")]
    OutOfRange(String),
    /// As in a crontab, which knows no seconds.
    #[error("`{0}` has five fields and needs six: the second stands first, as in `0 {0}`")]
    FiveFields(String),
    /// A day of the week as a number, which programs count from different days.
    #[error(
        "`{field}`: days of the week are written by name, because some programs count them from \
         Sunday and some from Monday; write {words}"
    )]
    Numbered { field: String, words: String },
    /// A word in the place of a day of the week.
    #[error("`{0}` is no day of the week; they are Mon, Tue, Wed, Thu, Fri, Sat, Sun")]
    NoWeekday(String),
    /// Six fields, and something wrong in one of the first five.
    #[error("`{text}` is no cron expression{detail}")]
    Malformed { text: String, detail: String },
    /// Such as the 30th of February.
    #[error("`{0}` names a day that never comes")]
    Never(String),
}

impl Schedule {
    /// Reads "5s" or "0 */5 7-20 * * Mon-Fri". `zone`: where the times of the latter are told.
    pub fn parse(every: &str, zone: Tz) -> Result<Self, ScheduleError> {
        if let Ok(time) = parse_time(every) {
            let (least, most) = LOOK_EVERY;
            return match (least..=most).contains(&time) {
                true => Ok(Self::Every(time)),
                false => Err(ScheduleError::OutOfRange(every.to_owned())),
            };
        }
        let fields: Vec<&str> = every.split_whitespace().collect();
        match fields.as_slice() {
            [times @ .., days] if times.len() == 5 => {
                let expression = format!("{} {}", times.join(" "), weekdays(days)?);
                Ok(Self::Cron(Box::new(compiled(every, &expression)?), zone))
            }
            [_, _, _, _, _] => Err(ScheduleError::FiveFields(fields.join(" "))),
            _ => Err(ScheduleError::Unknown(every.to_owned())),
        }
    }

    /// The first time to look that is later than `after`.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Timestamp {
        match self {
            Self::Every(time) => after + *time,
            Self::Cron(expression, zone) => {
                let wall = after.to_utc().with_timezone(zone).naive_local().and_utc();
                expression
                    .after(&wall)
                    .filter_map(|wall| moment(wall.naive_utc(), *zone))
                    .find(|at| *at > after)
                    .unwrap_or(LATEST)
            }
        }
    }
}

/// As a person reads it; days of the week one by one.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(time) => {
                let time = time.to_std().unwrap_or_default();
                write!(f, "{}", humantime::format_duration(time))
            }
            Self::Cron(expression, zone) => write!(f, "{expression} ({zone})"),
        }
    }
}

fn compiled(text: &str, expression: &str) -> Result<cron::Schedule, ScheduleError> {
    let schedule: cron::Schedule =
        expression
            .parse()
            .map_err(|error: cron::error::Error| ScheduleError::Malformed {
                text: text.to_owned(),
                detail: last_word(&error.to_string(), expression),
            })?;
    match schedule.after(&DateTime::UNIX_EPOCH).next() {
        Some(_) => Ok(schedule),
        None => Err(ScheduleError::Never(text.to_owned())),
    }
}

/// The line of an error that says what is wrong. Before it stand the expression and an arrow.
fn last_word(error: &str, expression: &str) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with('^') && *line != expression;
    let said = error.lines().map(str::trim).rfind(says);
    said.map_or_else(String::new, |line| format!(": {line}"))
}

/// The moment at which the clock on the wall first shows a time, or the end of the gap that it
/// falls into.
fn moment(mut wall: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    // Zones leave out an hour or less; one left out a whole day.
    for _ in 0..=24 * 60 {
        if let Some(at) = zone.from_local_datetime(&wall).earliest() {
            return Some(at.to_utc().into());
        }
        wall = wall.with_second(0)? + TimeDelta::minutes(1);
    }
    None
}

/// Days of the week by their names, each on its own: a range may go over the end of the week.
fn weekdays(field: &str) -> Result<String, ScheduleError> {
    if matches!(field, "*" | "?") {
        return Ok("*".to_owned());
    }
    if field.contains(|c: char| c.is_ascii_digit()) {
        return Err(ScheduleError::Numbered {
            field: field.to_owned(),
            words: in_words(field).map_or_else(
                || "them one by one, as in `Mon,Wed,Fri`".to_owned(),
                |words| format!("`{words}` if you count as a crontab does"),
            ),
        });
    }
    let mut days = Vec::new();
    for part in field.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        days.push(day.to_string());
        while day != last {
            day = day.succ();
            days.push(day.to_string());
        }
    }
    Ok(days.join(","))
}

fn weekday(name: &str) -> Result<Weekday, ScheduleError> {
    name.parse()
        .map_err(|_| ScheduleError::NoWeekday(name.to_owned()))
}

/// The same days by name, counted as in a crontab: 1 is Monday, 0 and 7 are Sunday. `None` where
/// not all of them are such numbers.
fn in_words(field: &str) -> Option<String> {
    let day = |number: &str| {
        Some(match number {
            "0" | "7" => "Sun",
            "1" => "Mon",
            "2" => "Tue",
            "3" => "Wed",
            "4" => "Thu",
            "5" => "Fri",
            "6" => "Sat",
            _ => return None,
        })
    };
    let part = |part: &str| {
        let days: Option<Vec<&str>> = part.split('-').map(day).collect();
        Some(days?.join("-"))
    };
    let parts: Option<Vec<String>> = field.split(',').map(part).collect();
    Some(parts?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROME: Tz = chrono_tz::Europe::Rome;

    fn refusal(every: &str) -> String {
        Schedule::parse(every, ROME).unwrap_err().to_string()
    }

    /// The first times after one in UTC, in UTC.
    fn times(every: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(every, ROME).unwrap();
        let mut at = Timestamp::parse(after).unwrap();
        let mut times = Vec::new();
        for _ in 0..count {
            at = schedule.next(at);
            times.push(at.to_utc().format("%dT%H:%MZ").to_string());
        }
        times
    }

    #[test]
    fn a_length_of_time_is_counted_from_the_look_before() {
        let schedule = Schedule::parse("5s", ROME).unwrap();
        assert_eq!(schedule, Schedule::Every(TimeDelta::seconds(5)));
        let at = Timestamp::from_micros(1);
        assert_eq!(schedule.next(at), Timestamp::from_micros(5_000_001));
        for fits in ["100ms", "2m", "7 days"] {
            assert!(Schedule::parse(fits, ROME).is_ok(), "{fits}");
        }
        for wrong in ["99ms", "8 days"] {
            assert!(refusal(wrong).ends_with("write \"100ms\" to \"7 days\""));
        }
    }

    #[test]
    fn a_schedule_is_said_as_it_was_written() {
        let said = |every: &str| Schedule::parse(every, ROME).unwrap().to_string();
        assert_eq!(said("90s"), "1m 30s");
        let often = said("0 */5 7-20 * * Sat-Sun");
        assert_eq!(often, "0 */5 7-20 * * Sat,Sun (Europe/Rome)");
    }

    #[test]
    fn what_says_no_time_is_refused_with_what_would_be_right() {
        for wrong in ["", "soon", "0s", "@daily", "0 0 8 * * Mon 2026"] {
            assert!(refusal(wrong).contains("nor a cron expression"), "{wrong}");
        }
        assert!(refusal("*/5 * * * *").ends_with("as in `0 */5 * * * *`"));
        let said = refusal("0 61 * * * *");
        assert!(said.starts_with("`0 61 * * * *` is no cron"), "{said}");
        assert!(!said.contains('\n'), "{said}");
        assert!(refusal("0 0 0 30 Feb *").ends_with("never comes"));
    }

    #[test]
    fn days_of_the_week_are_written_by_name() {
        let words = |field: &str| refusal(&format!("0 0 8 * * {field}"));
        assert!(words("1-5").contains("write `Mon-Fri` if you count"));
        assert!(words("0,6").contains("write `Sun,Sat` if you count"));
        assert!(words("*/2").contains("one by one"));
        assert!(words("Mon-5").contains("one by one"));
        assert!(words("Lun").starts_with("`Lun` is no day of the week"));
        // 2026-06-02 is a Tuesday; eight in Rome is six in UTC.
        let found = times("0 0 8 * * Fri-Mon", "2026-06-02T12:00:00Z", 5);
        let right = [
            "05T06:00Z",
            "06T06:00Z",
            "07T06:00Z",
            "08T06:00Z",
            "12T06:00Z",
        ];
        assert_eq!(found, right);
    }

    #[test]
    fn a_time_that_is_skipped_in_spring_comes_at_the_end_of_the_gap() {
        // At 01:00Z on 2026-03-29 the clocks go from 2 to 3.
        let night = times("0 30 2 * * *", "2026-03-28T12:00:00Z", 2);
        assert_eq!(night, ["29T01:00Z", "30T00:30Z"]);
        let often = times("0 */20 * * * *", "2026-03-29T00:30:00Z", 4);
        assert_eq!(often, ["29T00:40Z", "29T01:00Z", "29T01:20Z", "29T01:40Z"]);
    }

    #[test]
    fn an_hour_that_comes_twice_in_autumn_counts_once() {
        // At 01:00Z on 2026-10-25 the clocks go from 3 back to 2.
        let night = times("0 30 2 * * *", "2026-10-24T12:00:00Z", 2);
        assert_eq!(night, ["25T00:30Z", "26T01:30Z"]);
        let often = times("0 */20 * * * *", "2026-10-25T00:10:00Z", 4);
        assert_eq!(often, ["25T00:20Z", "25T00:40Z", "25T02:00Z", "25T02:20Z"]);
        // Somebody starts the daemon in the second of the two hours.
        assert_eq!(
            times("0 30 2 * * *", "2026-10-25T01:10:00Z", 1),
            ["26T01:30Z"]
        );
    }
}
