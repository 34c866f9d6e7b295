//! Many nodes on one PostgreSQL: they share one contract, one queue and one list of the living;
//! and how a single node comes and goes.

mod alone;
mod dead_nodes;
mod drain;
mod presence;
mod rates;
mod roles;
mod upgrade;

use crate::support::town::{MUNICIPALITY, households};

const COUNT: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
const IN_HAND: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state IN ('leased', 'sending')";
/// What has neither been accepted nor is in doubt.
const OPEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state NOT IN ('accepted', 'unknown')";
const CLAIMS: &str = "SELECT CAST(count(*) AS BIGINT) FROM claim";

/// Clients with a telephone each, one a line.
fn town(clients: usize) -> String {
    households((0..clients).map(handset))
}

/// A number that never reports faults, whoever carries.
fn handset(number: usize) -> String {
    format!("+39000{:07}", 100_000 + number * 10 + 9)
}

/// The outage that reaches everybody.
fn outage() -> serde_json::Value {
    crate::promises::incident("1", "incident.opened", "2026-11-22T18:00:00Z", MUNICIPALITY)
}
