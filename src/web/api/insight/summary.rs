//! `GET /v1/insight`: the shares of a period beside those of the period before, templates with the
//! least read first, when people read, how long it takes, providers, how often a second channel was
//! used or spared, what it cost, and what to improve.
//!
//! A share is null where nothing could be measured, and a difference where one of the two has fewer
//! than 20 cases. `shown` is false where chance explains it. An amount is null where no price is known;
//! `priced` of `accepted` messages are in it.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::limits::PERIOD_DAYS;
use crate::insight::findings::Finding;
use crate::insight::sums::{NamedShare, SHARES, least_read};
use crate::insight::{Period, Proportion, ShareDifference, Spent, Sums};
use crate::store::insight::days::ProviderSums;
use crate::store::reports::{Counts, StatsRow};
use crate::web::Web;
use crate::web::api::stats;
use crate::web::day::date;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Days shown when `from` is not given.
const DEFAULT_DAYS: i64 = 30;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["from", "to"];

/// What may be asked, as in `GET /v1/stats`.
#[derive(Debug, Deserialize)]
pub(crate) struct InsightAsk {
    from: Option<String>,
    to: Option<String>,
}

pub(crate) async fn get(
    State(web): State<Web>,
    Query(ask): Query<InsightAsk>,
) -> Result<Json<Value>, Problem> {
    let period = period(&web, &ask)?;
    let sums = Sums::read(&web.store, period).await?;
    Ok(Json(json!({
        "from": date(period.from),
        "to": date(period.to),
        "before": {"from": date(period.before().from), "to": date(period.before().to)},
        "counted_at": sums.counted_at,
        "shares": shares(&sums),
        "templates": templates(&sums.by_template),
        "hours": sums.hours.iter().map(|hour| json!({
            "weekday": hour.hour / 24 + 1, "hour": hour.hour % 24, "messages": hour.messages,
        })).collect::<Vec<_>>(),
        "waits": {"channels": sums.waits[0], "templates": sums.waits[1]},
        "providers": sums.providers.iter().map(provider).collect::<Vec<_>>(),
        "fallbacks": sums.fallbacks,
        "cost": costs(&web, &sums),
        "restated": stats::restated(&sums.restated),
        "findings": sums.findings.iter().map(finding).collect::<Vec<_>>(),
    })))
}

/// Of the period, of the one before, by channel, and what second channels would have cost that were spared.
fn costs(web: &Web, sums: &Sums) -> Value {
    let channel = |row: &StatsRow| {
        let mut line = cost(&row.counts);
        line["channel"] = row.channel.clone().into();
        line
    };
    json!({
        "currency": web.console.prices().currency.as_str(),
        "now": cost(&sums.all),
        "before": cost(&sums.before),
        "channels": sums.by_channel.iter().map(channel).collect::<Vec<_>>(),
        "spared": sums.spared,
    })
}

fn cost(counts: &Counts) -> Value {
    let amount = Spent::of(counts).money();
    json!({"amount": amount, "priced": counts.priced, "accepted": counts.accepted})
}

pub(super) fn period(web: &Web, ask: &InsightAsk) -> Result<Period, Problem> {
    let zone = web.console.zone();
    let given = |field, text: &Option<String>| -> Result<Option<i64>, Problem> {
        let text = text.as_deref();
        text.map(|text| stats::day(field, text, zone)).transpose()
    };
    let today = web.clock.now().day_in(zone);
    let to = given("to", &ask.to)?.unwrap_or(today);
    let from = given("from", &ask.from)?.unwrap_or(to - DEFAULT_DAYS + 1);
    let period = Period { from, to };
    if !(1..=PERIOD_DAYS).contains(&period.days()) {
        let detail =
            format!("`from` is not after `to`, and at most {PERIOD_DAYS} days are looked at");
        return Err(Problem::field("/from", detail));
    }
    Ok(period)
}

/// A share with its interval, or null.
pub(super) fn share(rate: Proportion) -> Value {
    match (rate.share(), rate.interval()) {
        (Some(share), Some(interval)) => json!({
            "count": rate.k, "whole": rate.n, "share": share,
            "low": interval.low, "high": interval.high, "small": rate.is_small(),
        }),
        _ => Value::Null,
    }
}

fn shares(sums: &Sums) -> Value {
    let line = |(name, of): NamedShare| {
        let (now, before) = (of(&sums.all), of(&sums.before));
        let difference = ShareDifference::between(now, before).map(|found| {
            json!({"points": found.by * 100.0, "low": found.interval.low * 100.0,
                "high": found.interval.high * 100.0, "shown": found.is_shown()})
        });
        json!({"name": name, "now": share(now), "before": share(before),
            "difference": difference})
    };
    SHARES.into_iter().map(line).collect()
}

fn templates(rows: &[StatsRow]) -> Value {
    let line = |(row, rate): (&StatsRow, Proportion)| {
        let measured = Proportion::new(row.counts.read_measurable, row.counts.reached);
        json!({"template": row.template, "read": share(rate), "measurable": share(measured),
            "cost": cost(&row.counts)})
    };
    least_read(rows).into_iter().map(line).collect()
}

fn provider(sums: &ProviderSums) -> Value {
    json!({
        "provider": sums.provider, "channel": sums.channel, "accepted": sums.accepted,
        "reporting": sums.reporting, "delivered": sums.delivered,
        "undelivered": sums.undelivered, "read_measurable": sums.read_measurable,
        "read": sums.read, "cost": {"amount": Spent::of_provider(sums).money(),
            "priced": sums.priced, "accepted": sums.accepted},
    })
}

fn finding(found: &Finding) -> Value {
    json!({
        "kind": found.kind, "subject": found.subject, "rate": share(found.rate),
        "rest": share(found.rest), "people": found.people, "character": found.character,
    })
}
