//! Mailgun's HTTP API (`kind = "mailgun"`). `client` is the provider, `error` its verdicts, `form` how a
//! mail stands in a request. What it tells of mails is read in `email::events`.

mod client;
mod error;
mod form;
mod settings;

pub use client::Mailgun;
pub use settings::MailgunSettings;
