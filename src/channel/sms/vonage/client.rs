//! The provider with `kind = "vonage"`: one POST of a form per SMS (SMS API, `/sms/json`).

use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::{Method, Url};

use super::error::judge;
use super::settings::VonageSettings;
use crate::channel::caller::{HttpCaller, checked_url};
use crate::channel::sms::{attempt_address, checked_sender, report_address, sms_of};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Outgoing, Provider, Secret, SendError, SetupError,
};
use crate::domain::segments::Alphabet;
use crate::domain::token::Signer;
use crate::domain::{Channel, Clock};

/// How long Vonage keeps an SMS, in milliseconds: 20 seconds to a week.
const VALIDITY: (i64, i64) = (20_000, 604_800_000);

pub struct Vonage {
    name: String,
    caller: HttpCaller,
    url: Url,
    key: String,
    secret: Secret,
    from: String,
    callback: Option<String>,
    signer: Signer,
    clock: Arc<dyn Clock>,
    capabilities: Capabilities,
}

impl Vonage {
    /// Reads the secrets; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &VonageSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let caller = HttpCaller::new(name, &settings.caller());
        let base = settings.base_url.trim_end_matches('/');
        let url = checked_url(
            name,
            "base_url",
            &format!("{base}/sms/json"),
            settings.plain_http,
        );
        let secret = settings.api_secret(name);
        let faults = [
            caller.as_ref().err().cloned(),
            url.as_ref().err().cloned(),
            secret.as_ref().err().cloned(),
            settings.signing_secret(name).err(),
            checked_sender(name, &settings.from).err(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        let reports = settings.receipts.then(|| report_address(context, name));
        Ok(Self {
            name: name.to_owned(),
            caller: caller?,
            url: url?,
            key: settings.key.clone(),
            secret: secret?,
            from: settings.from.clone(),
            callback: reports,
            signer: context.signer.of_bearer(name),
            clock: Arc::clone(&context.clock),
            capabilities: Capabilities {
                channel: Channel::Sms,
                idempotent_for: None,
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
        let left = (outgoing.expires_at - self.clock.now()).num_milliseconds();
        let ttl = left.clamp(VALIDITY.0, VALIDITY.1).to_string();
        // Left to itself Vonage puts a question mark for what is not in the GSM alphabet.
        let alphabet = match Alphabet::of(text) {
            Alphabet::Gsm7 => "text",
            Alphabet::Ucs2 => "unicode",
        };
        let callback = attempt_address(self.callback.as_deref(), &self.signer, outgoing);
        let mut form = vec![
            ("api_key", self.key.as_str()),
            ("api_secret", self.secret.expose()),
            ("from", self.from.trim_start_matches('+')),
            ("to", to.trim_start_matches('+')),
            ("text", text),
            ("type", alphabet),
            ("ttl", ttl.as_str()),
            ("client-ref", outgoing.reference.0.as_str()),
        ];
        if !callback.is_empty() {
            form.push(("status-report-req", "1"));
            form.push(("callback", callback.as_str()));
        }
        let request = self.caller.request(Method::POST, self.url.clone());
        judge(&self.caller.call(request.form(&form)).await?)
    }
}

impl Provider for Vonage {
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
