//! Names of days and months in the languages that texts and pages are written in. How a date is
//! put into a sentence is decided where the sentence is: `template::dates`, `web::public`.

use chrono::{Datelike, Weekday};

/// The names of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayNames {
    /// Their names from Monday on.
    weekdays: [&'static str; 7],
    /// Their names from January on.
    months: [&'static str; 12],
}

impl DayNames {
    /// Italian names are written small.
    pub const ITALIAN: Self = Self {
        weekdays: [
            "lunedì",
            "martedì",
            "mercoledì",
            "giovedì",
            "venerdì",
            "sabato",
            "domenica",
        ],
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
    };
    pub const ENGLISH: Self = Self {
        weekdays: [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
        months: [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    };

    /// The day of the week.
    #[must_use]
    pub fn weekday(&self, day: &impl Datelike) -> &'static str {
        let weekday: Weekday = day.weekday();
        self.weekdays[weekday.num_days_from_monday() as usize]
    }

    #[must_use]
    pub fn month(&self, day: &impl Datelike) -> &'static str {
        self.months[day.month0() as usize]
    }
}
