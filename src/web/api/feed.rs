//! `GET /v1/feed`: what happened, in an order that never changes, from a place on. Reading takes nothing
//! away: whoever comes back with the same `after` reads the same.

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::limits::{FEED_PAGE, FEED_WAIT};
use crate::feed::{self, FeedItem, FeedTypes};
use crate::store::feed::{FeedEntry, FeedSpan};
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(super) const QUERY: &[&str] = &["after", "limit", "types", "wait"];
/// Entries of an answer when `limit` is absent.
pub(super) const USUAL: i64 = 100;
/// How often it is looked for something new while a reader waits.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
pub(crate) struct FeedQuery {
    after: Option<String>,
    limit: Option<String>,
    types: Option<String>,
    wait: Option<String>,
}

/// What is wanted, checked.
struct FeedAsked {
    /// None: from its end on.
    after: Option<i64>,
    limit: i64,
    types: String,
    wait: Duration,
}

#[derive(Debug, Serialize)]
pub(crate) struct FeedAnswer {
    items: Vec<FeedItem>,
    /// The `after` of the next call, always.
    next: String,
}

/// Up to `limit` entries; none when nothing came within `wait`.
pub(crate) async fn get(
    State(web): State<Web>,
    Query(query): Query<FeedQuery>,
) -> Result<Json<FeedAnswer>, Problem> {
    let asked = FeedAsked::parse(&query)?;
    let until = Instant::now() + asked.wait;
    let mut span = numbered(&web).await?;
    let after = asked.after.unwrap_or(span.last);
    if after > 0 && span.has_lost(after) {
        return Err(gone());
    }
    if span.ends_before(after) {
        return Err(ahead(span.last));
    }
    loop {
        let found = entries(&web, after, &asked).await?;
        let is_over = Instant::now() >= until || web.console.lifecycle.is_stopping();
        if !found.is_empty() || is_over {
            return Ok(Json(answer(found, &asked, after, span)));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        span = numbered(&web).await?;
    }
}

/// Where the feed stands, once all that is committed has its number.
async fn numbered(web: &Web) -> Result<FeedSpan, Problem> {
    feed::number(&web.store).await?;
    let mut tx = web.store.read().await?;
    if !tx.feed().is_kept().await? {
        return Err(off());
    }
    Ok(tx.feed().span().await?)
}

async fn entries(web: &Web, after: i64, asked: &FeedAsked) -> Result<Vec<FeedEntry>, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.feed().after(after, &asked.types, asked.limit).await;
    Ok(found?)
}

/// Behind a full page the next begins; else all that is known was looked through.
fn answer(found: Vec<FeedEntry>, asked: &FeedAsked, after: i64, span: FeedSpan) -> FeedAnswer {
    let last = found.last().map_or(after, |entry| entry.number);
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count >= asked.limit);
    let next = match is_full {
        true => last,
        false => last.max(span.last),
    };
    FeedAnswer {
        items: found.into_iter().map(FeedItem::from).collect(),
        next: next.to_string(),
    }
}

fn off() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "feed_off",
        "the feed is not kept: write `enabled = true` under [feed] in the settings and start again, or \
         make a webhook (PUT /v1/webhooks/NAME); it begins then",
    )
}

fn gone() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "feed_gone",
        "what came behind `after` is not kept any more ([retention] feed): ask for the present state of \
         what you follow, and go on with `after=0` or `after=latest`",
    )
}

/// The same status as `feed_gone`: what a reader has to do is the same.
fn ahead(last: i64) -> Problem {
    Problem::new(
        StatusCode::GONE,
        "feed_ahead",
        format!(
            "the feed goes to {last}, and `after` lies beyond that: the store was restored from an older \
             copy, or is another; ask for the present state of what you follow, and go on with `after=0` \
             or `after=latest`"
        ),
    )
}

impl FeedAsked {
    fn parse(query: &FeedQuery) -> Result<Self, Problem> {
        let after = match query.after.as_deref() {
            None => Some(0),
            Some("latest") => None,
            Some(text) => Some(number("after", text, 0..=i64::MAX - 1)?),
        };
        let limit = query.limit.as_deref();
        let limit = limit.map_or(Ok(USUAL), |text| number("limit", text, 1..=FEED_PAGE))?;
        let types = query.types.as_deref().unwrap_or_default();
        let wait = query.wait.as_deref();
        let most = i64::try_from(FEED_WAIT).unwrap_or(i64::MAX);
        let wait = wait.map_or(Ok(0), |text| number("wait", text, 0..=most))?;
        Ok(Self {
            after,
            limit,
            types: FeedTypes::parse(types.split(','), "/types")?.rows(),
            wait: Duration::from_secs(u64::try_from(wait).unwrap_or(0)),
        })
    }
}

fn number(field: &str, text: &str, range: RangeInclusive<i64>) -> Result<i64, Problem> {
    let number: Option<i64> = text.parse().ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (least, most) = range.into_inner();
            let detail = format!("`{field}` is a number from {least} to {most}");
            Problem::field(format!("/{field}"), detail)
        })
}
