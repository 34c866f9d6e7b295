//! The keys of a web hook by which a service tells what became of mails. What a kind needs, and what it
//! has no use for, is checked here.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::channel::settings::{Secret, SetupError};
use crate::channel::sms::address_secret;
use crate::text::text_enum::text_enum;

text_enum! {
    /// A service that sends mails and tells what became of them.
    pub enum MailService {
        Ses => "ses",
        Sendgrid => "sendgrid",
        Mailgun => "mailgun",
        Postmark => "postmark",
        Brevo => "brevo",
    }
}

/// `webhook` of an SMTP provider.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailWebhookSettings {
    /// Whose relay it is.
    pub kind: Option<MailService>,
    /// `ses`: the SNS topic that events are published to.
    pub topic: Option<String>,
    /// `ses`: the address of SNS, when it is not the topic's region's own.
    pub sns_url: Option<String>,
    /// `sendgrid`: the verification key of the event web hook, which is public.
    pub key: Option<String>,
    /// `mailgun`: the HTTP webhook signing key, for trials.
    pub signing_key: Option<Secret>,
    pub signing_key_file: Option<PathBuf>,
    /// `postmark`, `brevo`: the name in the address of the web hook.
    pub username: Option<String>,
    /// The password beside it, for trials.
    pub password: Option<Secret>,
    pub password_file: Option<PathBuf>,
}

/// Settings whose keys fit their service.
pub(super) struct WebhookKeys<'a> {
    pub(super) service: MailService,
    settings: &'a MailWebhookSettings,
    provider: &'a str,
    place: &'a str,
}

impl MailWebhookSettings {
    /// Refuses keys that its service has no use for. `place`: what stands before the keys, for faults.
    pub(super) fn checked<'a>(
        &'a self,
        provider: &'a str,
        place: &'a str,
    ) -> Result<WebhookKeys<'a>, SetupError> {
        let Some(service) = self.kind else {
            let kinds: Vec<_> = MailService::ALL.iter().map(|kind| kind.as_str()).collect();
            let problem = format!("`{place}kind` is missing: one of {}", kinds.join(", "));
            return Err(SetupError::new(provider, problem));
        };
        let own: &[&str] = match service {
            MailService::Ses => &["topic", "sns_url"],
            MailService::Sendgrid => &["key"],
            MailService::Mailgun => &["signing_key", "signing_key_file"],
            MailService::Postmark | MailService::Brevo => {
                &["username", "password", "password_file"]
            }
        };
        let given = [
            ("topic", self.topic.is_some()),
            ("sns_url", self.sns_url.is_some()),
            ("key", self.key.is_some()),
            ("signing_key", self.signing_key.is_some()),
            ("signing_key_file", self.signing_key_file.is_some()),
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("password_file", self.password_file.is_some()),
        ];
        let mut given = given.iter().filter(|(_, is_given)| *is_given);
        match given.find(|(key, _)| !own.contains(key)) {
            Some((key, _)) => Err(SetupError::new(
                provider,
                format!(
                    "`{place}{key}` is no key of {service}, which has `{}`",
                    own.join("`, `")
                ),
            )),
            None => Ok(WebhookKeys {
                service,
                settings: self,
                provider,
                place,
            }),
        }
    }
}

impl WebhookKeys<'_> {
    /// A fault of one key, as a sentence's end.
    pub(super) fn fault(&self, key: &str, problem: &str) -> SetupError {
        SetupError::new(self.provider, format!("`{}{key}` {problem}", self.place))
    }

    pub(super) const fn provider(&self) -> &str {
        self.provider
    }

    pub(super) fn topic(&self) -> &str {
        self.settings.topic.as_deref().unwrap_or_default()
    }

    pub(super) fn sns_url(&self) -> Option<&str> {
        self.settings.sns_url.as_deref()
    }

    pub(super) fn key(&self) -> &str {
        self.settings.key.as_deref().unwrap_or_default()
    }

    pub(super) fn username(&self) -> &str {
        self.settings.username.as_deref().unwrap_or_default()
    }

    pub(super) fn signing_key(&self) -> Result<Secret, SetupError> {
        let settings = self.settings;
        let (inline, file) = (&settings.signing_key, settings.signing_key_file.as_deref());
        let secret = match (inline, file) {
            (Some(_), Some(_)) => {
                return Err(self.fault("signing_key", "is given twice: keep the file"));
            }
            (Some(secret), None) => secret.clone(),
            (None, Some(path)) => self.in_file("signing_key_file", path)?,
            (None, None) => return Err(self.fault("signing_key_file", "is missing")),
        };
        match secret.expose().is_empty() {
            true => Err(self.fault("signing_key_file", "holds nothing")),
            false => Ok(secret),
        }
    }

    /// Both stand in an address, so they are made of what needs no escape there.
    pub(super) fn password(&self) -> Result<Secret, SetupError> {
        let settings = self.settings;
        let key = format!("{}password", self.place);
        let file_key = format!("{}password_file", self.place);
        let secret = address_secret(
            self.provider,
            (key.as_str(), settings.password.as_ref()),
            (file_key.as_str(), settings.password_file.as_ref()),
        )?;
        secret.ok_or_else(|| self.fault("password_file", "is missing"))
    }

    fn in_file(&self, key: &str, path: &Path) -> Result<Secret, SetupError> {
        let key = format!("{}{key}", self.place);
        Secret::read(path).map_err(|error| SetupError::file(self.provider, &key, path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_service_is_refused() {
        let fault = |text: &str| {
            let settings: MailWebhookSettings = toml::from_str(text).unwrap();
            let fault = settings.checked("relay", "webhook.").err();
            fault.map(|fault| fault.to_string()).unwrap_or_default()
        };
        assert_eq!(fault("kind = \"sendgrid\"\nkey = \"k\""), "");
        let foreign = fault("kind = \"sendgrid\"\ntopic = \"t\"");
        assert!(
            foreign.contains("`webhook.topic` is no key of sendgrid"),
            "{foreign}"
        );
        assert!(fault("key = \"k\"").contains("`webhook.kind` is missing"));
        assert!(toml::from_str::<MailWebhookSettings>("kind = \"fax\"").is_err());
    }
}
