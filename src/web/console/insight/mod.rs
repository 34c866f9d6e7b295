//! Insight: who was reached and who read it, as a page and as CSV.

use serde::Deserialize;

use crate::web::day;

pub(crate) mod csv;
pub(crate) mod page;
mod share;
mod sums;
mod tables;

pub(crate) use share::share;

/// The spans offered, in days.
const SPANS: [i64; 4] = [7, 14, 30, 90];

/// What the page is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InsightQuery {
    days: String,
}

impl InsightQuery {
    pub(crate) fn days(&self) -> i64 {
        let days = self.days.parse().unwrap_or(14);
        if SPANS.contains(&days) { days } else { 14 }
    }
}

fn date(day: i64) -> String {
    day::date(day).unwrap_or_default()
}
