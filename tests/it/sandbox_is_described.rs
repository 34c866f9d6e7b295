//! docs/sandbox.md says what becomes of each address, and how time may run faster: each line of its table is
//! tried through a whole node, by a clock that is moved.

use std::sync::Arc;

use araldo::config::Config;
use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock, Lane};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::promises::looking_is_not_acting::person;
use crate::support::TestStore;
use crate::support::node::{Node, run_by};
use crate::support::patience::until;

on_both_databases!(
    each_line_of_the_table_is_true,
    a_day_a_minute_goes_on_where_it_was_and_only_so,
);

const PAGE: &str = include_str!("../../docs/sandbox.md");
/// When messages may be read by a person, and what is read is kept.
const SETTINGS: &str = "[tracking]\nopens = \"individual\"\n";
const HEARD: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'reply.received'";

/// A line of the table.
#[derive(Debug)]
struct SandboxLine {
    client: String,
    address: &'static str,
    /// When it shall be so, in words.
    after: &'static str,
    states: Vec<&'static str>,
    seen: &'static str,
}

fn quoted(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn table() -> Vec<SandboxLine> {
    let begins = |line: &&str| line.starts_with("| `+39") || line.contains("@town.example` |");
    let lines = PAGE.lines().filter(begins).enumerate();
    let lines = lines.map(|(number, line)| {
        let cells: Vec<&'static str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [address, _, after, state, seen] = cells[..] else {
            panic!("five cells: {line}");
        };
        SandboxLine {
            client: format!("L-{number}"),
            address: quoted(address)[0],
            after,
            states: quoted(state),
            seen,
        }
    });
    lines.collect()
}

impl SandboxLine {
    /// What is not as the line says.
    async fn is_true(&self, node: &Node) -> Result<(), String> {
        let messages = node.messages(&format!("client={}", self.client)).await;
        let Some(first) = messages.first() else {
            return Err(format!("{self:?} has no message"));
        };
        let state = first["state"].as_str().unwrap_or_default();
        if !self.states.contains(&state) {
            return Err(format!("{self:?} is {state}: {first}"));
        }
        let so = match self.seen {
            "–" | "replied" => true,
            "barred" => is_barred(node, &self.client).await,
            "read" => verdicts(node, first).await.contains(&"human".to_owned()),
            "machine" => verdicts(node, first).await == ["machine"],
            other => panic!("`{other}` is not a word of the table"),
        };
        so.then_some(())
            .ok_or_else(|| format!("{self:?} is not seen"))
    }

    fn takes_days(&self) -> bool {
        self.after.ends_with("days")
    }

    fn writes(&self) -> bool {
        self.seen == "replied" || self.address.ends_with("30") && self.seen == "barred"
    }
}

async fn is_barred(node: &Node, client: &str) -> bool {
    let answer = node.get(&format!("/v1/clients/{client}")).await;
    let barred = answer.body["suppressions"].as_array();
    barred.is_some_and(|all| !all.is_empty())
}

