//! Lists that go on: which rows a page shows, and where the next page begins.

use serde::Deserialize;

/// Rows of a page, and those shown on a page that shows something else as well.
pub(crate) const PAGE: i64 = 50;

/// `?after=`: the id of the last row of the page before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    after: String,
}

impl After {
    /// Below which id this page begins, where the newest come first.
    pub(crate) fn before(&self) -> i64 {
        before(&self.after)
    }
}

/// Below which id a page begins, where the newest come first. What is no id begins at the newest.
pub(crate) fn before(after: &str) -> i64 {
    after.parse().unwrap_or(i64::MAX)
}

/// The id after which the next page begins; nothing when this one is not full.
pub(crate) fn next<R>(rows: &[R], id: impl Fn(&R) -> i64) -> Option<i64> {
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    rows.last().filter(|_| full).map(id)
}
