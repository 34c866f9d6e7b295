//! The keys of a provider with `kind = "smtp"`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::channel::email::events::{MailService, MailWebhookSettings};
use crate::channel::settings::{Rate, Secret, duration};

/// An SMTP relay as configured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or address of the relay; with TLS, the name its certificate must carry.
    pub host: String,
    /// TCP port; by default 25, 587 or 465 after `security`.
    pub port: Option<u16>,
    /// How the connection is protected; by default `none` to this machine, else `starttls`.
    pub security: Option<Security>,
    /// PEM file of the only authorities to trust; by default the system's.
    pub ca_file: Option<PathBuf>,
    /// Name to log in with.
    pub username: Option<String>,
    /// The password itself, for trials.
    pub password: Option<Secret>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// The From header, `Name <address>` or a bare address.
    pub from: String,
    /// The envelope's sender, where bounces go, in the place of `[email] bounces`: a mailbox that is not
    /// read here. By default that of `[email]`, or else the address in `from`.
    pub bounces: Option<String>,
    /// How we name ourselves in EHLO; by default our address as a literal (RFC 5321 §4.1.4).
    pub hello_name: Option<String>,
    /// Connections at most, 1 to 1000.
    #[serde(default = "thirty_two")]
    pub connections: usize,
    /// Messages per time at most, over all nodes.
    pub rate: Option<Rate>,
    /// Signs each mail (RFC 6376).
    pub dkim: Option<Dkim>,
    /// Ask relays that offer it (RFC 3461) to write to `bounces` about failure and delay also where
    /// nobody reads those mails here.
    #[serde(default)]
    pub receipts: bool,
    /// The relay is a mail service's, which tells over HTTP what became of each mail.
    pub webhook: Option<Box<MailWebhookSettings>>,
    /// For the TCP connection and the TLS handshake, each.
    #[serde(default = "half_a_minute", deserialize_with = "duration")]
    pub connect_timeout: Duration,
    /// For each command and its reply.
    #[serde(default = "a_minute", deserialize_with = "duration")]
    pub command_timeout: Duration,
    /// For the reply after the final dot (RFC 5321 §4.5.3.2.6 asks for ten minutes).
    #[serde(default = "ten_minutes", deserialize_with = "duration")]
    pub dot_timeout: Duration,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all: for relays on the same machine or inside a protected network.
    None,
    /// Upgraded after the greeting (RFC 3207); a relay that does not offer it is refused.
    StartTls,
    /// TLS from the first byte (RFC 8314 §3.3).
    Tls,
}

/// How mails are signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The signing domain; must match the domain of `from` for DMARC.
    pub domain: String,
    /// The name under `_domainkey` in DNS.
    pub selector: String,
    /// PEM file with an RSA key of at least 2048 bits or an Ed25519 key, or the seed of one in
    /// base64.
    pub key_file: PathBuf,
}

impl SmtpSettings {
    /// The defaults, for a relay without a log-in.
    #[must_use]
    pub const fn new(host: String, from: String) -> Self {
        Self {
            host,
            port: None,
            security: None,
            ca_file: None,
            username: None,
            password: None,
            password_file: None,
            from,
            bounces: None,
            hello_name: None,
            connections: thirty_two(),
            rate: None,
            dkim: None,
            receipts: false,
            webhook: None,
            connect_timeout: half_a_minute(),
            command_timeout: a_minute(),
            dot_timeout: ten_minutes(),
        }
    }

    /// Whose relay it is, where that is said.
    pub(super) fn service(&self) -> Option<MailService> {
        self.webhook.as_ref()?.kind
    }

    /// Whether the relay runs on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The protection in force.
    #[must_use]
    pub fn effective_security(&self) -> Security {
        self.security.unwrap_or(if self.is_local() {
            Security::None
        } else {
            Security::StartTls
        })
    }

    /// The port in force.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(match self.effective_security() {
            Security::None => 25,
            Security::StartTls => 587,
            Security::Tls => 465,
        })
    }
}

const fn thirty_two() -> usize {
    32
}

const fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

const fn a_minute() -> Duration {
    Duration::from_mins(1)
}

const fn ten_minutes() -> Duration {
    Duration::from_mins(10)
}
