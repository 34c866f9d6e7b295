//! Relays and gateways that behave as real ones do: they greylist, bear few connections, deny, go
//! away, hang up. What concerns one recipient holds up nobody else; what concerns all ends nothing.
//!
//! `cargo test --test it relays:: -- --nocapture` prints the figures.

mod away;
mod connections;
mod denials;
mod gateways;
mod greylisting;
mod in_hand;
mod lost_answers;
pub(crate) mod peer;
mod wire;

use std::fmt::Write as _;

use serde_json::json;

use crate::promises::{incident, place};
use crate::support::node::Node;

const TOWN: &str = "037006";
const COUNT_ACCEPTED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'accepted'";
const PAUSED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM provider_state WHERE paused_until IS NOT NULL";
const BARRED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
const TRIES: &str = "SELECT CAST(coalesce(sum(tries), 0) AS BIGINT) FROM message";
const NOT_TAKEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM attempt WHERE outcome <> 'accepted'";
/// What is neither waiting nor taken.
const ENDED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state NOT IN \
    ('queued', 'leased', 'sending', 'accepted')";

/// An address in one of ten domains.
fn reader(number: usize) -> String {
    format!("reader{number}@town-{}.example", number % 10)
}

/// Tells every one of these readers, in a place of their own, of an outage.
async fn tell(node: &Node, readers: &[String]) {
    let mut lines = String::new();
    for (number, address) in readers.iter().enumerate() {
        let client = json!({
            "client": format!("C-{number}"), "name": "Maria Rossi",
            "contacts": [{ "channel": "email", "address": address }],
            "places": [place(&format!("POD-{number}"), TOWN)],
        });
        writeln!(lines, "{client}").unwrap();
    }
    node.import(lines).await;
    let now = now_text();
    node.event(&incident("1", "incident.opened", &now, TOWN))
        .await;
    node.planned().await;
}

/// Now, for events that must not be old.
fn now_text() -> String {
    use araldo::domain::Clock as _;
    araldo::domain::clock::SystemClock.now().to_string()
}

fn readers(count: usize) -> Vec<String> {
    (0..count).map(reader).collect()
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}
