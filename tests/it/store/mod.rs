//! Promises of the store, kept on every database.

pub(crate) mod templates;
