//! The keys of a provider with `kind = "mailgun"`.

use std::path::PathBuf;

use crate::channel::email::events::{MailService, MailWebhookSettings};
use crate::channel::email::mailer::needed_secret;
use crate::channel::email::smtp::Dkim;
use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError};

http_settings! {
    /// A sending domain of Mailgun as configured.
    pub struct MailgunSettings {
        /// The domain that Mailgun sends for.
        pub domain: String,
        /// A key that may send, for trials.
        pub key: Option<Secret>,
        pub key_file: Option<PathBuf>,
        /// The account's HTTP webhook signing key, for trials. It proves what is called back; without it
        /// nothing is taken.
        pub signing_key: Option<Secret>,
        pub signing_key_file: Option<PathBuf>,
        /// The From header, `Name <address>` or a bare address.
        pub from: String,
        /// Signs each mail, beside the signature of Mailgun (RFC 6376).
        pub dkim: Option<Dkim>,
        /// The region's address: an account in the EU has another.
        #[serde(default = "global")]
        pub base_url: String,
    }
}

impl MailgunSettings {
    /// Where mails are posted to.
    pub(super) fn address(&self, provider: &str) -> Result<String, SetupError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let domain = &self.domain;
        if !domain.contains('.') || !domain.chars().all(fits) {
            let wanted = "`domain` is the domain that Mailgun sends for, such as mg.example.it";
            return Err(SetupError::new(provider, wanted));
        }
        let base = self.base_url.trim_end_matches('/');
        Ok(format!("{base}/v3/{domain}/messages.mime"))
    }

    pub(super) fn api_key(&self, provider: &str) -> Result<Secret, SetupError> {
        needed_secret(
            provider,
            ("key", self.key.as_ref()),
            ("key_file", self.key_file.as_deref()),
        )
    }

    /// What its web hook would be set to.
    #[must_use]
    pub fn webhook(&self) -> Option<MailWebhookSettings> {
        let is_proven = self.signing_key.is_some() || self.signing_key_file.is_some();
        is_proven.then(|| MailWebhookSettings {
            kind: Some(MailService::Mailgun),
            signing_key: self.signing_key.clone(),
            signing_key_file: self.signing_key_file.clone(),
            ..MailWebhookSettings::default()
        })
    }
}

fn global() -> String {
    "https://api.mailgun.net".to_owned()
}
