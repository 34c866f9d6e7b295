//! The keys of a provider with `kind = "brevo"`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::channel::email::events::{MailService, MailWebhookSettings};
use crate::channel::email::mailer::needed_secret;
use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError};

http_settings! {
    /// An account of Brevo as configured.
    pub struct BrevoSettings {
        /// The account's API key, for trials.
        pub key: Option<Secret>,
        pub key_file: Option<PathBuf>,
        /// A sender that Brevo knows, `Name <address>` or a bare address.
        pub from: String,
        /// How its web hook logs in to us. Without it nothing is taken.
        pub webhook: Option<BrevoWebhook>,
        #[serde(default = "global")]
        pub base_url: String,
    }
}

/// Name and password in the address of the web hook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrevoWebhook {
    pub username: String,
    pub password: Option<Secret>,
    pub password_file: Option<PathBuf>,
}

impl BrevoSettings {
    /// Where mails are posted to.
    pub(super) fn address(&self) -> String {
        format!("{}/v3/smtp/email", self.base_url.trim_end_matches('/'))
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
        let webhook = self.webhook.as_ref()?;
        Some(MailWebhookSettings {
            kind: Some(MailService::Brevo),
            username: Some(webhook.username.clone()),
            password: webhook.password.clone(),
            password_file: webhook.password_file.clone(),
            ..MailWebhookSettings::default()
        })
    }
}

fn global() -> String {
    "https://api.brevo.com".to_owned()
}
