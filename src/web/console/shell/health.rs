//! The light in the top line of every page.

use super::format::{Badge, When};
use super::words::{ConsoleWords, FluentValue};
use crate::domain::Lane;
use crate::store::cluster::upkeep::Breach;
use crate::store::reports::{NodeRow, NodeState};
use crate::web::console::state::{Moment, Snapshot, URGENT_WAIT, is_paused};

/// The light in the top line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) badge: Badge,
    /// Why, in a sentence.
    pub(crate) detail: String,
}

impl Health {
    pub(crate) fn of(snapshot: &Snapshot, now: Moment) -> Self {
        let (tone, key, detail) = worst(snapshot, now);
        let badge = Badge::new(tone, &now.words.say(key));
        Self { badge, detail }
    }
}

/// The worst thing that is going on: tone, the key of its word, and a sentence.
fn worst(snapshot: &Snapshot, now: Moment) -> (&'static str, &'static str, String) {
    let words = now.words;
    if let Some(breach) = snapshot.breaches.first() {
        return ("failed", "shell-health-alarm", complaint(breach, words));
    }
    if let Some((actor, at)) = &snapshot.paused {
        let since = When::new(*at, now).ago;
        let values = [
            ("person", FluentValue::from(actor)),
            ("since", FluentValue::from(since)),
        ];
        let detail = words.say_with("shell-health-paused-by", &values);
        return ("attention", "shell-health-paused", detail);
    }
    let alive = |node: &&NodeRow| node.state() == NodeState::Alive;
    let nodes = snapshot.nodes.iter().filter(alive).count();
    if nodes == 0 {
        let detail = words.say("shell-health-no-node").into_owned();
        return ("failed", "shell-health-stopped", detail);
    }
    let mut providers = snapshot.providers.iter();
    if let Some((face, _)) = providers.find(|(_, row)| is_paused(row.as_ref(), now.at)) {
        let detail = words.with("shell-health-provider-paused", "provider", &face.name);
        return ("attention", "shell-health-provider", detail);
    }
    let urgent = snapshot.lanes.iter().find(|load| load.lane == Lane::Urgent);
    if let Some(due) = urgent.and_then(|load| load.oldest_due)
        && now.at - due > URGENT_WAIT
    {
        let waited = words.span(now.at - due);
        let detail = words.with("shell-health-urgent-waits", "span", &waited);
        return ("attention", "shell-health-slow", detail);
    }
    let nodes = i64::try_from(nodes).unwrap_or(i64::MAX);
    let detail = words.count("shell-health-nodes", nodes);
    ("delivered", "shell-health-sending", detail)
}

/// What is wrong, in plain words.
pub(crate) fn complaint(breach: &Breach, words: ConsoleWords) -> String {
    let what = words.of("invariant", breach.invariant.as_str());
    format!("{} {what}", words.number(breach.broken))
}
