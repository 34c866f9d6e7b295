//! The provider with `kind = "http"`: one request per SMS, as the settings write it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::receipt;
use super::request::{GatewayRequests, GatewaySms};
use super::settings::HttpSettings;
use super::verdict::GatewayVerdicts;
use crate::channel::caller::HttpCaller;
use crate::channel::sms::{attempt_address, checked_sender, report_address, sms_of};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Outgoing, Provider, SendError, SetupError,
};
use crate::domain::token::Signer;
use crate::domain::{Channel, Clock};

pub struct HttpGateway {
    name: String,
    caller: HttpCaller,
    requests: GatewayRequests,
    verdicts: GatewayVerdicts,
    /// Where it reports to, if it does.
    callback: Option<String>,
    signer: Signer,
    clock: Arc<dyn Clock>,
    capabilities: Capabilities,
}

impl HttpGateway {
    /// Compiles all expressions, fills in a sample; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &HttpSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let caller = HttpCaller::new(name, &settings.caller());
        let requests = GatewayRequests::new(name, settings);
        let verdicts = GatewayVerdicts::new(name, settings);
        let sender = settings
            .from
            .as_ref()
            .map(|from| checked_sender(name, from));
        let reports = receipt::check(name, settings.receipts.as_ref());
        let faults = [
            caller.as_ref().err().cloned(),
            requests.as_ref().err().cloned(),
            verdicts.as_ref().err().cloned(),
            sender.and_then(Result::err),
            reports.err(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        Ok(Self {
            name: name.to_owned(),
            caller: caller?,
            requests: requests?,
            verdicts: verdicts?,
            callback: settings
                .receipts
                .is_some()
                .then(|| report_address(context, name)),
            signer: context.signer.of_bearer(name),
            clock: Arc::clone(&context.clock),
            capabilities: Capabilities {
                channel: Channel::Sms,
                idempotent_for: None,
                can_be_asked: false,
                gives_receipts: settings.receipts.is_some(),
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
        let wrong = |detail: String| SendError::Misconfigured { detail };
        let callback = attempt_address(self.callback.as_deref(), &self.signer, outgoing);
        let left = outgoing.expires_at - self.clock.now();
        let sms = GatewaySms {
            to,
            text,
            reference: &outgoing.reference.0,
            callback: &callback,
            valid_for: left.num_seconds().max(1),
        };
        let url = self
            .requests
            .url(&sms)
            .map_err(|error| wrong(error.to_string()))?;
        let body = self.requests.body(&sms).map_err(wrong)?;
        let mut request = self
            .caller
            .request(self.requests.method.clone(), url)
            .headers(self.requests.headers.clone());
        if !body.is_empty() {
            request = request.body(body);
        }
        let answer = self.caller.call(request).await?;
        self.verdicts.judge(&answer)
    }
}

impl Provider for HttpGateway {
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
