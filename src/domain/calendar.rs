//! Italian working days: what "within five working days" of a rule or a contract means.
//!
//! National holidays are those of law 260/1949 with its later changes; Saint Francis, 4 October,
//! is one again from 2026 on (law 151/2025). The day of the local patron saint is a setting.
//! Saturday is no working day, as in the time limits of the Italian energy authority.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Holidays that fall on the same day each year: month and day.
const FIXED: [(u32, u32); 10] = [
    (1, 1),   // New Year
    (1, 6),   // Epiphany
    (4, 25),  // Liberation
    (5, 1),   // Labour
    (6, 2),   // the Republic
    (8, 15),  // Assumption
    (11, 1),  // All Saints
    (12, 8),  // Immaculate Conception
    (12, 25), // Christmas
    (12, 26), // Saint Stephen
];

/// Saint Francis, and the first year in which the day is free.
const SAINT_FRANCIS: (u32, u32, i32) = (10, 4, 2026);

/// The working days of one town.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkingDays {
    /// Local patron days as month (1 to 12) and day: Milan has (12, 7), Rome (6, 29).
    pub patron: Vec<(u32, u32)>,
}

impl WorkingDays {
    /// Whether offices are open on that day.
    #[must_use]
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !is_national_holiday(date) && !self.is_patron_day(date)
    }

    /// The working day that many working days after `date`; for 0, `date` itself or the first
    /// working day after it. The day of the start does not count, as is usual in law.
    #[must_use]
    pub fn add_working_days(&self, date: NaiveDate, days: u32) -> NaiveDate {
        let mut left = days;
        let mut day = date;
        while left > 0 || !self.is_working_day(day) {
            // Only at the end of chrono's calendar, in the year 262142.
            let Some(next) = day.checked_add_days(Days::new(1)) else {
                return day;
            };
            day = next;
            if left > 0 && self.is_working_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// Working days after `from`, up to and with `to`; negative when `to` is earlier.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let (first, last, sign) = if from <= to {
            (from, to, 1)
        } else {
            (to, from, -1)
        };
        let open = first
            .iter_days()
            .skip(1)
            .take_while(|day| *day <= last)
            .filter(|day| self.is_working_day(*day))
            .count();
        sign * i64::try_from(open).unwrap_or(i64::MAX)
    }

    fn is_patron_day(&self, date: NaiveDate) -> bool {
        self.patron.contains(&(date.month(), date.day()))
    }
}

/// Whether the whole country rests.
#[must_use]
pub fn is_national_holiday(date: NaiveDate) -> bool {
    let (month, day, since) = SAINT_FRANCIS;
    FIXED.contains(&(date.month(), date.day()))
        || ((date.month(), date.day()) == (month, day) && date.year() >= since)
        || easter(date.year()).and_then(|sunday| sunday.succ_opt()) == Some(date)
}

/// Easter Sunday of the Gregorian calendar (the computus of Meeus, Jones and Butcher).
/// `None` before 1583, when that calendar did not exist.
#[must_use]
pub fn easter(year: i32) -> Option<NaiveDate> {
    if year < 1583 {
        return None;
    }
    let golden = year % 19;
    let (century, in_century) = (year / 100, year % 100);
    let moon_shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let to_sunday =
        (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let since_march = epact + to_sunday - 7 * late + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(since_march / 31).ok()?,
        u32::try_from(since_march % 31 + 1).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn italy() -> WorkingDays {
        WorkingDays::default()
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for sunday in [
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            "2029-04-01",
            "2030-04-21",
            "2038-04-25",
        ] {
            let sunday = day(sunday);
            assert_eq!(easter(sunday.year()), Some(sunday));
            assert!(!italy().is_working_day(sunday.succ_opt().unwrap()));
        }
        assert_eq!(easter(1582), None);
    }

    #[test]
    fn saint_francis_is_free_from_2026_on() {
        assert!(!is_national_holiday(day("2024-10-04")), "a Friday of work");
        assert!(is_national_holiday(day("2026-10-04")), "a Sunday");
        assert!(
            !italy().is_working_day(day("2027-10-04")),
            "the first that counts"
        );
    }

    #[test]
    fn a_year_has_the_working_days_of_the_almanac() {
        // 2027: 261 weekdays, less seven holidays that fall on one.
        let days = italy().working_days_between(day("2026-12-31"), day("2027-12-31"));
        assert_eq!(days, 254);
        let milan = WorkingDays {
            patron: vec![(12, 7)],
        };
        assert!(!milan.is_working_day(day("2027-12-07")));
        assert_eq!(
            milan.working_days_between(day("2026-12-31"), day("2027-12-31")),
            253
        );
    }

    #[test]
    fn adding_skips_what_is_closed() {
        for (from, days, to) in [
            ("2026-11-20", 1, "2026-11-23"), // Friday to Monday
            ("2026-11-21", 0, "2026-11-23"), // Saturday
            ("2026-11-20", 0, "2026-11-20"),
            ("2026-12-23", 2, "2026-12-28"), // Christmas on a Friday
            ("2026-04-03", 1, "2026-04-07"), // over Easter
            ("2026-12-31", 5, "2027-01-11"), // New Year and Epiphany
        ] {
            assert_eq!(
                italy().add_working_days(day(from), days),
                day(to),
                "{from} + {days}"
            );
        }
        assert_eq!(italy().add_working_days(NaiveDate::MAX, 3), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(start in 0_u64..20_000, days in 0_u32..300) {
            let from = day("1990-01-01") + Days::new(start);
            let to = italy().add_working_days(from, days);
            prop_assert!(italy().is_working_day(to));
            if days > 0 {
                prop_assert_eq!(italy().working_days_between(from, to), i64::from(days));
                prop_assert_eq!(italy().working_days_between(to, from) <= 0, true);
            }
        }
    }
}
