//! Quiet hours: when a client is not to be disturbed, in the client's own time zone.
//!
//! Quiet hours defer a message, they never drop it; who may ignore them is told by the rule.
//! They are intervals between two readings of the clock on the wall, and when that clock is
//! moved a reading may not exist, or exist twice:
//! - a reading that is skipped counts as the first moment after the gap;
//! - of a reading that comes twice, quiet begins with the first and ends with the second. The
//!   client who said "not before 02:30" is not to hear us at a time the wall calls 02:10.

use chrono::{Days, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::domain::clock::Timestamp;
use crate::text::invisible::harmless;

/// Minutes of a day.
const DAY: u16 = 1_440;
/// What quiet hours must leave open. A clock moved forward takes an hour of the day away (two in
/// Antarctica); without a rest some day might have no open moment at all.
const OPEN_AT_LEAST: u16 = 120;

/// From one time of day to another, over midnight if `from` is later than `to`. Both the same
/// means never quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "QuietHoursText", into = "QuietHoursText")]
pub struct QuietHours {
    /// First quiet minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is not quiet any more, 0 to 1439.
    pub to_minute: u16,
}

/// As the API and the settings write it: `{"from":"21:00","to":"08:00"}`.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct QuietHoursText {
    from: String,
    to: String,
}

/// Two texts that are no quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuietHoursError {
    /// One is no time of day.
    #[error("`{given}` is no time of day; write hours and minutes from `00:00` to `23:59`")]
    NoTime { given: String },
    /// The client could hardly ever be told anything.
    #[error(
        "quiet hours from `{from}` to `{to}` leave less than two hours a day; \
         a client who wants nothing refuses the topic instead"
    )]
    TooLong { from: String, to: String },
}

impl QuietHours {
    /// Parses two times of day such as `21:00` and `08:00`.
    pub fn parse(from: &str, to: &str) -> Result<Self, QuietHoursError> {
        let hours = Self {
            from_minute: minute(from)?,
            to_minute: minute(to)?,
        };
        if hours.length() > DAY - OPEN_AT_LEAST {
            return Err(QuietHoursError::TooLong {
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
        Ok(hours)
    }

    /// Of the first quiet minute and the first that is not, where both are known.
    #[must_use]
    pub fn of_minutes(from: Option<i64>, to: Option<i64>) -> Option<Self> {
        Some(Self {
            from_minute: from?.try_into().ok()?,
            to_minute: to?.try_into().ok()?,
        })
    }

    /// The beginning as `21:00`.
    #[must_use]
    pub fn from_text(self) -> String {
        text(self.from_minute)
    }

    /// The end as `08:00`.
    #[must_use]
    pub fn to_text(self) -> String {
        text(self.to_minute)
    }

    /// When it is quiet now: the moment it ends. `None` when the client may be told something.
    #[must_use]
    pub fn until(self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        let today = now.to_utc().with_timezone(&zone).date_naive();
        // Quiet that reaches over midnight began yesterday.
        [today.pred_opt(), Some(today)]
            .into_iter()
            .flatten()
            .filter_map(|date| self.beginning_on(date, zone))
            .filter(|(from, to)| *from <= now && now < *to)
            .map(|(_, to)| to)
            .max()
    }

    /// Beginning and end of the quiet that begins on that day.
    fn beginning_on(self, date: NaiveDate, zone: Tz) -> Option<(Timestamp, Timestamp)> {
        let nights = match self.from_minute.cmp(&self.to_minute) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Greater => 1,
        };
        let (from, _) = moments(date, self.from_minute, zone)?;
        let end = date.checked_add_days(Days::new(nights))?;
        let (_, to) = moments(end, self.to_minute, zone)?;
        Some((from, to))
    }

    /// Quiet minutes of a day on which the clock is not moved.
    const fn length(self) -> u16 {
        (self.to_minute + DAY - self.from_minute) % DAY
    }
}

impl TryFrom<QuietHoursText> for QuietHours {
    type Error = QuietHoursError;
    fn try_from(QuietHoursText { from, to }: QuietHoursText) -> Result<Self, Self::Error> {
        Self::parse(&from, &to)
    }
}

impl From<QuietHours> for QuietHoursText {
    fn from(hours: QuietHours) -> Self {
        Self {
            from: hours.from_text(),
            to: hours.to_text(),
        }
    }
}

fn minute(given: &str) -> Result<u16, QuietHoursError> {
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    };
    given
        .split_once(':')
        .and_then(|(hour, minute)| two_digits(hour).zip(two_digits(minute)))
        .filter(|(hour, minute)| *hour < 24 && *minute < 60)
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| QuietHoursError::NoTime {
            given: harmless(given),
        })
}

fn text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The first and the last moment at which the clock on the wall shows this minute of this day.
/// In a gap both are the first moment after it.
fn moments(date: NaiveDate, minute: u16, zone: Tz) -> Option<(Timestamp, Timestamp)> {
    let mut wall = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into());
    // A gap is an hour at most, but for the islands that once skipped a whole day.
    for _ in 0..=2 * DAY {
        match zone.from_local_datetime(&wall) {
            MappedLocalTime::Single(at) => return Some((at.to_utc().into(), at.to_utc().into())),
            MappedLocalTime::Ambiguous(first, last) => {
                return Some((first.to_utc().into(), last.to_utc().into()));
            }
            MappedLocalTime::None => wall += TimeDelta::minutes(1),
        }
    }
    None
}

#[cfg(test)]
mod tests;
