//! What the configuration says about a provider: `[provider.NAME]`.
//!
//! Only shapes, defaults and units are here. Files are read and contradictions found in `build`.
//! Next: the `settings.rs` of each kind, such as `email/smtp`, `sms/kannel`, `sms/gateway`, `sandbox`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::email::brevo::BrevoSettings;
use super::email::events::MailWebhookSettings;
use super::email::mailgun::MailgunSettings;
use super::email::ses::SesSettings;
use super::email::smtp::SmtpSettings;
use super::sandbox::SandboxSettings;
use super::sms::commify::CommifySettings;
use super::sms::gateway::HttpSettings;
use super::sms::kannel::KannelSettings;
use super::sms::smpp::SmppSettings;
use super::sms::twilio::TwilioSettings;
use super::sms::vonage::VonageSettings;
use crate::domain::Channel;
pub(super) use crate::text::time::duration;

/// One `[provider.NAME]` section; `kind` chooses the variant, unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ProviderSettings {
    Smtp(SmtpSettings),
    /// Amazon SES over its API.
    Ses(Box<SesSettings>),
    Brevo(Box<BrevoSettings>),
    Mailgun(Box<MailgunSettings>),
    /// A Kannel SMS gateway.
    Kannel(KannelSettings),
    /// Any SMS gateway over HTTP, described by its settings.
    Http(Box<HttpSettings>),
    Twilio(Box<TwilioSettings>),
    Vonage(Box<VonageSettings>),
    /// Trendoo, Skebby, smSend, Mobyt, Aruba SMS, `SMSenvoi`.
    Commify(Box<CommifySettings>),
    /// An operator's SMS centre over SMPP 3.4.
    Smpp(Box<SmppSettings>),
    /// Virtual handsets or mailboxes inside this process.
    Sandbox(SandboxSettings),
}

impl ProviderSettings {
    /// The one channel it carries.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Smtp(_) | Self::Ses(_) | Self::Brevo(_) | Self::Mailgun(_) => Channel::Email,
            Self::Kannel(_)
            | Self::Http(_)
            | Self::Twilio(_)
            | Self::Vonage(_)
            | Self::Commify(_)
            | Self::Smpp(_) => Channel::Sms,
            Self::Sandbox(settings) => settings.channel,
        }
    }

    /// How fast the contract lets messages go, over all nodes; `None`: as fast as it takes them.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        match self {
            Self::Smtp(settings) => settings.rate,
            Self::Ses(settings) => settings.rate,
            Self::Brevo(settings) => settings.rate,
            Self::Mailgun(settings) => settings.rate,
            Self::Kannel(settings) => settings.rate,
            Self::Http(settings) => settings.rate,
            Self::Twilio(settings) => settings.rate,
            Self::Vonage(settings) => settings.rate,
            Self::Commify(settings) => settings.rate,
            Self::Smpp(settings) => settings.rate,
            Self::Sandbox(settings) => settings.rate,
        }
    }

    /// Whether somebody else will write mails about what became of ours, which nobody reads here.
    #[must_use]
    pub const fn asks_for_bounces(&self) -> bool {
        match self {
            Self::Smtp(settings) => settings.receipts,
            Self::Ses(_)
            | Self::Brevo(_)
            | Self::Mailgun(_)
            | Self::Kannel(_)
            | Self::Http(_)
            | Self::Twilio(_)
            | Self::Vonage(_)
            | Self::Commify(_)
            | Self::Smpp(_)
            | Self::Sandbox(_) => false,
        }
    }

    /// How it tells over HTTP what became of e-mails, and what stands before those keys.
    pub(super) fn mail_webhook(&self) -> Option<(MailWebhookSettings, &'static str)> {
        match self {
            Self::Smtp(settings) => Some((settings.webhook.as_deref()?.clone(), "webhook.")),
            Self::Ses(settings) => Some((settings.webhook()?, "")),
            Self::Brevo(settings) => Some((settings.webhook()?, "webhook.")),
            Self::Mailgun(settings) => Some((settings.webhook()?, "")),
            Self::Kannel(_)
            | Self::Http(_)
            | Self::Twilio(_)
            | Self::Vonage(_)
            | Self::Commify(_)
            | Self::Smpp(_)
            | Self::Sandbox(_) => None,
        }
    }

    /// Whether it names a mailbox for reports, in the place of `[email] bounces`.
    #[must_use]
    pub const fn names_bounces(&self) -> bool {
        match self {
            Self::Smtp(settings) => settings.bounces.is_some(),
            Self::Ses(_)
            | Self::Brevo(_)
            | Self::Mailgun(_)
            | Self::Kannel(_)
            | Self::Http(_)
            | Self::Twilio(_)
            | Self::Vonage(_)
            | Self::Commify(_)
            | Self::Smpp(_)
            | Self::Sandbox(_) => false,
        }
    }
}

