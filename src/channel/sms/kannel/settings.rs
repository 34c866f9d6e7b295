//! The keys of a provider with `kind = "kannel"`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::channel::settings::{Rate, Secret, duration};

/// A Kannel gateway as configured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KannelSettings {
    /// Its `sendsms` address, such as `http://127.0.0.1:13013/cgi-bin/sendsms`.
    pub url: String,
    /// The password may go to another machine without TLS, inside a protected network.
    #[serde(default)]
    pub plain_http: bool,
    /// Name of its `sendsms-user`.
    pub username: String,
    /// The password itself, for trials.
    pub password: Option<Secret>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// Sender as the handset shows it: up to 11 letters and digits, or a number.
    pub from: String,
    /// Requests at once, 1 to 1000.
    #[serde(default = "thirty_two")]
    pub connections: usize,
    /// Messages per time at most, over all nodes.
    pub rate: Option<Rate>,
    /// Ask for delivery reports, called back to `{public_url}/hooks/kannel/...`.
    #[serde(default = "yes")]
    pub receipts: bool,
    /// The gateway's line to use (`smsc`), where it has several.
    pub smsc: Option<String>,
    /// PEM file of the only authorities to trust; by default the system's.
    pub ca_file: Option<PathBuf>,
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub connect_timeout: Duration,
    /// For the whole answer.
    #[serde(default = "half_a_minute", deserialize_with = "duration")]
    pub timeout: Duration,
}

impl KannelSettings {
    /// The defaults, for a gateway without a password.
    #[must_use]
    pub const fn new(url: String, username: String) -> Self {
        Self {
            url,
            plain_http: false,
            username,
            password: None,
            password_file: None,
            from: String::new(),
            connections: thirty_two(),
            rate: None,
            receipts: yes(),
            smsc: None,
            ca_file: None,
            connect_timeout: ten_seconds(),
            timeout: half_a_minute(),
        }
    }
}

const fn thirty_two() -> usize {
    32
}

const fn yes() -> bool {
    true
}

const fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

const fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}
