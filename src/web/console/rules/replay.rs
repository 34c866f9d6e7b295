//! `/console/rules/replay`: rules as they stand in the file, pasted and changed; the page says what
//! they would have told in the last days beside what was told in truth, and which clients make the
//! difference. It reads, for a bounded time, and changes nothing: the file is changed by whoever may.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::config::rules as rules_file;
use crate::domain::ClientId;
use crate::domain::limits::{
    PASTED_BYTES, REPLAY_CLIENTS, REPLAY_DAYS, REPLAY_EVENTS, REPLAY_TIME, RULES_PASTED,
};
use crate::domain::role::Right;
use crate::domain::rule::Rule;
use crate::plan::{ReplayCut, ReplayedClients, ReplayedRule, RuleReplay};
use crate::web::Web;
use crate::web::actions::pasted_rules::{self, PastedFault};
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

use super::sentence;

/// What the form is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleReplayQuery {
    /// The rule to begin with.
    rule: String,
}

/// A rule then and now, as the page has it: each count twice.
struct SaidRule {
    rule: String,
    sentence: String,
    templates: String,
    matched: (String, String),
    told: (String, String),
    /// That its condition could not be asked of some events, and why, if so.
    unclear: Option<String>,
}

/// Clients who make a difference.
struct SaidClients {
    count: String,
    /// Reference and its part of an address.
    first: Vec<(String, String)>,
    has_more: bool,
}

struct SaidReplay {
    events: String,
    oldest: Option<When>,
    /// Why not all was looked at.
    cut: Option<String>,
    /// Rules that join news to one message, which is not reckoned.
    joining: Option<String>,
    rules: Vec<SaidRule>,
    channels: Vec<(String, String, String)>,
    newly: SaidClients,
    no_longer: SaidClients,
}

#[derive(Template)]
#[template(path = "console/rules/replay.html")]
struct ReplayPage {
    frame: Frame,
    typed: String,
    days: i64,
    most_days: i64,
    /// Each names its line.
    faults: Vec<String>,
    replay: Option<SaidReplay>,
}

pub(super) async fn form(
    visit: Visit,
    Query(asked): Query<RuleReplayQuery>,
) -> Result<Response, Problem> {
    let typed = as_it_stands(&visit.web, &asked.rule);
    draw(&visit, (typed, REPLAY_DAYS), Ok(None)).await
}

pub(super) async fn post(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::TryRules)?;
    let typed = fields.get("rules").to_owned();
    let days = fields.get("days").parse().unwrap_or(REPLAY_DAYS);
    let days = days.clamp(1, REPLAY_DAYS);
    let words = visit.words();
    let rules = match pasted(&visit, typed.clone()).await {
        Ok(rules) => rules,
        Err(faults) => return draw(&visit, (typed, days), Err(faults)).await,
    };
    let Ok(_turn) = visit.web.console.replays.try_acquire() else {
        let busy = words.say("rules-replay-busy").into_owned();
        return draw(&visit, (typed, days), Err(vec![busy])).await;
    };
    let since = visit.web.clock.now() - TimeDelta::days(days);
    let replaying = visit.web.rehearsal.replay(rules.clone(), since);
    let replay = match Box::pin(replaying).await? {
        Ok(replay) => replay,
        Err(fault) => return draw(&visit, (typed, days), Err(vec![fault.to_string()])).await,
    };
    let said = said(&visit, &rules, &replay).await?;
    draw(&visit, (typed, days), Ok(Some(said))).await
}

async fn draw(
    visit: &Visit,
    (typed, days): (String, i64),
    replay: Result<Option<SaidReplay>, Vec<String>>,
) -> Result<Response, Problem> {
    let title = visit.words().say("rules-replay-title");
    let (status, faults, replay) = match replay {
        Ok(replay) => (StatusCode::OK, Vec::new(), replay),
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, faults, None),
    };
    let page = ReplayPage {
        typed,
        days,
        most_days: REPLAY_DAYS,
        faults,
        replay,
        frame: visit.frame(ConsolePart::Templates, title).await?,
    };
    Ok(shell::page_with(status, &page))
}

/// A rule as it would stand in the file; nothing where there is none of that name.
pub(super) fn as_it_stands(web: &Web, name: &str) -> String {
    let rules = web.rules.load();
    let mut found = rules.rules().filter(|rule| rule.name == name);
    found.next().map(rules_file::written).unwrap_or_default()
}

