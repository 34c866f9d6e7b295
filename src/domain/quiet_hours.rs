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
use crate::domain::marks::harmless;

/// Minutes of a day.
const DAY: u16 = 1_440;
/// What quiet hours must leave open. A clock moved forward takes an hour of the day away (two in
/// Antarctica); without a rest some day might have no open moment at all.
const OPEN_AT_LEAST: u16 = 120;

/// From one time of day to another, over midnight if `from` is later than `to`. Both the same
/// means never quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct QuietHours {
    /// First quiet minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is not quiet any more, 0 to 1439.
    pub to_minute: u16,
}

/// As the API and the settings write it: `{"from":"21:00","to":"08:00"}`.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: String,
    to: String,
}

/// Two texts that are no quiet hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuietHoursError {
    /// One is no time of day.
    #[error("`{given}` is no time of day; write hours and minutes from `00:00` to `23:59`")]
    NoTime {
        /// What was given.
        given: String,
    },
    /// The client could hardly ever be told anything.
    #[error(
        "quiet hours from `{from}` to `{to}` leave less than two hours a day; \
         a client who wants nothing refuses the topic instead"
    )]
    TooLong {
        /// The beginning.
        from: String,
        /// The end.
        to: String,
    },
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

impl TryFrom<Written> for QuietHours {
    type Error = QuietHoursError;
    fn try_from(Written { from, to }: Written) -> Result<Self, Self::Error> {
        Self::parse(&from, &to)
    }
}

impl From<QuietHours> for Written {
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
mod tests {
    use chrono_tz::{Africa, America, Antarctica, Asia, Australia, Europe};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const ZONES: [Tz; 7] = [
        Europe::Rome,
        America::New_York,
        America::Sao_Paulo,
        Australia::Lord_Howe,
        Antarctica::Troll,
        Africa::Casablanca,
        Asia::Kathmandu,
    ];

    fn until(hours: (&str, &str), now: &str, zone: Tz) -> Option<String> {
        let hours = QuietHours::parse(hours.0, hours.1).unwrap();
        let end = hours.until(Timestamp::parse(now).unwrap(), zone)?;
        Some(end.to_utc().with_timezone(&zone).to_rfc3339())
    }

    #[test]
    fn a_night_ends_in_the_morning_of_the_clients_own_zone() {
        let night = ("21:00", "08:00");
        for (now, end) in [
            ("2026-11-22T20:59:59+01:00", None),
            (
                "2026-11-22T21:00:00+01:00",
                Some("2026-11-23T08:00:00+01:00"),
            ),
            (
                "2026-11-23T00:00:00+01:00",
                Some("2026-11-23T08:00:00+01:00"),
            ),
            (
                "2026-11-23T07:59:59.999999+01:00",
                Some("2026-11-23T08:00:00+01:00"),
            ),
            ("2026-11-23T08:00:00+01:00", None),
        ] {
            assert_eq!(until(night, now, Europe::Rome).as_deref(), end, "{now}");
        }
        assert_eq!(
            until(night, "2026-11-22T21:00:00+01:00", America::New_York),
            None
        );
        let siesta = ("13:00", "15:00");
        assert_eq!(
            until(siesta, "2026-07-01T14:00:00+02:00", Europe::Rome).as_deref(),
            Some("2026-07-01T15:00:00+02:00")
        );
        assert_eq!(
            until(siesta, "2026-07-01T15:00:00+02:00", Europe::Rome),
            None
        );
        assert_eq!(
            until(
                ("08:00", "08:00"),
                "2026-07-01T08:00:00+02:00",
                Europe::Rome
            ),
            None
        );
    }

    #[test]
    fn an_end_that_the_clock_skips_is_the_first_moment_after_the_gap() {
        // In Rome 02:00 to 03:00 does not exist on 29 March 2026.
        assert_eq!(
            until(
                ("21:00", "02:30"),
                "2026-03-29T01:59:00+01:00",
                Europe::Rome
            )
            .as_deref(),
            Some("2026-03-29T03:00:00+02:00")
        );
        assert_eq!(
            until(
                ("02:10", "02:50"),
                "2026-03-29T03:00:00+02:00",
                Europe::Rome
            ),
            None
        );
        assert_eq!(
            until(
                ("02:30", "04:00"),
                "2026-03-29T03:00:00+02:00",
                Europe::Rome
            )
            .as_deref(),
            Some("2026-03-29T04:00:00+02:00")
        );
    }

