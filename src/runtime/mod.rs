//! What every long-running part of the daemon needs: a place where its tasks are started and
//! stopped, the signals that wake the stages, and one commit for many callers.
//!
//! It knows no stage. `app` builds them and hands these to each.

mod group_commit;
mod lifecycle;
mod signals;

pub use group_commit::{GroupCommit, Writer, Written};
pub use lifecycle::Lifecycle;
pub use signals::{LaneSignals, PeerSignals, Wake};
