//! The provider with `kind = "brevo"`: one POST of JSON per mail. Brevo takes no written mail: it writes
//! one of the parts and headers that it is given, under a Message-ID of its own.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::error::judge;
use super::settings::BrevoSettings;
use crate::channel::email::events::MailService;
use crate::channel::email::mailer::{HttpMailer, MailerSettings, email};
use crate::channel::email::unwritten::unwritable;
use crate::channel::{
    Accepted, BuildContext, Capabilities, Email, Outgoing, Provider, Secret, SendError, SetupError,
};
use crate::text::sanitize;

pub struct Brevo {
    mailer: HttpMailer,
    key: Secret,
}

impl Brevo {
    /// Reads the key; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &BrevoSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let mailer = HttpMailer::new(
            name,
            &MailerSettings {
                service: MailService::Brevo,
                from: &settings.from,
                dkim: None,
                url: &settings.address(),
                plain_http: settings.plain_http,
                caller: settings.caller(),
                tells: settings.webhook.is_some(),
            },
            context,
        );
        match (mailer, settings.api_key(name)) {
            (Ok(mailer), Ok(key)) => Ok(Self { mailer, key }),
            (Err(one), Err(other)) => Err(one.and(other)),
            (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => Err(fault),
        }
    }

    async fn hand_over(&self, outgoing: &Outgoing, email: &Email) -> Result<Accepted, SendError> {
        let request = self
            .mailer
            .caller
            .request(reqwest::Method::POST, self.mailer.url.clone())
            .header("api-key", self.key.expose())
            .json(&self.document(outgoing, email)?);
        judge(&self.mailer.caller.call(request).await?)
    }

    fn document(&self, outgoing: &Outgoing, email: &Email) -> Result<Value, SendError> {
        if !email.to.as_str().is_ascii() {
            return Err(unwritable(
                "Brevo takes no addresses with letters beyond ASCII",
            ));
        }
        let composer = &self.mailer.composer;
        let mailbox = |name: &str, address: &str| match name.is_empty() {
            true => json!({ "email": address }),
            false => json!({ "email": address, "name": name }),
        };
        let mut headers = json!({ "X-Mailin-custom": outgoing.reference.0 });
        for (name, value) in composer.extra_headers(email) {
            headers[name] = json!(value);
        }
        let mut document = json!({
            "sender": mailbox(&composer.name, composer.address()),
            "to": [mailbox(&sanitize::unbroken(&email.to_name), email.to.as_str())],
            "subject": sanitize::unbroken(&email.subject),
            "htmlContent": email.html,
            "textContent": email.text,
            "headers": headers,
        });
        if let Some(address) = self.mailer.reply_to(outgoing) {
            document["replyTo"] = json!({ "email": address });
        }
        Ok(document)
    }
}

impl Provider for Brevo {
    fn name(&self) -> &str {
        &self.mailer.name
    }

    fn capabilities(&self) -> Capabilities {
        self.mailer.capabilities
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move { self.hand_over(outgoing, email(outgoing)?).await })
    }
}
