//! `POST /v1/rules/replay`: what changed rules would have made of the last days, beside what was told:
//! `{"rules": "[[rule]] ...", "days": 7}`, the rules in TOML as they stand in the file. Nothing is
//! changed. It says who would be told, so the key must be one that may read clients.

use axum::extract::State;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::domain::limits::{PASTED_BYTES, REPLAY_DAYS, RULES_PASTED};
use crate::plan::{ReplayCut, ReplayedClients, RuleReplay};
use crate::web::Web;
use crate::web::actions::pasted_rules::{self, PastedFault};
use crate::web::problem::Problem;
use crate::web::request::body::Json;

pub(crate) async fn post(
    State(web): State<Web>,
    Json(body): Json,
) -> Result<axum::Json<Value>, Problem> {
    let text = body["rules"].as_str().unwrap_or_default().to_owned();
    let days = days(&body)?;
    let rules = pasted_rules::read(&web, text).await.map_err(refused)?;
    let Ok(_turn) = web.console.replays.try_acquire() else {
        return Err(Problem::conflict(
            "another replay is under way; try again in some seconds",
        ));
    };
    let joins = rules.iter().any(|rule| rule.coalesce.is_some());
    let not_reckoned: &[&str] = if joins { &["coalesce"] } else { &[] };
    let since = web.clock.now() - TimeDelta::days(days);
    let replay = Box::pin(web.rehearsal.replay(rules, since)).await?;
    let replay = replay.map_err(|fault| refused(PastedFault::Faults(vec![fault.to_string()])))?;
    let newly = clients(&web, &replay.newly).await?;
    let no_longer = clients(&web, &replay.no_longer).await?;
    Ok(axum::Json(json!({
        "events": replay.events,
        "oldest": replay.oldest,
        "cut": replay.cut.map(cut_short),
        "not_reckoned": not_reckoned,
        "rules": rules_of(&replay),
        "channels": channels(&replay),
        "newly": newly,
        "no_longer": no_longer,
    })))
}

fn days(body: &Value) -> Result<i64, Problem> {
    match body.get("days") {
        None => Ok(REPLAY_DAYS),
        Some(days) => {
            let days = days
                .as_i64()
                .filter(|days| (1..=REPLAY_DAYS).contains(days));
            let wrong = || Problem::field("/days", format!("write 1 to {REPLAY_DAYS} days"));
            days.ok_or_else(wrong)
        }
    }
}

fn refused(fault: PastedFault) -> Problem {
    let detail = match fault {
        PastedFault::Empty => "write at least one rule, as it stands in the file".to_owned(),
        PastedFault::TooLong(length) => {
            format!("the rules have {length} bytes; at most {PASTED_BYTES} are taken")
        }
        PastedFault::TooMany => format!("at most {RULES_PASTED} rules are taken at once"),
        PastedFault::Faults(faults) => faults.join("; "),
    };
    Problem::unprocessable("invalid_rules", "/rules", detail)
}

/// Why not all was looked at.
const fn cut_short(cut: ReplayCut) -> &'static str {
    match cut {
        ReplayCut::Events => "events",
        ReplayCut::Clients => "clients",
        ReplayCut::Time => "time",
    }
}

fn rules_of(replay: &RuleReplay) -> Vec<Value> {
    let rules = replay.rules.iter().map(|rule| {
        json!({
            "rule": rule.rule,
            "templates": {"then": rule.templates.0, "now": rule.templates.1},
            "matched": {"then": rule.matched.0, "now": rule.matched.1},
            "told": {"then": rule.told.0, "now": rule.told.1},
            "unclear": rule.unclear,
            "fault": rule.fault,
        })
    });
    rules.collect()
}

fn channels(replay: &RuleReplay) -> Map<String, Value> {
    let channels = replay.channels.iter().map(|(channel, (then, now))| {
        let told = json!({"then": then, "now": now});
        (channel.as_str().to_owned(), told)
    });
    channels.collect()
}

async fn clients(web: &Web, found: &ReplayedClients) -> Result<Value, Problem> {
    let mut tx = web.store.read().await?;
    let first = tx.reports().references(&found.first).await?;
    Ok(json!({"count": found.count, "first": first}))
}
