//! `/v1/messages`: what was sent to whom, what became of it, asking for one more,
//! taking back what has not left, and saying that evidence is wrong.

pub(super) mod cancel;
pub(super) mod evidence;
pub(super) mod get;
pub(super) mod list;
pub(super) mod send;
