//! The keys of a provider with `kind = "kannel"`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::channel::settings::{Rate, Secret, SetupError, duration};
use crate::channel::sms::address_secret;

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
    /// Stands in the address where the gateway hands in what clients write back; without one nothing
    /// is taken.
    pub reply_secret: Option<Secret>,
    /// File that holds it instead.
    pub reply_secret_file: Option<PathBuf>,
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
            reply_secret: None,
            reply_secret_file: None,
            smsc: None,
            ca_file: None,
            connect_timeout: ten_seconds(),
            timeout: half_a_minute(),
        }
    }

    /// The secret of the address for what clients write back, if there is one. It stands in an address,
    /// so it is made of what needs no escape there.
    pub fn replies_by(&self, provider: &str) -> Result<Option<Secret>, SetupError> {
        address_secret(
            provider,
            ("reply_secret", self.reply_secret.as_ref()),
            ("reply_secret_file", self.reply_secret_file.as_ref()),
        )
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

#[cfg(test)]
mod tests {
    use super::*;

    fn replies_by(settings: &KannelSettings) -> Result<Option<String>, String> {
        let secret = settings.replies_by("gateway");
        let shown = |secret: Secret| secret.expose().to_owned();
        secret
            .map(|secret| secret.map(shown))
            .map_err(|error| error.to_string())
    }

    fn least() -> KannelSettings {
        KannelSettings::new("http://a".to_owned(), "a".to_owned())
    }

    fn with(secret: &str) -> KannelSettings {
        KannelSettings {
            reply_secret: Some(Secret::new(secret.to_owned())),
            ..least()
        }
    }

    #[test]
    fn the_secret_of_an_address_is_long_and_needs_no_escape() {
        assert_eq!(replies_by(&least()), Ok(None));
        let right = "0123456789abcdef";
        assert_eq!(replies_by(&with(right)), Ok(Some(right.to_owned())));
        for wrong in ["", "short", "0123456789abcde/", "0123456789 abcdef"] {
            let said = replies_by(&with(wrong)).unwrap_err();
            assert!(said.contains("`reply_secret` is 16 to 200"), "{said}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, format!("{right}\n")).unwrap();
        let by_file = KannelSettings {
            reply_secret_file: Some(path),
            ..least()
        };
        assert_eq!(replies_by(&by_file), Ok(Some(right.to_owned())));
        let both = KannelSettings {
            reply_secret: Some(Secret::new(right.to_owned())),
            ..by_file
        };
        assert!(replies_by(&both).unwrap_err().contains("keep one"));
    }
}
