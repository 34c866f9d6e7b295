//! `/v1/messages`: what was sent to whom, what became of it, asking for one more,
//! and taking back what has not left.

pub(super) mod cancel;
pub(super) mod get;
pub(super) mod list;
pub(super) mod send;
