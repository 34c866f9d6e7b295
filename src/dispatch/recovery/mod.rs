//! Recovery, beside the path of a message: timers, messages that turn to another channel, messages
//! whose fate is unknown, and what a dead node left behind.

pub(super) mod dead_nodes;
mod fallback;
pub(super) mod timers;
mod turning;
mod unknown;

pub(super) use unknown::{KEY_MARGIN, is_hasty};
