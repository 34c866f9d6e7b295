//! Insight: who was reached and who read it. The funnel first, then one table per question, a
//! chart by day with its table, and the same as CSV. Every rate says what it is made of.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;

use crate::domain::Timestamp;
use crate::domain::role::Right;
use crate::insight::Rate;
use crate::store::StoreError;
use crate::store::reports::{Counts, StatsBy, StatsRow};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::chart::{Bar, bars};
use super::format::grouped;
use super::frame::{self, Frame, Part, strictly};

/// The spans offered, in days.
const SPANS: [i64; 4] = [7, 14, 30, 90];

/// What the page is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    days: String,
}

impl Ask {
    fn days(&self) -> i64 {
        let days = self.days.parse().unwrap_or(14);
        if SPANS.contains(&days) { days } else { 14 }
    }
}

/// One step of the funnel: how many of the step before.
struct Step {
    word: &'static str,
    tone: &'static str,
    count: String,
    /// Of all planned, for the bar.
    percent: i64,
    /// Of what it is a share, with interval.
    rate: String,
}

/// One line of a table of rates; each rate says in its column's head what it is a share of.
struct Line {
    key: String,
    planned: String,
    suppressed: String,
    accepted: String,
    delivered: String,
    read: String,
    opened: String,
    clicked: String,
    confirmed: String,
    replied: String,
    machine: String,
    unmeasured: String,
}

impl Line {
    fn new(key: String, counts: &Counts) -> Self {
        let c = counts;
        Self {
            key,
            planned: grouped(c.planned),
            suppressed: grouped(c.suppressed),
            accepted: grouped(c.accepted),
            delivered: Rate::new(c.delivered, c.reporting).to_string(),
            read: Rate::new(c.read, c.read_measurable).to_string(),
            opened: Rate::new(c.opened, c.measurable).to_string(),
            clicked: Rate::new(c.clicked, c.clicks_measurable).to_string(),
            confirmed: Rate::new(c.confirmed, c.reached).to_string(),
            replied: Rate::new(c.replied, c.reached).to_string(),
            machine: grouped(c.opened_machine + c.clicked_machine),
            unmeasured: unmeasured(c).to_string(),
        }
    }
}

/// Of those reached, whose clients refused to be measured: nothing is known of their reading.
fn unmeasured(counts: &Counts) -> Rate {
    Rate::new(counts.reached - counts.read_measurable, counts.reached)
}

struct Table {
    question: &'static str,
    answer: String,
    key: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "console/insight.html")]
struct InsightPage {
    frame: Frame,
    days: i64,
    spans: [i64; 4],
    empty: bool,
    funnel: Vec<Step>,
    unmeasured: String,
    anonymous: String,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    by_day: Vec<Line>,
}

/// `GET /console/insight`.
pub(super) async fn page(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    person.require(Right::Rates)?;
    let days = ask.days();
    let sums = Sums::read(&web, days).await?;
    let frame = Frame::new(&web, &person, &headers, Part::Insight, "Insight").await?;
    let day = |row: &StatsRow| (date(row.day), row.counts.accepted, row.counts.reached);
    Ok(frame::page(&InsightPage {
        frame,
        days,
        spans: SPANS,
        empty: sums.all.planned == 0,
        funnel: funnel(&sums.all),
        unmeasured: unmeasured(&sums.all).to_string(),
        anonymous: grouped(sums.all.anonymous_opens),
        bars: bars(&sums.by_day.iter().map(day).collect::<Vec<_>>()),
        by_day: sums
            .by_day
            .iter()
            .rev()
            .map(|row| Line::new(date(row.day), &row.counts))
            .collect(),
        tables: tables(&sums),
    }))
}

/// The sums the page is made of.
struct Sums {
    all: Counts,
    by_template: Vec<StatsRow>,
    by_version: Vec<StatsRow>,
    by_channel: Vec<StatsRow>,
    by_day: Vec<StatsRow>,
}

