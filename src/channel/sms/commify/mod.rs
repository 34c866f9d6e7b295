//! The platform behind Trendoo, Skebby, smSend, Mobyt, Aruba SMS and `SMSenvoi` (`kind = "commify"`):
//! the same paths and words under six names. `client` is the provider, `session` its log-in, `error`
//! its verdicts, `receipt` what it calls back, `polled` what it says when it is asked.

mod client;
mod error;
mod polled;
mod receipt;
mod session;
mod settings;

pub use client::Commify;
pub use receipt::CommifyCallbacks;
pub use settings::CommifySettings;
