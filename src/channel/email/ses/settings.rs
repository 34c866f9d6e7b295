//! The keys of a provider with `kind = "ses"`.

use std::path::PathBuf;

use super::sigv4::AwsKey;
use crate::channel::email::events::{MailService, MailWebhookSettings};
use crate::channel::email::mailer::needed_secret;
use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError};

http_settings! {
    /// An account of Amazon SES in one region, as configured.
    pub struct SesSettings {
        /// Its name at Amazon, such as `eu-south-1`.
        pub region: String,
        /// The access key of somebody who may do `ses:SendRawEmail`.
        pub key_id: String,
        /// Its secret, for trials.
        pub secret: Option<Secret>,
        pub secret_file: Option<PathBuf>,
        /// The From header, `Name <address>` or a bare address.
        pub from: String,
        /// Where SES looks up what it reports; absent: the identity's own.
        pub configuration_set: Option<String>,
        /// The SNS topic that SES publishes its events to. Without one nothing is taken.
        pub topic: Option<String>,
        /// Where the topic's messages are confirmed and their certificates lie, when that is not the
        /// region's own address.
        pub sns_url: Option<String>,
        /// Another address than the region's own.
        pub base_url: Option<String>,
    }
}

impl SesSettings {
    /// Where mails are posted to.
    #[must_use]
    pub fn address(&self) -> String {
        let base = self.base_url.clone().unwrap_or_else(|| {
            // China is a world of its own.
            let end = if self.region.starts_with("cn-") {
                ".cn"
            } else {
                ""
            };
            format!("https://email.{}.amazonaws.com{end}", self.region)
        });
        format!("{}/v2/email/outbound-emails", base.trim_end_matches('/'))
    }

    /// What its web hook would be set to.
    #[must_use]
    pub fn webhook(&self) -> Option<MailWebhookSettings> {
        Some(MailWebhookSettings {
            kind: Some(MailService::Ses),
            topic: Some(self.topic.clone()?),
            sns_url: self.sns_url.clone(),
            ..MailWebhookSettings::default()
        })
    }

    pub(super) fn access_key(&self, provider: &str) -> Result<AwsKey, SetupError> {
        let is_word = |text: &str, mark: fn(char) -> bool| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || mark(c))
        };
        if !is_word(&self.region, |c| c == '-') {
            let wanted = "`region` is a region's name, such as eu-south-1";
            return Err(SetupError::new(provider, wanted));
        }
        if !is_word(&self.key_id, |_| false) {
            let wanted = "`key_id` is the id of an access key, such as AKIDEXAMPLE";
            return Err(SetupError::new(provider, wanted));
        }
        let secret = needed_secret(
            provider,
            ("secret", self.secret.as_ref()),
            ("secret_file", self.secret_file.as_deref()),
        )?;
        Ok(AwsKey {
            id: self.key_id.clone(),
            secret,
            region: self.region.clone(),
            service: "ses",
        })
    }
}
