//! The light in the top line of every page.

use super::format::{Badge, When, grouped};
use crate::domain::Lane;
use crate::insight::explain::duration;
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
        let (tone, word, detail) = worst(snapshot, now);
        let badge = Badge::new(tone, word);
        Self { badge, detail }
    }
}

/// The worst thing that is going on: tone, word and sentence.
fn worst(snapshot: &Snapshot, now: Moment) -> (&'static str, &'static str, String) {
    if let Some(breach) = snapshot.breaches.first() {
        return ("failed", "alarm", complaint(breach));
    }
    if let Some((actor, at)) = &snapshot.paused {
        let since = When::new(*at, now).ago;
        let detail = format!("{actor} paused all sending {since}");
        return ("attention", "paused", detail);
    }
    let alive = |node: &&NodeRow| node.state() == NodeState::Alive;
    let nodes = snapshot.nodes.iter().filter(alive).count();
    if nodes == 0 {
        let detail = "no node gives a sign of life".to_owned();
        return ("failed", "stopped", detail);
    }
    let mut providers = snapshot.providers.iter();
    if let Some((face, _)) = providers.find(|(_, row)| is_paused(row.as_ref(), now.at)) {
        let detail = format!("{} is paused", face.name);
        return ("attention", "provider paused", detail);
    }
    let urgent = snapshot.lanes.iter().find(|load| load.lane == Lane::Urgent);
    if let Some(due) = urgent.and_then(|load| load.oldest_due)
        && now.at - due > URGENT_WAIT
    {
        let waited = duration(now.at - due);
        let detail = format!("an urgent message waits for {waited}");
        return ("attention", "slow", detail);
    }
    let detail = format!("{nodes} node(s) at work");
    ("delivered", "sending", detail)
}

/// What is wrong, in plain words.
pub(crate) fn complaint(breach: &Breach) -> String {
    format!(
        "{} {}",
        grouped(breach.broken),
        breach.invariant.complaint()
    )
}
