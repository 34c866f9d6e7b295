//! The store keeps its word on both databases.

mod cases;
mod clients;
mod engagement;
mod events;
mod evidence;
mod incidents;
mod invariants;
mod keys;
mod messages;
mod rates;
mod receipts;
mod reports;
mod sources;
pub(crate) mod templates;
mod timers;
mod units;
mod users;

use std::sync::LazyLock;

use araldo::domain::Timestamp;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::Event;
use araldo::domain::ids::TimeOrderedIds;
use serde_json::Value;

/// Ids of a node whose clock stands; one source for all, so that none comes twice.
fn ids() -> &'static TimeOrderedIds<FixedClock> {
    static IDS: LazyLock<TimeOrderedIds<FixedClock>> =
        LazyLock::new(|| TimeOrderedIds::new(FixedClock::at("2026-11-22T10:00:00Z"), 1));
    &IDS
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// An event of this type with this data, at this time.
#[expect(
    clippy::needless_pass_by_value,
    reason = "written in place by every test"
)]
fn event(id: &str, kind: &str, time: &str, data: Value) -> Event {
    let value = serde_json::json!({"specversion": "1.0", "id": id, "source": "/test",
        "type": kind, "time": time, "data": data});
    Event::parse(&value, at("2026-11-23T10:00:00Z")).unwrap()
}
