//! Kannel, the open-source SMS gateway, over its `sendsms` address. `client` is the provider,
//! `error` its verdicts, `receipt` the words of its delivery reports, which come in at
//! `/hooks/kannel/...`. Kannel gives no id back, so reports carry our own signed reference.

mod client;
mod error;
mod receipt;
mod sender;
mod settings;

pub use client::Kannel;
pub use receipt::receipt_kind;
pub use settings::KannelSettings;