impl Sums {
    async fn read(web: &Web, days: i64) -> Result<Self, StoreError> {
        let to = web.moment().day();
        let from = to - days + 1;
        let by = StatsBy::default();
        let mut tx = web.store.read().await?;
        Ok(Self {
            all: tx.reports().totals_between(from, to).await?,
            by_template: tx
                .reports()
                .stats(
                    from,
                    to,
                    StatsBy {
                        template: true,
                        ..by
                    },
                )
                .await?,
            by_version: tx
                .reports()
                .stats(
                    from,
                    to,
                    StatsBy {
                        template: true,
                        version: true,
                        ..by
                    },
                )
                .await?,
            by_channel: tx
                .reports()
                .stats(
                    from,
                    to,
                    StatsBy {
                        channel: true,
                        ..by
                    },
                )
                .await?,
            by_day: tx
                .reports()
                .stats(from, to, StatsBy { day: true, ..by })
                .await?,
        })
    }
}

/// Each step is a share of its own whole, and says which.
fn funnel(all: &Counts) -> Vec<Step> {
    let step = |word, tone, k, n, of: &str| Step {
        word,
        tone,
        count: grouped(k),
        percent: Rate::new(k, n).percent(),
        rate: if n == 0 {
            format!("none {of}")
        } else {
            format!("{} of the {} {of}", Rate::new(k, n), grouped(n))
        },
    };
    vec![
        Step {
            word: "planned",
            tone: "waiting",
            count: grouped(all.planned),
            percent: if all.planned > 0 { 100 } else { 0 },
            rate: format!("{} not to be sent", grouped(all.suppressed)),
        },
        step(
            "accepted",
            "going",
            all.accepted,
            all.planned - all.suppressed,
            "to be sent",
        ),
        step(
            "delivered",
            "delivered",
            all.delivered,
            all.reporting,
            "whose provider reports deliveries",
        ),
        step(
            "read",
            "read",
            all.read,
            all.read_measurable,
            "reached whose client did not refuse to be measured",
        ),
        step(
            "opened",
            "read",
            all.opened,
            all.measurable,
            "e-mails whose opening is kept by name",
        ),
        step(
            "clicked",
            "read",
            all.clicked,
            all.clicks_measurable,
            "reached whose clicks are kept",
        ),
        step("confirmed", "read", all.confirmed, all.reached, "reached"),
        step("replied", "read", all.replied, all.reached, "reached"),
    ]
}

fn tables(sums: &Sums) -> Vec<Table> {
    let lines = |rows: &[StatsRow], key: fn(&StatsRow) -> String| {
        rows.iter()
            .map(|row| Line::new(key(row), &row.counts))
            .collect()
    };
    vec![
        Table {
            question: "Which template is not read?",
            answer: least_read(&sums.by_template),
            key: "Template",
            lines: lines(&sums.by_template, |row| row.template.clone()),
        },
        Table {
            question: "Did the new version help?",
            answer: "Compare only versions whose intervals do not overlap.".to_owned(),
            key: "Version",
            lines: lines(&sums.by_version, |row| {
                format!("{} v{}", row.template, row.version)
            }),
        },
        Table {
            question: "Which channel reaches people?",
            answer: best_channel(&sums.by_channel),
            key: "Channel",
            lines: lines(&sums.by_channel, |row| row.channel.clone()),
        },
    ]
}

/// Ranked by the upper bound of the interval: few cases do not make a verdict.
fn least_read(rows: &[StatsRow]) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Rate::new(row.counts.read, row.counts.read_measurable);
        (!rate.is_small()).then_some((row, rate.interval()?.high))
    });
    match ranked.min_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, high)) => format!(
            "{} is read by {:.0} % of those who can be measured, at the very most.",
            row.template,
            high * 100.0
        ),
        None => "Too few messages to say.".to_owned(),
    }
}

