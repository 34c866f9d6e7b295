//! `/v1/cases`.

pub(super) mod get;
pub(super) mod list;
pub(super) mod put;
