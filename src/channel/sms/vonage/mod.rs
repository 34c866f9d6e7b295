//! Vonage's SMS API (`kind = "vonage"`). `client` is the provider, `error` its verdicts, `callback` its
//! reports and what clients write back, `signature` how both are proven.

mod callback;
mod client;
mod error;
mod settings;
mod signature;

pub use callback::VonageCallbacks;
pub use client::Vonage;
pub use settings::VonageSettings;
