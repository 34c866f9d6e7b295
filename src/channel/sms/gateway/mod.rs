//! Any SMS gateway that is asked over HTTP, as the settings describe it (`kind = "http"`): what is
//! posted, what its answers mean, and what it calls back.
//!
//! `client` is the provider; `request` writes address and body, `breakout` looks whether a text stays in
//! its place there, `verdict` reads answers, `receipt`
//! reads what is called back and `proof` whether that is the gateway's.

mod breakout;
mod client;
mod proof;
mod receipt;
mod request;
mod settings;
mod verdict;

pub use client::HttpGateway;
pub use receipt::GatewayCallbacks;
pub use settings::{HttpSettings, ReceiptSettings};
