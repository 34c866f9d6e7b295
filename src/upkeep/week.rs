//! The mail of the week, for those of the staff who want it: last week beside the week before, on Monday at
//! seven in the organisation's zone. Once for each person and Monday, whichever node makes it; one that
//! could not be made on its Monday is not made later. The figures are `insight`'s, what is said of them is
//! for who writes it ([`WeekWriter`]).

use chrono::{Datelike as _, Days, NaiveDate};
use chrono_tz::Tz;

use super::letters::{self, ReportMail};
use crate::domain::limits::DIGEST_PEOPLE;
use crate::domain::role::{Right, Role};
use crate::domain::{Ids, TestSendId, Timestamp};
use crate::insight::{Period, Sums};
use crate::store::access::weeks::WeekReader;
use crate::store::templates::test_sends::TestAsked;
use crate::store::{Store, StoreError};

/// What the mail is called where it is sent.
const KIND: &str = "week-report";
/// Days of a week.
const WEEK: i64 = 7;

/// Writes the mail in a language; none: that of the house. Nothing comes of a text that cannot be written:
/// the writer has said why.
pub trait WeekWriter: Send + Sync {
    fn write(&self, sums: &Sums, week: Period, language: Option<&str>) -> Option<ReportMail>;
}

/// What the mails of a week are made with.
pub struct WeekMaking<'a> {
    pub store: &'a Store,
    pub ids: &'a dyn Ids,
    pub writer: &'a dyn WeekWriter,
    pub zone: Tz,
    pub now: Timestamp,
    /// By the time outside, by which the mails wait.
    pub wall: Timestamp,
}

/// Makes the mails that are due and says how many are to be sent.
pub async fn make_weeks(making: &WeekMaking<'_>) -> Result<usize, StoreError> {
    let today = letters::today(making.now, making.zone);
    let is_due = letters::due(today, making.now, making.zone).is_some();
    if today != monday(today) || !is_due {
        return Ok(0);
    }
    let monday = number(today);
    let roles = readers();
    let mut tx = making.store.read().await?;
    let readers = tx.weeks().due(monday, &roles, DIGEST_PEOPLE).await?;
    drop(tx);
    if readers.is_empty() {
        return Ok(0);
    }
    let week = Period::ending(monday - 1, WEEK);
    let sums = Sums::read(making.store, week).await?;
    let mut made = 0;
    for reader in readers {
        let letter = making.writer.write(&sums, week, reader.language.as_deref());
        if let Some(letter) = letter
            && make(making, &reader, monday, &letter).await?
        {
            made += 1;
        }
    }
    Ok(made)
}

/// The last Monday whose mail has passed, as a day counted from 1970: whoever asks for it now gets the next.
#[must_use]
pub fn last_week_told(now: Timestamp, zone: Tz) -> i64 {
    let this = monday(letters::today(now, zone));
    match letters::due(this, now, zone) {
        Some(_) => number(this),
        None => number(this) - WEEK,
    }
}

/// Who may see what stands in it.
fn readers() -> Vec<Role> {
    let all = Role::ALL.iter().copied();
    all.filter(|role| role.may(Right::Rates)).collect()
}

/// The Monday of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    let since = day.weekday().num_days_from_monday();
    day.checked_sub_days(Days::new(since.into())).unwrap_or(day)
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days())
}

async fn make(
    making: &WeekMaking<'_>,
    reader: &WeekReader,
    monday: i64,
    letter: &ReportMail,
) -> Result<bool, StoreError> {
    let mut tx = making.store.write().await?;
    if !tx.weeks().take(reader, monday).await? {
        return Ok(false);
    }
    let id = TestSendId::new(making.ids.next());
    let asked = letters::post(&mut tx, id, (KIND, &reader.email), letter, making.wall).await?;
    if asked == TestAsked::TooMany {
        // Who sent many tests to themselves gets it an hour later: nothing of this is kept.
        return Ok(false);
    }
    tx.commit().await?;
    Ok(asked == TestAsked::Taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROME: Tz = chrono_tz::Europe::Rome;

    fn told(now: &str) -> NaiveDate {
        let day = last_week_told(Timestamp::parse(now).unwrap(), ROME);
        NaiveDate::from_epoch_days(i32::try_from(day).unwrap()).unwrap()
    }

    #[test]
    fn whoever_asks_gets_the_next_monday_also_when_the_clocks_change() {
        for (now, last) in [
            // Both changes come on the Sunday before.
            ("2026-03-30T04:59:59Z", "2026-03-23"),
            ("2026-03-30T05:00:00Z", "2026-03-30"),
            ("2026-10-26T05:59:59Z", "2026-10-19"),
            ("2026-10-26T06:00:00Z", "2026-10-26"),
            ("2026-10-25T23:30:00Z", "2026-10-19"),
            ("2026-11-22T12:00:00Z", "2026-11-16"),
            ("2026-11-24T12:00:00Z", "2026-11-23"),
        ] {
            assert_eq!(told(now).to_string(), last, "{now}");
        }
    }

    #[test]
    fn who_may_not_see_rates_is_told_none() {
        let may = readers();
        assert!(may.contains(&Role::Manager) && !may.contains(&Role::Viewer));
        assert!(!may.contains(&Role::Partner));
    }
}
