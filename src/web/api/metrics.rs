//! `GET /metrics`: the figures of the whole installation in the Prometheus text format 0.0.4,
//! read from the store at each scrape, so that every node tells the same; but for what is kept nowhere.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::domain::{Reason, Timestamp};
use crate::store::cluster::invariants::Invariant;
use crate::store::cluster::upkeep::Breach;
use crate::store::feed::Webhook;
use crate::store::messages::mails::StrayMails;
use crate::store::reports::{Counts, LaneLoad, NodeRow, NodeState, ProviderRow, Totals};
use crate::store::sources::{InboxRow, ReconciledRow, SourceRow};
use crate::store::{StoreError, Tx};
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
    let told = tx.webhooks().list().await?;
    let last = tx.feed().span().await?.last;
    let inboxes = tx.inboxes().list().await?;
    let strays = tx.mails().strays().await?;
    let waits = waits(web, &mut tx, now).await?;
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
    weights(&mut text, &providers);
    sources(&mut text, &watched);
    differences(&mut text, &compared);
    webhooks(&mut text, &told, last);
    unheard(&mut text, waits);
    strangers(&mut text, web.door.strangers.load(Ordering::Relaxed));
    mailboxes(&mut text, &inboxes, &strays);
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

/// Only where several share a channel.
fn weights(text: &mut String, providers: &[ProviderRow]) {
    text.push_str("# HELP araldo_provider_weight Points that a provider has of its channel.\n");
    text.push_str("# TYPE araldo_provider_weight gauge\n");
    for provider in providers {
        if let Some(weight) = provider.weight {
            let name = &provider.name;
            line(
                text,
                format_args!("araldo_provider_weight{{provider=\"{name}\"}} {weight}"),
            );
        }
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

/// How many conversations wait for an answer, and how many of them longer than was promised.
async fn waits(web: &Web, tx: &mut Tx, now: Timestamp) -> Result<(i64, i64), StoreError> {
    let all = tx.conversations().waiting_since(now).await?;
    let overdue = match web.console.dialogue.promise.overdue_since(now) {
        Some(since) => tx.conversations().waiting_since(since).await?.waiting,
        None => 0,
    };
    Ok((all.waiting, overdue))
}

/// Conversations in which a client waits for an answer.
fn unheard(text: &mut String, (waiting, overdue): (i64, i64)) {
    for (name, help, count) in [
        (
            "araldo_conversations_waiting",
            "Conversations in which a client waits for an answer.",
            waiting,
        ),
        (
            "araldo_conversations_overdue",
            "Those in which the answer was promised for a time that has passed.",
            overdue,
        ),
    ] {
        line(text, format_args!("# HELP {name} {help}"));
        line(text, format_args!("# TYPE {name} gauge"));
        line(text, format_args!("{name} {count}"));
    }
}

/// Of this node alone: numbers of no client, whatever became of their words.
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

/// The mailboxes that mails come back to, and the mails that are about no message of ours: those wait
/// there for a person.
fn mailboxes(text: &mut String, inboxes: &[InboxRow], strays: &[StrayMails]) {
    text.push_str("# HELP araldo_inbox_up Whether the last look at a mailbox succeeded: 1 or 0.\n");
    text.push_str("# TYPE araldo_inbox_up gauge\n");
    for inbox in inboxes {
        let (name, up) = (&inbox.name, u8::from(inbox.fault.is_none()));
        line(
            text,
            format_args!("araldo_inbox_up{{inbox=\"{name}\"}} {up}"),
        );
    }
    text.push_str("# HELP araldo_mails_unmatched Mails that came back and are about no message.\n");
    text.push_str("# TYPE araldo_mails_unmatched gauge\n");
    for StrayMails { class, mails } in strays {
        line(
            text,
            format_args!("araldo_mails_unmatched{{class=\"{class}\"}} {mails}"),
        );
    }
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

/// Who is told what happens, and how much of it they do not know yet.
fn webhooks(text: &mut String, told: &[Webhook], last: i64) {
    text.push_str(
        "# HELP araldo_webhook_up Whether the last try of a webhook went well: 1 or 0. Switched off by hand: none.\n",
    );
    text.push_str("# TYPE araldo_webhook_up gauge\n");
    for webhook in told.iter().filter(|one| one.off_by.is_none()) {
        let (name, off) = (&webhook.name, webhook.off_at.or(webhook.failing_since));
        let up = u8::from(off.is_none());
        line(
            text,
            format_args!("araldo_webhook_up{{webhook=\"{name}\"}} {up}"),
        );
    }
    text.push_str("# HELP araldo_webhook_behind Entries of the feed behind the last one told.\n");
    text.push_str("# TYPE araldo_webhook_behind gauge\n");
    for webhook in told {
        let (name, behind) = (&webhook.name, (last - webhook.cursor).max(0));
        line(
            text,
            format_args!("araldo_webhook_behind{{webhook=\"{name}\"}} {behind}"),
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
