//! The provider with `kind = "mailgun"`: one POST of a form per mail, with the mail as it is written for
//! SMTP. Its Message-ID, Date and signature stay ours.

use futures_util::future::BoxFuture;
use reqwest::header::CONTENT_TYPE;

use super::error::judge;
use super::form::form;
use super::settings::MailgunSettings;
use crate::channel::email::events::MailService;
use crate::channel::email::mailer::{HttpMailer, MailerSettings, email};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Email, Outgoing, Provider, Secret, SendError, SetupError,
};

pub struct Mailgun {
    mailer: HttpMailer,
    key: Secret,
}

impl Mailgun {
    /// Reads the key; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &MailgunSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let url = settings.address(name)?;
        let mailer = HttpMailer::new(
            name,
            &MailerSettings {
                service: MailService::Mailgun,
                from: &settings.from,
                dkim: settings.dkim.as_ref(),
                url: &url,
                plain_http: settings.plain_http,
                caller: settings.caller(),
                tells: settings.webhook().is_some(),
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
        let mail = self.mailer.written(outgoing, email)?;
        // Reading is measured here, by consent.
        let fields = [("to", email.to.as_str()), ("o:tracking", "no")];
        let (kind, body) = form(&fields, &mail);
        let request = self
            .mailer
            .caller
            .request(reqwest::Method::POST, self.mailer.url.clone())
            .basic_auth("api", Some(self.key.expose()))
            .header(CONTENT_TYPE, kind)
            .body(body);
        judge(&self.mailer.caller.call(request).await?)
    }
}

impl Provider for Mailgun {
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
