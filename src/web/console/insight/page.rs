//! `GET /console/insight`: the funnel first and what changed since the period before, then what to
//! improve, then one chart or table per question. Every rate says what it is made of.

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;

use super::compare::{ComparedShare, compared};
use super::lists::{
    CarrierLine, FallbackLine, FindingLine, WaitLine, fallbacks, findings, providers, waits,
};
use super::share::written;
use super::tables::{RateLine, Table, tables, unmeasured};
use super::week::{WeekMap, week};
use super::{InsightQuery, SPANS, date, share, spent};
use crate::domain::money::Currency;
use crate::domain::role::Right;
use crate::insight::{Period, Proportion, Spent, Sums};
use crate::store::messages::restated::RestatedDay;
use crate::store::reports::{Counts, StatsRow};
use crate::track::verdict::rules;
use crate::web::console::shell::chart::{Bar, bars};
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// One step of the funnel: how many of the step before.
struct ShareOfPlanned {
    word: Cow<'static, str>,
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
    /// The span that is shown; 0: from one day to another.
    days: i64,
    /// The spans offered, in days and as they are said.
    spans: [(i64, String); 4],
    /// First and last day, for the form.
    from: String,
    to: String,
    /// What was typed is no period.
    wrong: bool,
    /// The period as the query of a link.
    query: String,
    empty: bool,
    funnel: Vec<ShareOfPlanned>,
    compared: Vec<ComparedShare>,
    /// Which days are compared with.
    before: String,
    findings: Vec<FindingLine>,
    week: WeekMap,
    waits: Vec<WaitLine>,
    providers: Vec<CarrierLine>,
    /// When their messages were counted, if ever.
    counted: Option<When>,
    spared: String,
    /// What the period cost, and the one before.
    cost: String,
    fallbacks: Vec<FallbackLine>,
    /// What the shares mean, and what cannot be measured.
    what: String,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    by_day: Vec<RateLine>,
    /// Days whose sums are not those that they ended with.
    restated: Vec<String>,
}

pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let asked = ask.period(visit.web.moment().day());
    let words = visit.words();
    let sums = Sums::read(&visit.web.store, asked.period).await?;
    let currency = &visit.web.console.prices().currency;
    let (spared, fallbacks) = fallbacks(&sums, currency, words);
    let bar = |row: &StatsRow| {
        (
            written(row.day, words),
            row.counts.accepted,
            row.counts.reached,
        )
    };
    let line =
        |row: &StatsRow| RateLine::new(written(row.day, words), &row.counts, currency, words);
    Ok(shell::page(&InsightPage {
        frame: visit
            .frame(ConsolePart::Insight, words.say("insight-title"))
            .await?,
        days: asked.span.unwrap_or(0),
        from: date(asked.period.from),
        to: date(asked.period.to),
        wrong: asked.wrong,
        query: asked.query(),
        spans: SPANS.map(|days| (days, words.count("insight-days", days))),
        empty: sums.all.planned == 0,
        funnel: funnel(&sums.all, words),
        compared: compared(&sums, words),
        before: before(asked.period.before(), words),
        findings: findings(&sums, words),
        week: week(&sums.hours, words),
        waits: waits(&sums, words),
        providers: providers(&sums, currency, words),
        cost: cost(&sums, currency, words),
        counted: sums.counted_at.map(|at| When::new(at, visit.moment())),
        spared,
        fallbacks,
        what: what(&sums.all, words),
        bars: bars(&sums.by_day.iter().map(bar).collect::<Vec<_>>()),
        by_day: sums.by_day.iter().rev().map(line).collect(),
        restated: restated(&sums, visit.moment()),
        tables: tables(&sums, currency, words),
    }))
}

/// Which days were stated anew, when, and how often; newest first.
fn restated(sums: &Sums, now: Moment) -> Vec<String> {
    let words = now.words;
    let said = |found: &RestatedDay| {
        let at = When::new(found.restated_at, now).exact;
        let values = [
            ("day", FluentValue::from(written(found.day, words))),
            ("at", at.into()),
            ("count", words.number(found.messages).into()),
        ];
        words.say_with("insight-restated-day", &values)
    };
    sums.restated.iter().rev().map(said).collect()
}

fn cost(sums: &Sums, currency: &Currency, words: ConsoleWords) -> String {
    let said = |counts| spent(Spent::of(counts), currency, words);
    let values = [
        ("now", FluentValue::from(said(&sums.all))),
        ("before", said(&sums.before).into()),
    ];
    words.say_with("insight-cost-answer", &values)
}

fn before(period: Period, words: ConsoleWords) -> String {
    let values = [
        ("from", FluentValue::from(written(period.from, words))),
        ("to", written(period.to, words).into()),
    ];
    words.say_with("insight-before", &values)
}

/// Each step is a share of its own whole, and says which.
#[rustfmt::skip] // a table is read line by line
fn funnel(all: &Counts, words: ConsoleWords) -> Vec<ShareOfPlanned> {
    let to_send = all.planned - all.suppressed;
    let planned = ShareOfPlanned {
        word: words.say("insight-step-planned"),
        tone: "waiting",
        count: words.number(all.planned),
        percent: if all.planned > 0 { 100 } else { 0 },
        rate: words.count("insight-not-sent", all.suppressed),
    };
    let shares = [
        ("insight-step-accepted", "going", all.accepted, to_send, "insight-of-sendable"),
        ("insight-step-delivered", "delivered", all.delivered, all.reporting, "insight-of-reporting"),
        ("insight-step-read", "read", all.read, all.read_measurable, "insight-of-measurable"),
        ("insight-step-opened", "read", all.opened, all.measurable, "insight-of-opens"),
        ("insight-step-clicked", "read", all.clicked, all.clicks_measurable, "insight-of-clicks"),
        ("insight-step-confirmed", "read", all.confirmed, all.reached, "insight-of-reached"),
        ("insight-step-replied", "read", all.replied, all.reached, "insight-of-reached"),
    ];
    std::iter::once(planned).chain(shares.map(|one| step(one, words))).collect()
}

/// What the shares mean: what counts as reached and as read, and what cannot be measured.
fn what(all: &Counts, words: ConsoleWords) -> String {
    let values = [
        (
            "unmeasured",
            FluentValue::from(share(unmeasured(all), words)),
        ),
        ("anonymous", words.number(all.anonymous_opens).into()),
        ("rules", words.number(rules::known().version).into()),
    ];
    words.say_with("insight-what", &values)
}

/// One step: the key of its word, its tone, how many of how many, and the key of its whole.
fn step(
    (word, tone, k, n, of): (&str, &'static str, i64, i64, &str),
    words: ConsoleWords,
) -> ShareOfPlanned {
    let rate = Proportion::new(k, n);
    let values = [
        ("rate", FluentValue::from(share(rate, words))),
        ("whole", words.number(n).into()),
        ("of", words.say(of).into()),
    ];
    ShareOfPlanned {
        word: words.say(word),
        tone,
        count: words.number(k),
        percent: rate.percent(),
        rate: match n {
            0 => words.with("insight-share-none", "of", &words.say(of)),
            _ => words.say_with("insight-share", &values),
        },
    }
}
