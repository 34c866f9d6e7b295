//! Brevo's transactional API (`kind = "brevo"`). `client` is the provider, `error` its verdicts. What it
//! tells of mails is read in `email::events`.

mod client;
mod error;
mod settings;

pub use client::Brevo;
pub use settings::BrevoSettings;