/// A password: usable, never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret that is already in memory.
    #[must_use]
    pub const fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Reads a secret from a file; the line break at its end is not part of it.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        Ok(Self(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// The secret itself. Do not log what you do with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Permits per second, written `200/s`, `3000/m` or `50000/h`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// Messages per second; always above zero.
    #[must_use]
    pub const fn per_second(self) -> f64 {
        self.0
    }
}

impl std::str::FromStr for Rate {
    type Err = RateError;
    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError {
            text: text.to_owned(),
        };
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit.trim() {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        let count: f64 = count.trim().parse().map_err(|_| wrong())?;
        if count.is_finite() && count > 0.0 {
            Ok(Self(count / seconds))
        } else {
            Err(wrong())
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a rate above zero such as `200/s`, `3000/m` or `50000/h`")]
pub struct RateError {
    text: String,
}

/// A password from the configuration or from the file it names, or none.
pub(super) fn secret(
    provider: &str,
    inline: Option<&Secret>,
    file: Option<&PathBuf>,
) -> Result<Option<Secret>, SetupError> {
    match (inline, file) {
        (Some(_), Some(_)) => Err(SetupError::new(
            provider,
            "`password` and `password_file` are both given: keep one",
        )),
        (Some(secret), None) => Ok(Some(secret.clone())),
        (None, Some(path)) => match Secret::read(path) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) => Err(SetupError::file(provider, "password_file", path, &error)),
        },
        (None, None) => Ok(None),
    }
}

/// Reads an optional time; the key is there, so the value is.
pub(super) fn some_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

/// A provider that cannot be built as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("provider `{provider}`: {}", problems.join("; "))]
pub struct SetupError {
    provider: String,
    problems: Vec<String>,
}

impl SetupError {
    /// `problem` says what is wrong and what would be right.
    pub(crate) fn new(provider: &str, problem: impl Into<String>) -> Self {
        Self {
            provider: provider.to_owned(),
            problems: vec![problem.into()],
        }
    }

    /// Several that were found in one provider.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self
    }

    /// What is wrong, each with the key it is about in backticks.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// A file named by `key` that cannot be used.
    pub(crate) fn file(
        provider: &str,
        key: &str,
        path: &Path,
        error: &dyn std::fmt::Display,
    ) -> Self {
        let path = path.display();
        Self::new(provider, format!("cannot use `{key}`, `{path}`: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(toml: &str) -> Result<ProviderSettings, toml::de::Error> {
        toml::from_str(toml)
    }

    #[test]
    fn a_rate_is_a_count_per_time_above_zero() {
        let per_second = |text: &str| text.parse::<Rate>().map(Rate::per_second);
        assert_eq!(per_second("200/s"), Ok(200.0));
        assert_eq!(per_second("3000/m"), Ok(50.0));
        assert_eq!(per_second("0.5 / s"), Ok(0.5));
        for wrong in ["200", "200/d", "0/s", "-1/s", "inf/s", "many/s", ""] {
            let said = per_second(wrong).unwrap_err().to_string();
            assert!(said.starts_with(&format!("`{wrong}`")), "{said}");
            assert!(said.contains("200/s"), "{said}");
        }
    }

    #[test]
    fn the_contract_of_the_configuration_is_read_as_written() {
        let smtp = parse(
            r#"
            kind = "smtp"
            host = "mail.example.it"
            port = 587
            security = "starttls"
            username = "araldo"
            password = "s3cret"
            from = "Araldo <avvisi@example.it>"
            connections = 8
            rate = "200/s"
            dkim = { domain = "example.it", selector = "araldo", key_file = "dkim.pem" }
            "#,
        )
        .unwrap();
        assert_eq!(smtp.channel(), Channel::Email);
        assert_eq!(smtp.rate().map(Rate::per_second), Some(200.0));
        assert!(!format!("{smtp:?}").contains("s3cret"));

        let kannel = parse(
            r#"
            kind = "kannel"
            url = "http://127.0.0.1:13013/cgi-bin/sendsms"
            username = "tester"
            password_file = "/run/secrets/kannel"
            from = "ARALDO"
            rate = "50/s"
            "#,
        )
        .unwrap();
        assert_eq!(kannel.channel(), Channel::Sms);

        let sandbox = parse("kind = \"sandbox\"\nchannel = \"sms\"\nlatency = \"10ms\"").unwrap();
        assert_eq!(sandbox.channel(), Channel::Sms);
    }

    #[test]
    fn an_unknown_key_or_kind_is_an_error_that_names_it() {
        let wrong = "kind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b.it\"\nsecurty = \"tls\"";
        assert!(parse(wrong).unwrap_err().to_string().contains("securty"));
        assert!(
            parse("kind = \"fax\"")
                .unwrap_err()
                .to_string()
                .contains("fax")
        );
    }

    #[test]
    fn a_secret_is_given_once_and_read_without_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "foobar\n").unwrap();
        let read = secret("relay", None, Some(&path)).unwrap().unwrap();
        assert_eq!(read.expose(), "foobar");
        let both = secret("relay", Some(&read), Some(&path)).unwrap_err();
        assert!(both.to_string().contains("keep one"));
        let missing = folder.path().join("none");
        let gone = secret("relay", None, Some(&missing)).unwrap_err();
        assert!(gone.to_string().contains("password_file"));
    }
}
