//! `/v1/messages`.

pub(super) mod send;
