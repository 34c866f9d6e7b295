//! What every long-running part of the daemon needs: a place where its tasks are started and
//! stopped, and the signals that wake the stages.
//!
//! It knows no stage. `app` builds them and hands these to each.

mod lifecycle;
mod signals;

pub use lifecycle::Lifecycle;
pub use signals::{Abroad, LaneBells, Wake};
