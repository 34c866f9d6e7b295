//! `/v1/clients`.

pub(super) mod delete;
pub(super) mod deputies;
pub(super) mod get;
pub(super) mod import;
pub(super) mod lift;
pub(super) mod list;
pub(super) mod put;