/// The rules of a pasted text, or all that is wrong with it.
async fn pasted(visit: &Visit, text: String) -> Result<Vec<Rule>, Vec<String>> {
    let words = visit.words();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let read = pasted_rules::read(&visit.web, text).await;
    read.map_err(|fault| match fault {
        PastedFault::Empty => vec![words.say("rules-replay-empty").into_owned()],
        PastedFault::TooMany => vec![words.count("rules-too-many", number(RULES_PASTED))],
        PastedFault::Faults(faults) => faults,
        PastedFault::TooLong(length) => {
            let values = [
                ("length", FluentValue::from(length.to_string())),
                ("most", PASTED_BYTES.to_string().into()),
            ];
            vec![words.say_with("rules-too-long", &values)]
        }
    })
}

async fn said(visit: &Visit, rules: &[Rule], replay: &RuleReplay) -> Result<SaidReplay, Problem> {
    let now = visit.moment();
    let words = now.words;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let channels = replay.channels.iter().map(|(channel, (then, now))| {
        let channel = words.of("channel", channel.as_str()).into_owned();
        (channel, words.number(*then), words.number(*now))
    });
    Ok(SaidReplay {
        events: words.count("rules-replay-events", number(replay.events)),
        oldest: replay.oldest.map(|at| When::new(at, now)),
        cut: replay.cut.map(|cut| cut_short(cut, words)),
        joining: joining(rules, words),
        rules: replay
            .rules
            .iter()
            .map(|it| said_rule(it, rules, words))
            .collect(),
        channels: channels.collect(),
        newly: clients(visit, &replay.newly).await?,
        no_longer: clients(visit, &replay.no_longer).await?,
    })
}

/// What is told now is too much for these: each piece of news is counted by itself.
fn joining(rules: &[Rule], words: ConsoleWords) -> Option<String> {
    let join = rules.iter().filter(|rule| rule.coalesce.is_some());
    let names: Vec<&str> = join.map(|rule| rule.name.as_str()).collect();
    (!names.is_empty()).then(|| words.with("rules-replay-joining", "rules", &names.join(", ")))
}

fn cut_short(cut: ReplayCut, words: ConsoleWords) -> String {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    match cut {
        ReplayCut::Events => words.count("rules-cut-events", number(REPLAY_EVENTS)),
        ReplayCut::Clients => words.count("rules-cut-clients", number(REPLAY_CLIENTS)),
        ReplayCut::Time => {
            let seconds = REPLAY_TIME.as_secs().to_string();
            words.with("rules-cut-time", "seconds", &seconds)
        }
    }
}

fn said_rule(replayed: &ReplayedRule, rules: &[Rule], words: ConsoleWords) -> SaidRule {
    let rule = rules.iter().find(|rule| rule.name == replayed.rule);
    let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let (then, now) = &replayed.templates;
    let templates = match then == now || then.is_empty() {
        true => names(now),
        false => format!("{} → {}", names(then), names(now)),
    };
    let both = |(then, now): (i64, i64)| (words.number(then), words.number(now));
    SaidRule {
        rule: replayed.rule.clone(),
        sentence: rule.map_or_else(String::new, |rule| sentence::of(rule, words).first),
        templates,
        matched: both(replayed.matched),
        told: both(replayed.told),
        unclear: replayed.fault.as_ref().map(|fault| {
            let values = [
                ("count", FluentValue::from(replayed.unclear)),
                ("number", words.number(replayed.unclear).into()),
                ("rule", replayed.rule.as_str().into()),
                ("fault", fault.as_str().into()),
            ];
            words.say_with("rules-replay-unclear", &values)
        }),
    }
}

async fn clients(visit: &Visit, found: &ReplayedClients) -> Result<SaidClients, Problem> {
    let ids: &[ClientId] = &found.first;
    let references = if ids.is_empty() {
        Vec::new()
    } else {
        let mut tx = visit.web.store.read().await?;
        tx.reports().references(ids).await?
    };
    let count = i64::try_from(found.count).unwrap_or(i64::MAX);
    let first = references.into_iter().map(|reference| {
        let path = in_path(&reference);
        (reference, path)
    });
    Ok(SaidClients {
        count: visit.words().number(count),
        first: first.collect(),
        has_more: found.count > ids.len(),
    })
}
