//! The provider with `kind = "smtp"`: writes the mail as the server can take it and hands it over.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::caution::Caution;
use super::connection::Relay;
use super::pool::{Lent, Pool};
use super::returning::ReturnPaths;
use super::settings::{Security, SmtpSettings};
use super::tls::Tls;
use super::wire::{AskedNotices, Envelope};
use crate::channel::email::message::MailComposer;
use crate::channel::email::unwritten::{unwritable, unwritten};
use crate::channel::settings::{Secret, secret};
use crate::channel::{
    Accepted, BuildContext, Capabilities, Content, Email, HeldConnection, Outgoing, Provider,
    SendError, SetupError,
};
use crate::domain::{Channel, MessageId};
use crate::runtime::Lifecycle;

pub struct Smtp {
    name: String,
    composer: MailComposer,
    returning: ReturnPaths,
    pool: Arc<Pool>,
    capabilities: Capabilities,
}

impl Smtp {
    /// Reads the files the settings name; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &SmtpSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let composer = MailComposer::new(name, &settings.from, settings.dkim.as_ref());
        let composer = composer.map(|composer| composer.marked_for(settings.service()));
        let relay = relay(name, settings);
        let faults = [
            composer.as_ref().err().cloned(),
            bounces_fault(name, settings),
            connections_fault(name, settings),
            relay.as_ref().err().cloned(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        let (composer, mut relay) = (composer?, relay?);
        let (returns, signer) = (context.returns.clone(), context.signer.clone());
        let returning = ReturnPaths::new(settings, composer.address(), returns, signer);
        relay.notices = returning.notices();
        let pool = Arc::new(Pool::new(relay, settings.connections));
        keep_swept(&context.lifecycle, Arc::clone(&pool));
        Ok(Self {
            name: name.to_owned(),
            composer,
            returning,
            pool,
            capabilities: capabilities(settings),
        })
    }

    async fn hand_over(&self, outgoing: &Outgoing, email: &Email) -> Result<Accepted, SendError> {
        let sender = self.returning.sender(outgoing);
        let envelope = Envelope {
            sender: &sender,
            recipient: email.to.as_str(),
            reference: &outgoing.reference.0,
        };
        if !envelope.is_clean() {
            return Err(unwritable("the address cannot stand in an SMTP command"));
        }
        let mut lent = self.pool.take(outgoing.message).await?;
        loop {
            let outcome = self.try_over(&mut lent, envelope, outgoing, email).await;
            // The server closed it while it waited. Nothing was said, so this is no second try.
            let ended =
                lent.waited && lent.connection.has_hung_up() && is_before_anything(&outcome);
            if !ended {
                self.pool.give_back(lent);
                return outcome;
            }
            lent = self.pool.renew(lent).await?;
        }
    }

    async fn try_over(
        &self,
        lent: &mut Lent<'_>,
        envelope: Envelope<'_>,
        outgoing: &Outgoing,
        email: &Email,
    ) -> Result<Accepted, SendError> {
        let offers = lent.connection.offers();
        if envelope.needs_utf8() && !offers.utf8 {
            return Err(unwritable(
                "the relay does not take addresses with letters beyond ASCII",
            ));
        }
        let reply_to = self.returning.reply_to(outgoing);
        let (reference, reply_to) = (&outgoing.reference, reply_to.as_deref());
        let mail = self
            .composer
            .compose(reference, email, offers.eight_bit, reply_to)
            .map_err(|error| unwritten(&error))?;
        lent.connection
            .send(self.pool.relay(), envelope, &mail)
            .await
    }
}

impl Provider for Smtp {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        Box::pin(self.pool.warm())
    }

    fn hold(&self, message: MessageId) -> BoxFuture<'_, Result<HeldConnection<'_>, SendError>> {
        Box::pin(async move { self.pool.hold(message).await.map(HeldConnection::of) })
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            match &outgoing.content {
                Content::Email(email) => self.hand_over(outgoing, email).await,
                Content::Sms { .. } => Err(unwritable("this provider carries e-mail only")),
            }
        })
    }
}

