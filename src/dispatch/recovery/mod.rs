//! Recovery, beside the path of a message: timers, messages whose fate is unknown, and what a dead
//! node left behind.

pub(super) mod dead_nodes;
pub(super) mod timers;
mod unknown;

pub(super) use unknown::{KEY_MARGIN, is_hasty};
