//! `/v1/events`.

pub(super) mod list;
pub(super) mod send;
