//! Days as they are counted in sums, and as they are written.

use chrono::NaiveDate;

/// `2026-11-22` of a day counted from 1970-01-01; nothing where the calendar ends.
pub(in crate::web) fn date(day: i64) -> Option<String> {
    let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
    Some(date.to_string())
}
