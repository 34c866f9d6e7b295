//! `/v1/messages`: what was sent to whom, what became of it, and asking for one more.

pub(super) mod get;
pub(super) mod list;
pub(super) mod send;
