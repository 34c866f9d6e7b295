//! What the store promises, on both databases.

mod engagement;
mod receipts;
pub(crate) mod templates;