fn capabilities(settings: &SmtpSettings) -> Capabilities {
    // At worst every step takes its whole patience: a new connection with TLS and a log-in, the
    // envelope, the body, the dot.
    let steps = settings.connect_timeout * 2 + settings.command_timeout * 10;
    Capabilities {
        channel: Channel::Email,
        idempotent_for: None,
        can_be_asked: false,
        // That nothing came back says nothing: no e-mail counts among those of which delivery is
        // known, unless a report says so of it. A service with a web hook tells of each.
        gives_receipts: settings.webhook.is_some(),
        longest_send: steps + settings.dot_timeout,
        concurrency: settings.connections,
    }
}

fn bounces_fault(name: &str, settings: &SmtpSettings) -> Option<SetupError> {
    let bounces = settings.bounces.as_ref()?;
    let wrong = bounces.parse::<lettre::Address>().is_err();
    wrong.then(|| SetupError::new(name, format!("`bounces` is no e-mail address: `{bounces}`")))
}

fn connections_fault(name: &str, settings: &SmtpSettings) -> Option<SetupError> {
    let connections = settings.connections;
    let wrong = !(1..=1_000).contains(&connections);
    let problem = || format!("`connections` must be 1 to 1000, not {connections}");
    wrong.then(|| SetupError::new(name, problem()))
}

fn relay(name: &str, settings: &SmtpSettings) -> Result<Relay, SetupError> {
    let security = settings.effective_security();
    let tls = match security {
        Security::None => Ok(None),
        Security::StartTls | Security::Tls => {
            let ca_file = settings.ca_file.as_deref();
            Tls::new(name, &settings.host, ca_file).map(Some)
        }
    };
    let (tls, login) = match (tls, login(name, settings, security)) {
        (Ok(tls), Ok(login)) => (tls, login),
        (Err(one), Err(other)) => return Err(one.and(other)),
        (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => return Err(fault),
    };
    Ok(Relay {
        host: settings.host.clone(),
        port: settings.effective_port(),
        security,
        tls,
        login,
        caution: Caution::default(),
        hello_name: settings.hello_name.clone(),
        notices: AskedNotices::Nothing,
        connect_timeout: settings.connect_timeout,
        command_timeout: settings.command_timeout,
        dot_timeout: settings.dot_timeout,
    })
}

/// Name and password, where the relay asks for them.
fn login(
    name: &str,
    settings: &SmtpSettings,
    security: Security,
) -> Result<Option<(String, Secret)>, SetupError> {
    let password = secret(
        name,
        settings.password.as_ref(),
        settings.password_file.as_ref(),
    )?;
    let login = match (&settings.username, password) {
        (Some(username), Some(password)) => Some((username.clone(), password)),
        (None, None) => None,
        (Some(_), None) => {
            return Err(SetupError::new(
                name,
                "`username` without `password`: give it in `password_file`",
            ));
        }
        (None, Some(_)) => {
            return Err(SetupError::new(name, "`password` without `username`"));
        }
    };
    if login.is_some() && security == Security::None && !settings.is_local() {
        return Err(SetupError::new(
            name,
            "the password would cross the network unprotected: set `security` to `starttls` or `tls`",
        ));
    }
    Ok(login)
}

/// Closes connections that nobody has used for a while, until the daemon stops.
fn keep_swept(lifecycle: &Lifecycle, pool: Arc<Pool>) {
    let stopping = lifecycle.stopping();
    lifecycle.spawn("smtp-sweep", async move {
        tokio::pin!(stopping);
        loop {
            tokio::select! {
                () = &mut stopping => return,
                () = tokio::time::sleep(SWEEP_EVERY) => pool.sweep().await,
            }
        }
    });
}

const SWEEP_EVERY: Duration = Duration::from_secs(15);

/// The fault came before the server had heard of this mail.
fn is_before_anything(outcome: &Result<Accepted, SendError>) -> bool {
    matches!(outcome, Err(SendError::NotSent { stage: "mail", .. }))
}
