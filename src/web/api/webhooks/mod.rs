//! `/v1/webhooks`: who is told by POST what happens.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod put;
pub(super) mod replay;
