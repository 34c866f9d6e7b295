//! Lists in pages: `?limit=` and `?after=`, answered with `{"items": [..], "next": ..}`.
//! The cursor is the last item's id; pages stay right while rows are added.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Items of a page when `limit` is absent.
pub(super) const USUAL: i64 = 100;
pub(super) const LARGEST: i64 = 1_000;

/// Which page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) limit: i64,
    /// Id of the last item of the page before.
    pub(super) after: Option<i64>,
}

impl Paging {
    /// One more than wanted: whether it comes tells whether there is a next page.
    pub(super) const fn one_more(self) -> i64 {
        self.limit + 1
    }
}

#[derive(serde::Deserialize)]
struct PageQuery {
    limit: Option<String>,
    after: Option<String>,
}

impl FromRequestParts<Web> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Query(asked) = Query::<PageQuery>::from_request_parts(parts, web).await?;
        let limit = match asked.limit {
            None => USUAL,
            Some(text) => number(&text)
                .filter(|limit| (1..=LARGEST).contains(limit))
                .ok_or_else(|| {
                    Problem::field("/limit", format!("`limit` is a number from 1 to {LARGEST}"))
                })?,
        };
        let after = asked.after.map(|text| {
            number(&text).ok_or_else(|| Problem::field("/after", "`after` is the `next` of a page"))
        });
        Ok(Self {
            limit,
            after: after.transpose()?,
        })
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number > 0)
}

#[derive(Debug, serde::Serialize)]
pub(super) struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page out of up to [`Paging::one_more`] rows.
    pub(super) fn cut<R>(
        mut rows: Vec<R>,
        paging: Paging,
        id: impl Fn(&R) -> i64,
        show: impl Fn(R) -> T,
    ) -> Self {
        let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| id(last).to_string());
        Self {
            items: rows.into_iter().map(show).collect(),
            next,
        }
    }
}
