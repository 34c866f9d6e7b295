//! `/v1/messages`: what was asked for, what was sent to whom, and what became of it.

pub mod get;
pub mod list;
pub(super) mod send;
