//! Twilio's Programmable Messaging (`kind = "twilio"`). `client` is the provider, `error` its
//! verdicts, `callback` its reports and what clients write back, `signature` how both are proven.

mod callback;
mod client;
mod error;
mod settings;
mod signature;

pub use callback::TwilioCallbacks;
pub use client::Twilio;
pub use settings::TwilioSettings;
