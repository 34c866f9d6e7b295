//! How one stage tells the next, here or on another node, that there is work.

use tokio::sync::Notify;

use crate::domain::Lane;

/// Wakes the stages when there is work for them, so that nobody polls in a hurry.
/// A wake-up is a hint: each stage also looks by itself now and then.
#[derive(Debug, Default)]
pub struct Wake {
    /// Events were stored, here or on another node.
    pub plan: Notify,
    /// Messages were queued, here or on another node.
    pub dispatch: LaneSignals,
    /// Work that the other nodes on this store are to be told of.
    pub peers: PeerSignals,
}

/// Notified when this node has made work that others could do.
#[derive(Debug, Default)]
pub struct PeerSignals {
    pub events: Notify,
    pub messages: Notify,
}

impl Wake {
    /// Events were stored by this node.
    pub fn events_stored(&self) {
        self.plan.notify_one();
        self.peers.events.notify_one();
    }

    /// Messages were queued by this node in these lanes.
    pub fn messages_queued(&self, lanes: &[Lane]) {
        for lane in lanes {
            self.dispatch.of(*lane).notify_waiters();
        }
        if !lanes.is_empty() {
            self.peers.messages.notify_one();
        }
    }
}

/// A signal for each lane, so that one message wakes one lane.
#[derive(Debug, Default)]
pub struct LaneSignals {
    urgent: Notify,
    normal: Notify,
    bulk: Notify,
}

impl LaneSignals {
    /// The signal of one lane.
    #[must_use]
    pub const fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Urgent => &self.urgent,
            Lane::Normal => &self.normal,
            Lane::Bulk => &self.bulk,
        }
    }

    pub fn notify_all(&self) {
        for lane in Lane::ALL {
            self.of(*lane).notify_waiters();
        }
    }
}
