//! `GET /console/insight/reach`: whom we could tell something in each zone, before there is anything
//! to tell; those zones first in which most people cannot be reached. As CSV with all zones.

use std::borrow::Cow;

use askama::Template;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;

use super::share;
use crate::domain::limits::ZONES_SHOWN;
use crate::domain::role::Right;
use crate::insight::Proportion;
use crate::insight::reach::{ContactSums, ZoneReach};
use crate::store::insight::zones::ZoneKind;
use crate::web::actions::insight::{kept_zones, reach_csv};
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, strictly,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// By what the page goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReachQuery {
    by: String,
}

impl ReachQuery {
    fn kind(&self) -> ZoneKind {
        match self.by.as_str() {
            "postal_code" => ZoneKind::PostalCode,
            _ => ZoneKind::Municipality,
        }
    }
}

struct ZoneLine {
    zone: String,
    clients: String,
    unreachable: String,
    /// Of its clients, for the bar.
    percent: i64,
    /// Reachable, unverified, barred, none: by the better channel.
    any: [String; 4],
    sms: String,
    email: String,
}

#[derive(Template)]
#[template(path = "console/insight/reach.html")]
struct ReachPage {
    frame: Frame,
    by: &'static str,
    kinds: [(&'static str, Cow<'static, str>); 2],
    answer: String,
    lines: Vec<ZoneLine>,
    more: String,
}

pub(crate) async fn get(visit: Visit, Query(ask): Query<ReachQuery>) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let words = visit.words();
    let mut tx = visit.web.store.read().await?;
    let mut zones = kept_zones(&mut tx, ask.kind()).await?;
    zones.sort_by_key(|zone| (-zone.any.unreachable(), zone.zone.clone()));
    if ask.kind() == ZoneKind::Municipality {
        let shown = zones.iter_mut().take(ZONES_SHOWN);
        let codes = shown.map(|zone| &mut zone.zone).collect();
        tx.areas().name_in_place(codes).await?;
    }
    drop(tx);
    let left = zones.len().saturating_sub(ZONES_SHOWN);
    Ok(shell::page(&ReachPage {
        frame: visit
            .frame(ConsolePart::Insight, words.say("insight-reach-title"))
            .await?,
        by: ask.kind().as_str(),
        kinds: [
            ("municipality", words.say("insight-by-municipality")),
            ("postal_code", words.say("insight-by-postal-code")),
        ],
        answer: answer(&zones, words),
        lines: zones
            .iter()
            .take(ZONES_SHOWN)
            .map(|zone| line(zone, words))
            .collect(),
        more: match i64::try_from(left).unwrap_or(0) {
            0 => String::new(),
            left => words.count("insight-reach-more", left),
        },
    }))
}

/// `GET /console/insight/reach.csv`: all zones.
pub(crate) async fn csv(visit: Visit, Query(ask): Query<ReachQuery>) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let mut tx = visit.web.store.read().await?;
    let zones = kept_zones(&mut tx, ask.kind()).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-reachability.csv\"",
        ),
    ];
    match reach_csv(&zones) {
        Ok(text) => Ok(strictly((headers, text))),
        Err(error) => {
            tracing::error!(error = %error, "the reachability could not be written as CSV");
            Err(Problem::page_failed())
        }
    }
}

/// The zone with most unreachable, in a sentence.
fn answer(zones: &[ZoneReach], words: ConsoleWords) -> String {
    let worst = zones
        .iter()
        .find(|zone| zone.any.unreachable() > 0 && !zone.zone.is_empty());
    match worst {
        None => words.say("insight-reach-all").into_owned(),
        Some(zone) => {
            let values = [
                ("zone", FluentValue::from(&zone.zone)),
                ("people", words.number(zone.any.unreachable()).into()),
                ("clients", words.number(zone.clients).into()),
            ];
            words.say_with("insight-reach-answer", &values)
        }
    }
}

fn line(zone: &ZoneReach, words: ConsoleWords) -> ZoneLine {
    let of = |sums: &ContactSums| {
        let told = sums.reachable + sums.unverified;
        share(Proportion::new(told, zone.clients), words)
    };
    let unreachable = Proportion::new(zone.any.unreachable(), zone.clients);
    let any = &zone.any;
    ZoneLine {
        zone: match zone.zone.as_str() {
            "" => words.say("insight-zone-unknown").into_owned(),
            zone => zone.to_owned(),
        },
        clients: words.number(zone.clients),
        percent: unreachable.percent(),
        unreachable: share(unreachable, words),
        any: [any.reachable, any.unverified, any.barred, any.none].map(|count| words.number(count)),
        sms: of(&zone.sms),
        email: of(&zone.email),
    }
}
