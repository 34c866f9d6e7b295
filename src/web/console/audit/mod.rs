//! What people did, for admins: as a list and as CSV, with the same filters in the address.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::domain::Timestamp;
use crate::store::access::audit::AuditFilter;
use crate::web::problem::Problem;
use crate::web::request::query::known;

pub(crate) mod csv;
pub(super) mod line;
pub(crate) mod list;

/// The filters as they stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditQuery {
    person: String,
    action: String,
    day: String,
    after: String,
}

impl AuditQuery {
    /// An empty field means no filter. A day is one of the reader's own clock.
    fn filter(&self, zone: Tz) -> Result<AuditFilter, Problem> {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Ok(AuditFilter {
            person: some(&self.person),
            action: known("action", some(&self.action).as_deref())?,
            span: match some(&self.day) {
                Some(day) => span(&day, zone)?,
                None => (
                    Timestamp::from_micros(i64::MIN),
                    Timestamp::from_micros(i64::MAX),
                ),
            },
        })
    }

    /// The filters as they follow a question mark.
    fn pairs(&self, after: Option<i64>) -> String {
        let filters = [
            ("person", &self.person),
            ("action", &self.action),
            ("day", &self.day),
        ];
        let given = filters.iter().filter(|(_, value)| !value.is_empty());
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(given);
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        query.finish()
    }
}

/// From the beginning of a day until before the beginning of the next.
fn span(day: &str, zone: Tz) -> Result<(Timestamp, Timestamp), Problem> {
    let fault = || Problem::field("/day", "this is no date; write one such as 2026-11-22");
    let date: NaiveDate = day.parse().map_err(|_| fault())?;
    let next = date.succ_opt().ok_or_else(fault)?;
    let begins = |date| begins(date, zone).ok_or_else(fault);
    Ok((begins(date)?, begins(next)?))
}

/// Where the clocks go forward at midnight, a day begins when they have.
fn begins(date: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let midnight = date.and_time(NaiveTime::MIN);
    let later = (0..=3).filter_map(|hours| midnight.checked_add_signed(TimeDelta::hours(hours)));
    let mut moments = later.filter_map(|wall| zone.from_local_datetime(&wall).earliest());
    let first = moments.next()?;
    Some(Timestamp::from_micros(first.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_readers_clock() {
        let of = |day, zone| {
            let (from, to) = span(day, zone).unwrap();
            (from.to_string(), (to - from).num_hours())
        };
        let rome = chrono_tz::Europe::Rome;
        assert_eq!(
            of("2026-11-22", rome),
            ("2026-11-21T23:00:00.000Z".to_owned(), 24)
        );
        assert_eq!(of("2026-10-25", rome).1, 25, "the clocks go back");
        let cairo = chrono_tz::Africa::Cairo;
        assert_eq!(of("2026-04-24", cairo).1, 23, "the day begins at one");
        for odd in ["yesterday", "2026-02-30", "+262142-12-31"] {
            assert_eq!(span(odd, rome).unwrap_err().status, 400, "{odd}");
        }
    }

    #[test]
    fn the_filters_go_on_to_the_next_page() {
        let query = AuditQuery {
            person: "a+b@example.org".to_owned(),
            ..AuditQuery::default()
        };
        assert_eq!(query.pairs(Some(7)), "person=a%2Bb%40example.org&after=7");
        assert_eq!(AuditQuery::default().pairs(None), "");
    }
}
