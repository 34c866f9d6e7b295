//! `GET /metrics`: the figures of the whole installation in the Prometheus text format 0.0.4,
//! read from the store at each scrape, so that every node tells the same; but for what is kept nowhere.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::domain::{Reason, Timestamp};
use crate::store::StoreError;
use crate::store::cluster::invariants::Invariant;
use crate::store::cluster::upkeep::Breach;
use crate::store::reports::{Counts, LaneLoad, NodeRow, NodeState, ProviderRow, Totals};
use crate::store::sources::{ReconciledRow, SourceRow};
use crate::web::Web;
use crate::web::problem::Problem;

/// No more share one store: their ids would run out.
const MOST_NODES: i64 = 250;

/// The figures, a second old at most. No key: they tell of nobody; shut the path off at the proxy
/// if it must be.
pub(super) async fn get(State(web): State<Web>) -> Result<Response, Problem> {
    let asked = async { figures(&web, web.clock.now()).await.map_err(Problem::from) };
    let text = web.door.figures.or(&*web.clock, asked).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

async fn figures(web: &Web, now: Timestamp) -> Result<String, StoreError> {
    let mut tx = web.store.read().await?;
    let lanes = tx.reports().lanes().await?;
    let totals = tx.reports().totals(now.day_in(web.console.zone())).await?;
    let breaches = tx.upkeep().breaches().await?;
    let runs = tx.reports().nodes(MOST_NODES).await?;
    let providers = tx.reports().providers().await?;
    let watched = tx.sources().list().await?;
    let compared = tx.reconciliations().list().await?;
    let mut text = String::from(
        "# HELP araldo_waiting Messages that are due, by lane.\n# TYPE araldo_waiting gauge\n",
    );
    for LaneLoad { lane, waiting, .. } in &lanes {
        line(
            &mut text,
            format_args!("araldo_waiting{{lane=\"{lane}\"}} {waiting}"),
        );
    }
    text.push_str("# HELP araldo_oldest_seconds How long the oldest due message has waited.\n");
    text.push_str("# TYPE araldo_oldest_seconds gauge\n");
    for LaneLoad {
        lane, oldest_due, ..
    } in &lanes
    {
        let seconds = oldest_due.map_or(0, |due| (now - due).num_seconds().max(0));
        line(
            &mut text,
            format_args!("araldo_oldest_seconds{{lane=\"{lane}\"}} {seconds}"),
        );
    }
    held(&mut text, &totals);
    text.push_str("# HELP araldo_messages Messages by what became of them, since the beginning.\n");
    text.push_str("# TYPE araldo_messages gauge\n");
    for (stage, count) in stages(&totals.ever) {
        line(
            &mut text,
            format_args!("araldo_messages{{stage=\"{stage}\"}} {count}"),
        );
    }
    kept(&mut text, &breaches);
    nodes(&mut text, &runs);
    paused(&mut text, &providers, now);
    sources(&mut text, &watched);
    differences(&mut text, &compared);
    strangers(&mut text, web.door.strangers.load(Ordering::Relaxed));
    Ok(text)
}

/// Every night messages wait for the end of quiet hours: what waits for a person stands apart.
fn held(text: &mut String, totals: &Totals) {
    text.push_str("# HELP araldo_held Messages put aside, by why.\n# TYPE araldo_held gauge\n");
    for reason in Reason::OF_HELD {
        let found = totals.held.iter().find(|(why, _)| *why == reason);
        let count = found.map_or(0, |(_, count)| *count);
        line(
            text,
            format_args!("araldo_held{{reason=\"{reason}\"}} {count}"),
        );
    }
}

/// Those that stopped are history and have no figure.
fn nodes(text: &mut String, runs: &[NodeRow]) {
    text.push_str("# HELP araldo_nodes Nodes that share the store, by the database's clock.\n");
    text.push_str("# TYPE araldo_nodes gauge\n");
    for state in [NodeState::Alive, NodeState::Silent] {
        let count = runs.iter().filter(|run| run.state() == state).count();
        line(
            text,
            format_args!("araldo_nodes{{state=\"{state}\"}} {count}"),
        );
    }
}

fn paused(text: &mut String, providers: &[ProviderRow], now: Timestamp) {
    text.push_str("# HELP araldo_provider_paused Whether a provider rests: 1 or 0.\n");
    text.push_str("# TYPE araldo_provider_paused gauge\n");
    for provider in providers {
        let rests = provider.paused_until.is_some_and(|until| until > now);
        let (name, rests) = (&provider.name, u8::from(rests));
        line(
            text,
            format_args!("araldo_provider_paused{{provider=\"{name}\"}} {rests}"),
        );
    }
}

/// What is watched. A source that says when its records changed has a lag.
fn sources(text: &mut String, watched: &[SourceRow]) {
    text.push_str("# HELP araldo_source_up Whether the last look at a source succeeded: 1 or 0.\n");
    text.push_str("# TYPE araldo_source_up gauge\n");
    for source in watched {
        let (name, up) = (&source.name, u8::from(source.fault.is_none()));
        line(
            text,
            format_args!("araldo_source_up{{source=\"{name}\"}} {up}"),
        );
    }
    text.push_str("# HELP araldo_source_dead Records of a source that could not be taken.\n");
    text.push_str("# TYPE araldo_source_dead gauge\n");
    for SourceRow { name, dead, .. } in watched {
        line(
            text,
            format_args!("araldo_source_dead{{source=\"{name}\"}} {dead}"),
        );
    }
    text.push_str(
        "# HELP araldo_source_lag_seconds From a change over there to its commit here.\n",
    );
    text.push_str("# TYPE araldo_source_lag_seconds gauge\n");
    for source in watched {
        if let Some(lag) = source.lag {
            let (name, lag) = (&source.name, lag.num_milliseconds().max(0));
            let (seconds, rest) = (lag / 1000, lag % 1000);
            line(
                text,
                format_args!("araldo_source_lag_seconds{{source=\"{name}\"}} {seconds}.{rest:03}"),
            );
        }
    }
}

/// Of this node alone: nothing of such a text is kept.
fn strangers(text: &mut String, count: u64) {
    text.push_str(
        "# HELP araldo_replies_of_strangers_total Texts to this node from numbers of no client.\n",
    );
    text.push_str("# TYPE araldo_replies_of_strangers_total counter\n");
    line(
        text,
        format_args!("araldo_replies_of_strangers_total {count}"),
    );
}

/// What each source said of its present state, held against what is known. One that was never asked
/// has no figure.
fn differences(text: &mut String, compared: &[ReconciledRow]) {
    text.push_str(
        "# HELP araldo_source_differs What is open over there or here and not the same on both sides.\n",
    );
    text.push_str("# TYPE araldo_source_differs gauge\n");
    for row in compared.iter().filter(|row| row.compared_at.is_some()) {
        let (name, differs) = (&row.source, row.compared.differs());
        line(
            text,
            format_args!("araldo_source_differs{{source=\"{name}\"}} {differs}"),
        );
    }
}

/// What must always hold, and how many rows break it.
fn kept(text: &mut String, breaches: &[Breach]) {
    text.push_str("# HELP araldo_invariant_breaches Rows that break what must hold, see araldo check-store.\n");
    text.push_str("# TYPE araldo_invariant_breaches gauge\n");
    for invariant in Invariant::ALL {
        let breach = breaches.iter().find(|one| one.invariant == *invariant);
        let broken = breach.map_or(0, |one| one.broken);
        line(
            text,
            format_args!("araldo_invariant_breaches{{invariant=\"{invariant}\"}} {broken}"),
        );
    }
}

fn line(text: &mut String, sample: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    writeln!(text, "{sample}").ok();
}

fn stages(counts: &Counts) -> [(&'static str, i64); 16] {
    [
        ("planned", counts.planned),
        ("suppressed", counts.suppressed),
        ("accepted", counts.accepted),
        ("delivered", counts.delivered),
        ("undelivered", counts.undelivered),
        ("unconfirmed", counts.unconfirmed),
        ("unknown", counts.unknown),
        ("reporting", counts.reporting),
        ("reached", counts.reached),
        ("measurable", counts.measurable),
        ("opened", counts.opened),
        ("clicks_measurable", counts.clicks_measurable),
        ("clicked", counts.clicked),
        ("read_measurable", counts.read_measurable),
        ("read", counts.read),
        ("confirmed", counts.confirmed),
    ]
}
