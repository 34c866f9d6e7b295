//! The provider with `kind = "ses"`: one POST of JSON per mail, with the mail as it is written for SMTP.
//! SES puts its own Message-ID and Date in the place of ours and signs for the domain; ours come back
//! with each event.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use serde_json::json;

use super::error::{KIND_HEADER, judge};
use super::settings::SesSettings;
use super::sigv4::{AwsKey, AwsRequest, amz_date};
use crate::channel::email::events::MailService;
use crate::channel::email::mailer::{HttpMailer, MailerSettings, email};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Email, Outgoing, Provider, SendError, SetupError,
};
use crate::domain::Clock;

const JSON: &str = "application/json";

pub struct Ses {
    mailer: HttpMailer,
    key: AwsKey,
    /// As the header `Host` has it.
    host: String,
    configuration_set: Option<String>,
    clock: Arc<dyn Clock>,
}

impl Ses {
    /// Reads the secret; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &SesSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let url = settings.address();
        let mailer = HttpMailer::new(
            name,
            &MailerSettings {
                service: MailService::Ses,
                from: &settings.from,
                // A signature over the headers that SES replaces would be a broken one.
                dkim: None,
                url: &url,
                plain_http: settings.plain_http,
                caller: settings.caller(),
                tells: settings.topic.is_some(),
            },
            context,
        );
        let (mailer, key) = match (mailer, settings.access_key(name)) {
            (Ok(mailer), Ok(key)) => (mailer, key),
            (Err(one), Err(other)) => return Err(one.and(other)),
            (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => return Err(fault),
        };
        Ok(Self {
            host: host(&mailer.url),
            mailer,
            key,
            configuration_set: settings.configuration_set.clone(),
            clock: Arc::clone(&context.clock),
        })
    }

    async fn hand_over(&self, outgoing: &Outgoing, email: &Email) -> Result<Accepted, SendError> {
        let mail = self.mailer.written(outgoing, email)?;
        let mut document = json!({
            "Content": { "Raw": { "Data": STANDARD.encode(mail) } },
            "Destination": { "ToAddresses": [email.to.as_str()] },
        });
        if let Some(name) = &self.configuration_set {
            document["ConfigurationSetName"] = json!(name);
        }
        let body = document.to_string();
        let date = amz_date(self.clock.now());
        let signed = AwsRequest {
            method: "POST",
            path: self.mailer.url.path(),
            query: "",
            headers: &[("content-type", JSON), ("host", self.host.as_str())],
            body: body.as_bytes(),
        };
        let authorization = self.key.authorization(&signed, &date);
        let caller = &self.mailer.caller;
        let request = caller
            .request(reqwest::Method::POST, self.mailer.url.clone())
            .header(CONTENT_TYPE, JSON)
            .header(HOST, &self.host)
            .header("x-amz-date", date)
            .header(AUTHORIZATION, authorization)
            .body(body);
        let (answer, kind) = caller.call_for_header(request, KIND_HEADER).await?;
        judge(&answer, kind.as_deref())
    }
}

impl Provider for Ses {
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

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
