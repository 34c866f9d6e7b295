//! Amazon SES, version 2 of its API (`kind = "ses"`). `client` is the provider, `error` its verdicts,
//! `sigv4` how requests are signed. What it tells of mails is read in `email::events`.

mod client;
mod error;
mod settings;
mod sigv4;

pub use client::Ses;
pub use settings::SesSettings;
