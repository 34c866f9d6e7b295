//! Promises of the store, kept on every database.

pub(crate) mod templates;
//! What the store promises, on both databases.

mod engagement;
mod receipts;
