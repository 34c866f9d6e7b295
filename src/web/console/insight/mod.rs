//! Insight: who was reached and who read it, as a page, as CSV and as a workbook; whom we could
//! reach (`reach`), how cases went (`satisfaction`), who never reads (`unread`), and how often clients ask by
//! themselves (`calls`); and the week as a mail (`letter`).

use serde::Deserialize;

use crate::domain::limits::PERIOD_DAYS;
use crate::domain::role::Right;
use crate::insight::Period;
use crate::web::day;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

pub(crate) mod calls;
mod compare;
pub(crate) mod csv;
mod letter;
mod lists;
pub(crate) mod page;
pub(crate) mod reach;
pub(crate) mod satisfaction;
mod share;
mod tables;
pub(crate) mod unread;
mod week;
pub(crate) mod xlsx;

pub use letter::WeekLetters;
pub(crate) use share::{share, spent};

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let rates = Access::Right(Right::Rates);
    Routes::default()
        .get("/console/insight", rates, page::get)
        .get("/console/insight.csv", rates, csv::get)
        .get("/console/insight.xlsx", rates, xlsx::get)
        .get("/console/insight/calls", rates, calls::get)
        .get("/console/insight/reach", rates, reach::get)
        .get("/console/insight/reach.csv", rates, reach::csv)
        .get("/console/insight/satisfaction", rates, satisfaction::get)
        .get("/console/insight/satisfaction.csv", rates, satisfaction::csv)
        .get("/console/insight/unread", rates, unread::get)
}

/// The spans offered, in days.
const SPANS: [i64; 4] = [7, 14, 30, 90];
/// The span of whoever chose none.
const USUAL: i64 = 14;

/// What the page is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InsightQuery {
    days: String,
    /// First day, `2026-11-22`; with `to` instead of `days`.
    from: String,
    to: String,
}

/// The days that are shown.
pub(crate) struct AskedPeriod {
    pub(crate) period: Period,
    /// Which of the spans it is; none: from one day to another.
    pub(crate) span: Option<i64>,
    /// What was typed is no period; the usual one is shown.
    pub(crate) wrong: bool,
}

impl InsightQuery {
    /// The period, seen from this day.
    pub(crate) fn period(&self, today: i64) -> AskedPeriod {
        let typed = !self.from.trim().is_empty() || !self.to.trim().is_empty();
        if let Some(period) = self.typed().filter(|_| typed) {
            return AskedPeriod {
                period,
                span: None,
                wrong: false,
            };
        }
        let days = self.days.parse().unwrap_or(USUAL);
        let days = if SPANS.contains(&days) { days } else { USUAL };
        AskedPeriod {
            period: Period::ending(today, days),
            span: Some(days),
            wrong: typed,
        }
    }

    fn typed(&self) -> Option<Period> {
        let day = |text: &str| {
            let date = text.trim().parse::<chrono::NaiveDate>().ok()?;
            Some(i64::from(date.to_epoch_days()))
        };
        let (from, to) = (day(&self.from)?, day(&self.to)?);
        let period = Period { from, to };
        (1..=PERIOD_DAYS).contains(&period.days()).then_some(period)
    }
}

impl AskedPeriod {
    /// For a file, which cannot say that another period stands in it.
    fn of_file(self) -> Result<Period, Problem> {
        match self.wrong {
            false => Ok(self.period),
            true => Err(Problem::unprocessable(
                "invalid_field",
                "/from",
                not_a_period(),
            )),
        }
    }

    /// The same period as the query of a link.
    pub(crate) fn query(&self) -> String {
        match self.span {
            Some(days) => format!("days={days}"),
            None => format!(
                "from={}&to={}",
                date(self.period.from),
                date(self.period.to)
            ),
        }
    }
}

fn not_a_period() -> String {
    format!(
        "`from` and `to` are days such as 2026-11-22, the second not before the first, at most {PERIOD_DAYS} days"
    )
}

fn date(day: i64) -> String {
    day::date(day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(days: &str, from: &str, to: &str) -> (Period, Option<i64>, bool) {
        let query = InsightQuery {
            days: days.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let asked = query.period(100);
        (asked.period, asked.span, asked.wrong)
    }

    #[test]
    fn a_period_is_a_span_or_two_days_and_never_anything_else() {
        let usual = Period::ending(100, 14);
        assert_eq!(asked("", "", ""), (usual, Some(14), false));
        assert_eq!(asked("7", "", ""), (Period::ending(100, 7), Some(7), false));
        assert_eq!(asked("8", "", ""), (usual, Some(14), false));
        let january = Period { from: 0, to: 30 };
        assert_eq!(
            asked("7", "1970-01-01", "1970-01-31"),
            (january, None, false)
        );
        for (from, to) in [
            ("1970-01-31", "1970-01-01"),
            ("1970-01-31", ""),
            ("x", "1970-01-31"),
            ("1970-01-01", "1999-01-31"),
        ] {
            assert_eq!(asked("", from, to), (usual, Some(14), true));
        }
    }
}
