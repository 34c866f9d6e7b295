//! The promises of the path of one message, each tried on a whole node over both databases: from
//! an event over HTTP to what stands on a handset, and back. `support::node` is the node.

mod bad_clocks;
mod bad_names;
mod blackout_reaches_zone;
mod clients_decide;
mod crash_keeps_everything;
mod dead_nodes_say_so;
mod erased_is_erased;
mod explains_itself;
mod failing_providers;
mod flood_guard_caps;
pub(crate) mod looking_is_not_acting;
mod missing_variable_holds;
mod newer_replaces_older;
mod old_news;
mod quiet_hours_defer;
pub(crate) mod rates_recounted;
mod real_providers_carry;
mod second_ways;
mod stop_is_honoured;
mod store_takes_nothing;
mod taken_back;
mod two_daemons;
mod wrong_is_put_right;

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use serde_json::{Value, json};

/// A time of the story, brought to the present: news that is days old would not be told. An hour of
/// the story is a minute, and it ends at 20:00, which is now.
fn lately(story: &str) -> String {
    let end = Timestamp::parse("2026-11-22T20:00:00Z").expect("a time");
    let before = end - Timestamp::parse(story).expect("a time of the story");
    (SystemClock.now() - before / 60).to_string()
}

/// An event about one incident, at a time of the test's choice.
pub(crate) fn incident(id: &str, kind: &str, at: &str, municipality: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/oms", "type": kind, "subject": "G-77",
        "time": lately(at),
        "data": {
            "incident": "G-77", "kind": "outage", "service": "electricity", "severity": "severe",
            "area": { "municipalities": [municipality] }, "cause": "guasto in cabina",
        },
    })
}

/// An event about one case of a client, at a time of the test's choice.
fn case(id: &str, client: &str, state: &str, at: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/crm", "type": "case.state_changed",
        "subject": format!("PR-{client}"), "time": lately(at),
        "data": { "case": format!("PR-{client}"), "client": client, "kind": "voltura",
            "state": state },
    })
}

/// A place in a municipality.
pub(crate) fn place(code: &str, municipality: &str) -> Value {
    json!({ "place": code, "kind": "pod", "municipality": municipality })
}

/// A direct message of the template `notice`.
pub(crate) fn notice(client: &str, title: &str) -> Value {
    json!({
        "client": client, "template": "notice",
        "variables": { "title": title, "body": "Riaprono martedì." },
    })
}