    #[test]
    fn an_end_that_comes_twice_is_the_second() {
        // In Rome 02:00 to 03:00 comes twice on 25 October 2026.
        let night = ("21:00", "02:30");
        for now in [
            "2026-10-25T02:10:00+02:00",
            "2026-10-25T02:40:00+02:00",
            "2026-10-25T02:10:00+01:00",
        ] {
            let end = until(night, now, Europe::Rome);
            assert_eq!(end.as_deref(), Some("2026-10-25T02:30:00+01:00"), "{now}");
        }
        assert_eq!(
            until(night, "2026-10-25T02:30:00+01:00", Europe::Rome),
            None
        );
        assert_eq!(
            until(
                ("02:30", "08:00"),
                "2026-10-25T02:10:00+01:00",
                Europe::Rome
            )
            .as_deref(),
            Some("2026-10-25T08:00:00+01:00"),
            "quiet since the first 02:30"
        );
    }

    #[test]
    fn what_is_no_time_of_day_is_refused_by_name() {
        for given in [
            "",
            "8:00",
            "24:00",
            "12:60",
            "12.30",
            "+1:00",
            "12:3",
            "१२:००",
            "12:000",
        ] {
            let error = QuietHours::parse(given, "08:00").unwrap_err();
            assert!(error.to_string().contains("00:00"), "{error}");
        }
        assert!(QuietHours::parse("08:00", "06:00").is_ok());
        let error = QuietHours::parse("08:00", "06:01").unwrap_err();
        assert!(error.to_string().contains("two hours"), "{error}");
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        let json = r#"{"from":"21:00","to":"08:05"}"#;
        let hours: QuietHours = serde_json::from_str(json).unwrap();
        assert_eq!((hours.from_minute, hours.to_minute), (1_260, 485));
        assert_eq!(serde_json::to_string(&hours).unwrap(), json);
        assert!(serde_json::from_str::<QuietHours>(r#"{"from":"9pm","to":"08:00"}"#).is_err());
    }

    fn hours() -> impl Strategy<Value = QuietHours> {
        (0..DAY, 0..=DAY - OPEN_AT_LEAST).prop_map(|(from_minute, length)| QuietHours {
            from_minute,
            to_minute: (from_minute + length) % DAY,
        })
    }

    /// Any second of 2026, or one within hours of a change of the clock in Rome or New York.
    fn in_2026() -> impl Strategy<Value = Timestamp> {
        let around = |text: &str| {
            let at = Timestamp::parse(text).unwrap();
            (-36_000_i64..36_000).prop_map(move |seconds| at + TimeDelta::seconds(seconds))
        };
        let start = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        prop_oneof![
            (0_i64..365 * 86_400).prop_map(move |seconds| start + TimeDelta::seconds(seconds)),
            around("2026-03-29T01:00:00Z"),
            around("2026-10-25T01:00:00Z"),
            around("2026-03-08T07:00:00Z"),
            around("2026-11-01T06:00:00Z"),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_end_is_never_quiet_itself_and_within_25_hours(
            hours in hours(), now in in_2026(), zone in select(&ZONES[..]),
        ) {
            if let Some(end) = hours.until(now, zone) {
                prop_assert!(now < end && end - now <= TimeDelta::hours(25));
                prop_assert_eq!(hours.until(end, zone), None);
            }
        }

        #[test]
        fn what_the_wall_calls_quiet_is_quiet(
            hours in hours(), now in in_2026(), zone in select(&ZONES[..]),
        ) {
            use chrono::Timelike as _;
            let wall = now.to_utc().with_timezone(&zone);
            let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap();
            let since = (minute + DAY - hours.from_minute) % DAY;
            if since < hours.length() {
                prop_assert!(hours.until(now, zone).is_some());
            }
        }
    }
}
