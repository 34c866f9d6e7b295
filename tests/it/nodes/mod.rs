//! Many nodes on one PostgreSQL: they share one contract, one queue and one list of the living;
//! and how a single node comes and goes.

mod dead_nodes;
mod drain;
mod gateway;
mod presence;
mod rates;
mod roles;
mod upgrade;
mod wake;

use std::fmt::Write as _;

use serde_json::json;

use crate::promises::place;

/// Where everybody of these tests lives.
const TOWN: &str = "037006";
const COUNT: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
const IN_HAND: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state IN ('leased', 'sending')";
/// What has neither been accepted nor is in doubt.
const OPEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state NOT IN ('accepted', 'unknown')";
const CLAIMS: &str = "SELECT CAST(count(*) AS BIGINT) FROM claim";

/// Clients with a telephone each, one a line.
fn town(clients: usize) -> String {
    let mut lines = String::new();
    for number in 0..clients {
        let client = json!({
            "client": format!("C-{number}"), "name": "Maria Rossi",
            "contacts": [{ "channel": "sms", "address": handset(number) }],
            "places": [place(&format!("POD-{number}"), TOWN)],
        });
        writeln!(lines, "{client}").unwrap();
    }
    lines
}

/// A number that never reports faults, whoever carries.
fn handset(number: usize) -> String {
    format!("+39000{:07}", 100_000 + number * 10 + 9)
}

/// The outage that reaches everybody.
fn outage() -> serde_json::Value {
    crate::promises::incident("1", "incident.opened", "2026-11-22T18:00:00Z", TOWN)
}