/// Ranked by the lower bound, for the same reason. Only some providers report.
fn best_channel(rows: &[StatsRow]) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Rate::new(row.counts.delivered, row.counts.reporting);
        (!rate.is_small()).then_some((row, rate.interval()?.low))
    });
    match ranked.max_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, low)) => format!(
            "{} delivers at least {:.0} % of what was accepted by providers that report it.",
            row.channel,
            low * 100.0
        ),
        None => "Too few messages to say.".to_owned(),
    }
}

fn date(day: i64) -> String {
    Timestamp::from_micros(day * 86_400_000_000)
        .to_utc()
        .date_naive()
        .to_string()
}

/// `GET /console/insight.csv`: the counts by day, template, version and channel.
pub(super) async fn export(
    State(web): State<Web>,
    person: Person,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    person.require(Right::Rates)?;
    let to = web.moment().day();
    let by = StatsBy {
        day: true,
        template: true,
        version: true,
        channel: true,
    };
    let rows = web
        .store
        .read()
        .await?
        .reports()
        .stats(to - ask.days() + 1, to, by)
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-rates.csv\"",
        ),
    ];
    Ok(strictly((headers, csv(&rows))))
}

fn csv(rows: &[StatsRow]) -> String {
    let mut text =
        "day,template,version,channel,planned,suppressed,accepted,delivered,undelivered,\
                    unconfirmed,unknown,opened,opened_machine,clicked,clicked_machine,replied,\
                    measurable,anonymous_opens,reporting,reached,clicks_measurable,\
                    read_measurable,read,confirmed\r\n"
            .to_owned();
    for row in rows {
        let c = &row.counts;
        let counts = [
            c.planned,
            c.suppressed,
            c.accepted,
            c.delivered,
            c.undelivered,
            c.unconfirmed,
            c.unknown,
            c.opened,
            c.opened_machine,
            c.clicked,
            c.clicked_machine,
            c.replied,
            c.measurable,
            c.anonymous_opens,
            c.reporting,
            c.reached,
            c.clicks_measurable,
            c.read_measurable,
            c.read,
            c.confirmed,
        ];
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        // Writing to a text cannot fail.
        writeln!(
            text,
            "{},{},{},{},{}\r",
            date(row.day),
            cell(&row.template),
            row.version,
            cell(&row.channel),
            counts.join(",")
        )
        .ok();
    }
    text
}

/// A text as a cell: quoted, and never the beginning of a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_begins_a_formula() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!(cell("say \"hi\", all"), "\"say \"\"hi\"\", all\"");
    }

    #[test]
    fn a_few_messages_make_no_verdict() {
        let row = StatsRow {
            day: 0,
            template: "notice".into(),
            version: 1,
            channel: "sms".into(),
            counts: Counts {
                accepted: 8,
                reporting: 8,
                delivered: 8,
                read_measurable: 8,
                read: 8,
                ..Counts::default()
            },
        };
        assert_eq!(
            least_read(std::slice::from_ref(&row)),
            "Too few messages to say."
        );
        assert_eq!(best_channel(&[row]), "Too few messages to say.");
    }

    #[test]
    fn every_rate_is_divided_by_its_own_whole() {
        let counts = Counts {
            planned: 230,
            accepted: 200,
            reporting: 100,
            delivered: 60,
            reached: 190,
            measurable: 20,
            opened: 10,
            clicks_measurable: 160,
            clicked: 40,
            read_measurable: 170,
            read: 80,
            confirmed: 19,
            ..Counts::default()
        };
        let line = Line::new(String::new(), &counts);
        assert_eq!(line.delivered, Rate::new(60, 100).to_string());
        assert_eq!(line.read, Rate::new(80, 170).to_string());
        assert_eq!(line.opened, Rate::new(10, 20).to_string());
        assert_eq!(line.clicked, Rate::new(40, 160).to_string());
        assert_eq!(line.confirmed, Rate::new(19, 190).to_string());
        assert_eq!(line.unmeasured, Rate::new(20, 190).to_string());
        let sms = Line::new(
            String::new(),
            &Counts {
                measurable: 0,
                opened: 0,
                ..counts
            },
        );
        assert_eq!(sms.opened, "–", "an SMS cannot be opened");
    }
}