/// Who touched a message, each once.
async fn verdicts(node: &Node, message: &Value) -> Vec<String> {
    let story = node.message(&message["id"]).await;
    let hits = story["engagement"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<String> = hits
        .iter()
        .filter_map(|hit| Some(hit["verdict"].as_str()?.to_owned()))
        .collect();
    all.sort();
    all.dedup();
    all
}

async fn all_true(node: &Node, lines: &[&SandboxLine]) -> Result<(), String> {
    for line in lines {
        line.is_true(node).await?;
    }
    Ok(())
}

async fn tell(node: &Node, lines: &[SandboxLine]) {
    for line in lines {
        let more = json!({ "tracking_consent": "granted" });
        node.client(&line.client, &[line.address], more).await;
        let event = json!({ "specversion": "1.0", "id": line.client, "source": "/crm",
            "type": "case.opened", "data": { "case": format!("PR-{}", line.client),
            "client": line.client, "kind": "voltura", "state": "received" } });
        node.event(&event).await;
    }
}

async fn each_line_of_the_table_is_true(store: TestStore) {
    let lines = table();
    assert!(lines.len() >= 30, "{}", lines.len());
    let clock = Arc::new(FixedClock::at("2026-12-01T09:00:00Z"));
    let node = Node::start_by(store, SETTINGS, Arc::clone(&clock) as Arc<dyn Clock>).await;
    tell(&node, &lines).await;

    // At once, but for the pauses of a gateway that has no room for some.
    let at_once: Vec<&SandboxLine> = lines.iter().filter(|line| line.after == "–").collect();
    until(async || {
        clock.advance(TimeDelta::seconds(1));
        node.running.wake.messages_queued(Lane::ALL);
        all_true(&node, &at_once).await
    })
    .await;

    // Within some hours; tries that are due later than the last one need some more minutes.
    let hours = |line: &&SandboxLine| !line.takes_days() && line.after != "–";
    let within_hours: Vec<&SandboxLine> = lines.iter().filter(hours).collect();
    let begun = clock.now();
    until(async || {
        let step = match clock.now() - begun < TimeDelta::hours(8) {
            true => TimeDelta::minutes(15),
            false => TimeDelta::minutes(1),
        };
        clock.advance(step);
        node.running.wake.messages_queued(Lane::ALL);
        all_true(&node, &within_hours).await
    })
    .await;
    let writers = lines.iter().filter(|line| line.writes()).count();
    let writers = i64::try_from(writers).unwrap();
    node.eye.until(HEARD, writers).await;

    let in_days: Vec<&SandboxLine> = lines.iter().filter(|line| line.takes_days()).collect();
    assert_eq!(in_days.len(), 2);
    until(async || {
        clock.advance(TimeDelta::hours(1));
        node.running.wake.messages_queued(Lane::ALL);
        all_true(&node, &in_days).await
    })
    .await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_day_a_minute_goes_on_where_it_was_and_only_so(store: TestStore) {
    let machine = Arc::new(FixedClock::at("2026-12-01T09:00:00Z"));
    let by_machine = || Arc::clone(&machine) as Arc<dyn Clock>;
    let a_minute = "[sandbox]\nday = \"1m\"\n";
    let node = Node::start_by(store, a_minute, by_machine()).await;
    let cookie = person(&node, Role::Admin).await;
    let silent = "+390009990002";
    node.client("C-1", &[silent], json!({})).await;
    let message = json!({ "client": "C-1", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &message).await.status, 202);
    node.until_states("C-1", &["accepted"]).await;

    // Three days without a report are three minutes; who is logged in stays so.
    machine.advance(TimeDelta::seconds(185));
    node.until_states("C-1", &["unconfirmed"]).await;
    for path in ["/console/now", "/console/sandbox"] {
        let page = node.visit_as(&cookie, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.text.contains("1,440 times as fast"),
            "{path}: {}",
            page.text
        );
    }
    let shown = node.running.clock.now();
    let store = node.stop_and_keep_store().await;

    let folder = tempfile::tempdir().unwrap();
    for (settings, fault) in [
        ("", "[sandbox] day is not set"),
        (
            "[sandbox]\nday = \"1h\"\n",
            "24 times as fast, but in this store it runs 1440",
        ),
    ] {
        let started = run_by(&store.url, folder.path(), settings, by_machine()).await;
        let said = started.err().expect("a store whose time runs otherwise");
        assert!(said.to_string().contains(fault), "{said}");
    }
    machine.advance(TimeDelta::seconds(15));
    let node = Node::start_by(store, a_minute, by_machine()).await;
    assert_eq!(node.running.clock.now() - shown, TimeDelta::hours(6));
    node.sums_close().await;
    node.stop().await;
}

#[test]
fn time_runs_for_nobody_real() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    let read = |settings: &str| {
        std::fs::write(&file, settings).unwrap();
        Config::load(Some(&file), std::iter::empty())
    };
    let alone = read("[sandbox]\nday = \"1m\"\n").unwrap();
    assert_eq!(alone.sandbox.pace, Some(1_440));
    let warned = alone
        .warnings
        .iter()
        .any(|doubt| doubt.contains("1440 times as fast"));
    assert!(warned, "{:?}", alone.warnings);
    let relay = "[sandbox]\nday = \"1m\"\n[provider.relay]\nkind = \"smtp\"\nhost = \"mail.example.it\"\n\
                 from = \"avvisi@example.it\"\n";
    let said = read(relay).unwrap_err().to_string();
    assert!(
        said.contains("[sandbox] day") && said.contains("[provider.relay]"),
        "{said}"
    );
    let said = read("[sandbox]\nday = \"1s\"\n").unwrap_err().to_string();
    assert!(said.contains("10s to 12h"), "{said}");
}
