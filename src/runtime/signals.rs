//! How one stage tells the next, here or on another node, that there is work.

use tokio::sync::Notify;

use crate::domain::Lane;

/// Wakes the stages when there is work for them, so that nobody polls in a hurry.
/// A wake-up is a hint: each stage also looks by itself now and then.
#[derive(Debug, Default)]
pub struct Wake {
    /// Events were stored, here or on another node.
    pub plan: Notify,
    /// Messages were queued, here or on another node: one bell for each lane.
    pub dispatch: LaneBells,
    /// What is to be said to the nodes that share the store.
    pub abroad: Abroad,
}

/// What this node has done that concerns others.
#[derive(Debug, Default)]
pub struct Abroad {
    pub events: Notify,
    pub messages: Notify,
}

impl Wake {
    /// Events were stored by this node.
    pub fn events_stored(&self) {
        self.plan.notify_one();
        self.abroad.events.notify_one();
    }

    /// Messages were queued by this node in these lanes.
    pub fn messages_queued(&self, lanes: &[Lane]) {
        for lane in lanes {
            self.dispatch.of(*lane).notify_waiters();
        }
        if !lanes.is_empty() {
            self.abroad.messages.notify_one();
        }
    }
}

/// A bell for each lane, so that one message wakes one lane.
#[derive(Debug, Default)]
pub struct LaneBells {
    urgent: Notify,
    normal: Notify,
    bulk: Notify,
}

impl LaneBells {
    /// The bell of one lane.
    #[must_use]
    pub const fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Urgent => &self.urgent,
            Lane::Normal => &self.normal,
            Lane::Bulk => &self.bulk,
        }
    }

    pub fn ring(&self) {
        for lane in Lane::ALL {
            self.of(*lane).notify_waiters();
        }
    }
}
