//! The provider with `kind = "commify"`: one POST of a document per SMS, under our own `order_id`, by
//! which it can be asked afterwards.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Method;
use serde_json::{Value, json};

use super::error::{judge, judge_query};
use super::polled::{page_of, status_of, texts_since};
use super::session::CommifySession;
use super::settings::CommifySettings;
use crate::channel::caller::HttpCaller;
use crate::channel::sms::{checked_sender, sms_of};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Found, Outgoing, PolledProvider, Provider,
    ProviderReport, Reference, SendError, SetupError, TextPage,
};
use crate::domain::segments::Alphabet;
use crate::domain::{Channel, Clock, Timestamp};

/// The longest that the platform keeps trying, in minutes.
const LONGEST_VALIDITY: i64 = 2 * 24 * 60;

pub struct Commify {
    name: String,
    session: CommifySession,
    message_type: String,
    from: Option<String>,
    clock: Arc<dyn Clock>,
    /// It calls back what became of an SMS.
    is_called: bool,
    replies_every: Option<Duration>,
    capabilities: Capabilities,
}

impl Commify {
    /// Reads the password; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &CommifySettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let caller = HttpCaller::new(name, &settings.caller());
        let root = settings.root(name);
        let password = settings.password(name);
        let reports = settings.reports_by(name);
        let sender = settings
            .from
            .as_ref()
            .map(|from| checked_sender(name, from));
        let faults = [
            caller.as_ref().err().cloned(),
            root.as_ref().err().cloned(),
            password.as_ref().err().cloned(),
            reports.as_ref().err().cloned(),
            settings.checked_type(name).err(),
            settings.checked_replies(name).err(),
            sender.and_then(Result::err),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        let username = settings.username.clone();
        let is_called = reports?.is_some();
        Ok(Self {
            name: name.to_owned(),
            session: CommifySession::new(caller?, root?, username, password?),
            message_type: settings.message_type.clone(),
            from: settings.from.clone(),
            clock: Arc::clone(&context.clock),
            is_called,
            replies_every: settings.replies_every,
            capabilities: Capabilities {
                channel: Channel::Sms,
                // That an `order_id` is taken once is not promised anywhere.
                idempotent_for: None,
                can_be_asked: true,
                gives_receipts: is_called || settings.is_followed(),
                // A refused token, a log-in, and the send again.
                longest_send: settings.timeout * 3,
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
        let document = self.document(outgoing, to, text);
        let answer = self
            .session
            .ask(Method::POST, "sms", |request| request.json(&document))
            .await?;
        judge(&answer)
    }

    fn document(&self, outgoing: &Outgoing, to: &str, text: &str) -> Value {
        // Left to itself the platform takes the GSM alphabet, and loses what is not in it.
        let encoding = match Alphabet::of(text) {
            Alphabet::Gsm7 => "gsm",
            Alphabet::Ucs2 => "ucs2",
        };
        let left = (outgoing.expires_at - self.clock.now()).num_minutes();
        let mut document = json!({
            "message_type": self.message_type,
            "message": text,
            "recipient": [to],
            "order_id": outgoing.reference.0,
            "encoding": encoding,
            "validity_period_min": left.clamp(1, LONGEST_VALIDITY),
        });
        if let Some(from) = &self.from {
            document["sender"] = json!(from);
        }
        document
    }
}

impl Provider for Commify {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        Box::pin(self.session.warm())
    }

    fn polled(&self) -> Option<&dyn PolledProvider> {
        Some(self)
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let (to, text) = sms_of(outgoing)?;
            self.hand_over(outgoing, to, text).await
        })
    }

    fn query<'a>(&'a self, reference: &'a Reference) -> BoxFuture<'a, Result<Found, SendError>> {
        Box::pin(async move {
            let path = format!("sms/{}", reference.0);
            let answer = self
                .session
                .ask(Method::GET, &path, |request| request)
                .await?;
            judge_query(&answer)
        })
    }
}

impl PolledProvider for Commify {
    fn tells_statuses(&self) -> bool {
        !self.is_called
    }

    fn texts_every(&self) -> Option<Duration> {
        self.replies_every
    }

    fn status<'a>(
        &'a self,
        reference: &'a Reference,
    ) -> BoxFuture<'a, Result<Option<ProviderReport>, SendError>> {
        Box::pin(async move {
            let path = format!("sms/{}", reference.0);
            let answer = self.session.ask(Method::GET, &path, |request| request);
            status_of(&answer.await?, reference)
        })
    }

    fn texts(&self, since: Timestamp, page: u32) -> BoxFuture<'_, Result<TextPage, SendError>> {
        Box::pin(async move {
            let path = texts_since(since, page);
            let answer = self.session.ask(Method::GET, &path, |request| request);
            page_of(&answer.await?)
        })
    }
}
