//! SMTP relays (RFC 5321): `client` is the provider, `pool` keeps its connections, `connection`
//! speaks the protocol, `reply` reads answers, `error` turns each failure into a verdict by stage.
//!
//! The protocol is spoken here and not by a library because the verdict hangs on details that
//! libraries hide: at which step it failed, and whether the final dot had left this machine.
//! `returning` says where what comes back of a mail goes; what arrives there is `track`'s.

mod allowance;
mod caution;
mod client;
mod connection;
mod error;
mod greylisting;
mod pool;
mod reply;
mod returning;
mod settings;
mod socket;
mod talk;
pub(in crate::channel) mod tls;
mod wire;

pub use client::Smtp;
pub use settings::{Dkim, Security, SmtpSettings};
