//! The provider with `kind = "twilio"`: one POST of a form per SMS (Messages resource, 2010-04-01).

use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::Url;

use super::error::judge;
use super::settings::TwilioSettings;
use crate::channel::caller::{HttpCaller, checked_url};
use crate::channel::sms::{attempt_address, checked_sender, report_address, sms_of};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Outgoing, Provider, Secret, SendError, SetupError,
};
use crate::domain::token::Signer;
use crate::domain::{Channel, Clock};

/// The longest that Twilio keeps an SMS in its queue, in seconds.
const LONGEST_VALIDITY: i64 = 36_000;

pub struct Twilio {
    name: String,
    caller: HttpCaller,
    url: Url,
    account: String,
    token: Secret,
    /// `From` or `MessagingServiceSid`, and its value.
    sender: (&'static str, String),
    callback: Option<String>,
    signer: Signer,
    clock: Arc<dyn Clock>,
    capabilities: Capabilities,
}

impl Twilio {
    /// Reads the token; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &TwilioSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let caller = HttpCaller::new(name, &settings.caller());
        let url = address(name, settings);
        let token = settings.auth_token(name);
        let sender = sender(name, settings);
        let faults = [
            caller.as_ref().err().cloned(),
            url.as_ref().err().cloned(),
            token.as_ref().err().cloned(),
            sender.as_ref().err().cloned(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        let reports = settings.receipts.then(|| report_address(context, name));
        Ok(Self {
            name: name.to_owned(),
            caller: caller?,
            url: url?,
            account: settings.account.clone(),
            token: token?,
            sender: sender?,
            callback: reports,
            signer: context.signer.of_bearer(name),
            clock: Arc::clone(&context.clock),
            capabilities: Capabilities {
                channel: Channel::Sms,
                idempotent_for: None,
                // Its list is searched by number and day, not by a reference of ours.
                can_be_asked: false,
                gives_receipts: settings.receipts,
                longest_send: settings.timeout,
                concurrency: settings.connections,
            },
        })
    }

    async fn hand_over(
        &self,
        outgoing: &Outgoing,
        to: &str,
        text: &str,
    ) -> Result<Accepted, SendError> {
        let left = (outgoing.expires_at - self.clock.now()).num_seconds();
        let validity = left.clamp(1, LONGEST_VALIDITY).to_string();
        let (key, sender) = &self.sender;
        let mut form = vec![
            ("To", to),
            (*key, sender.as_str()),
            ("Body", text),
            ("ValidityPeriod", validity.as_str()),
        ];
        let callback = attempt_address(self.callback.as_deref(), &self.signer, outgoing);
        if !callback.is_empty() {
            form.push(("StatusCallback", callback.as_str()));
        }
        let request = self
            .caller
            .request(reqwest::Method::POST, self.url.clone())
            .basic_auth(&self.account, Some(self.token.expose()))
            .form(&form);
        judge(&self.caller.call(request).await?)
    }
}

impl Provider for Twilio {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let (to, text) = sms_of(outgoing)?;
            self.hand_over(outgoing, to, text).await
        })
    }
}

fn address(name: &str, settings: &TwilioSettings) -> Result<Url, SetupError> {
    let account = &settings.account;
    let fits = account.len() == 34
        && account.starts_with("AC")
        && account.chars().all(|c| c.is_ascii_alphanumeric());
    if !fits {
        let problem = "`account` is the account's SID: AC and 32 digits and letters a to f";
        return Err(SetupError::new(name, problem));
    }
    let base = settings.base_url.trim_end_matches('/');
    let url = format!("{base}/2010-04-01/Accounts/{account}/Messages.json");
    checked_url(name, "base_url", &url, settings.plain_http)
}

fn sender(name: &str, settings: &TwilioSettings) -> Result<(&'static str, String), SetupError> {
    match (&settings.from, &settings.service) {
        (Some(from), None) => {
            checked_sender(name, from)?;
            Ok(("From", from.clone()))
        }
        (None, Some(service)) if service.starts_with("MG") => {
            Ok(("MessagingServiceSid", service.clone()))
        }
        (None, Some(_)) => Err(SetupError::new(
            name,
            "`service` is the SID of a Messaging Service, which begins with MG",
        )),
        _ => Err(SetupError::new(name, "give either `from` or `service`")),
    }
}
