//! `GET /console/insight`: the funnel first, then one table per question, a chart by day with its
//! table. Every rate says what it is made of.

use askama::Template;
use axum::response::Response;

use super::sums::Sums;
use super::tables::{RateLine, Table, tables, unmeasured};
use super::{InsightQuery, SPANS, date};
use crate::domain::role::Right;
use crate::insight::Proportion;
use crate::store::reports::{Counts, StatsRow};
use crate::web::console::shell::chart::{Bar, bars};
use crate::web::console::shell::format::grouped;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::extract::Query;
use crate::web::problem::Problem;

/// One step of the funnel: how many of the step before.
struct ShareOfPlanned {
    word: &'static str,
    tone: &'static str,
    count: String,
    /// Of all planned, for the bar.
    percent: i64,
    /// Of what it is a share, with interval.
    rate: String,
}

#[derive(Template)]
#[template(path = "console/insight.html")]
struct InsightPage {
    frame: Frame,
    days: i64,
    spans: [i64; 4],
    empty: bool,
    funnel: Vec<ShareOfPlanned>,
    unmeasured: String,
    anonymous: String,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    by_day: Vec<RateLine>,
}

pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let days = ask.days();
    let sums = Sums::read(&visit.web, days).await?;
    let bar = |row: &StatsRow| (date(row.day), row.counts.accepted, row.counts.reached);
    let line = |row: &StatsRow| RateLine::new(date(row.day), &row.counts);
    Ok(shell::page(&InsightPage {
        frame: visit.frame(ConsolePart::Insight, "Insight").await?,
        days,
        spans: SPANS,
        empty: sums.all.planned == 0,
        funnel: funnel(&sums.all),
        unmeasured: unmeasured(&sums.all).to_string(),
        anonymous: grouped(sums.all.anonymous_opens),
        bars: bars(&sums.by_day.iter().map(bar).collect::<Vec<_>>()),
        by_day: sums.by_day.iter().rev().map(line).collect(),
        tables: tables(&sums),
    }))
}

/// Each step is a share of its own whole, and says which.
#[rustfmt::skip] // a table is read line by line
fn funnel(all: &Counts) -> Vec<ShareOfPlanned> {
    let to_send = all.planned - all.suppressed;
    let planned = ShareOfPlanned {
        word: "planned",
        tone: "waiting",
        count: grouped(all.planned),
        percent: if all.planned > 0 { 100 } else { 0 },
        rate: format!("{} not to be sent", grouped(all.suppressed)),
    };
    let shares = [
        ("accepted", "going", all.accepted, to_send, "to be sent"),
        ("delivered", "delivered", all.delivered, all.reporting, "whose provider reports deliveries"),
        ("read", "read", all.read, all.read_measurable, "reached whose client did not refuse to be measured"),
        ("opened", "read", all.opened, all.measurable, "e-mails whose opening is kept by name"),
        ("clicked", "read", all.clicked, all.clicks_measurable, "reached whose clicks are kept"),
        ("confirmed", "read", all.confirmed, all.reached, "reached"),
        ("replied", "read", all.replied, all.reached, "reached"),
    ];
    std::iter::once(planned).chain(shares.map(share)).collect()
}

fn share((word, tone, k, n, of): (&'static str, &'static str, i64, i64, &str)) -> ShareOfPlanned {
    let rate = Proportion::new(k, n);
    ShareOfPlanned {
        word,
        tone,
        count: grouped(k),
        percent: rate.percent(),
        rate: match n {
            0 => format!("none {of}"),
            n => format!("{rate} of the {} {of}", grouped(n)),
        },
    }
}
