//! The provider with `kind = "smpp"`: composes an SMS and hands it to whichever connection has room.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};

use super::compose::{SmsFrame, parts};
use super::error::stopping;
use super::link::SmppCentre;
use super::memory::{JustTaken, TextNames};
use super::session::{SmppJob, SmppQueue, SmppSession, SmppShared, SmppStanding};
use super::settings::{SmppPlace, SmppSettings, SmppSource};
use crate::channel::email::smtp::tls::connector;
use crate::channel::settings::Secret;
use crate::channel::sms::sms_of;
use crate::channel::{
    Accepted, BuildContext, Capabilities, Outgoing, Provider, SendError, SetupError,
};
use crate::domain::{Channel, Clock};
use crate::runtime::Lifecycle;

pub struct Smpp {
    name: String,
    source: SmppSource,
    receipts: bool,
    clock: Arc<dyn Clock>,
    jobs: mpsc::Sender<SmppJob>,
    standing: watch::Receiver<SmppStanding>,
    /// Connections that nobody has needed yet.
    unopened: Mutex<Vec<SmppSession>>,
    lifecycle: Lifecycle,
    capabilities: Capabilities,
}

impl Smpp {
    /// Reads the files the settings name. Where there is a desk for what the centre brings, the
    /// connections are opened at once, and else when they are needed.
    pub fn new(
        name: &str,
        settings: &SmppSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let source = settings.sender(name);
        let password = settings.password(name);
        let place = settings.place(name);
        let faults = [
            place.as_ref().err().cloned(),
            settings.bounds(name),
            password.as_ref().err().cloned(),
            source.as_ref().err().cloned(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        let centre = centre(name, settings, place?, password?)?;
        let (standing, seen) = watch::channel(SmppStanding::default());
        let capabilities = capabilities(settings);
        let (jobs, waiting) = mpsc::channel(capabilities.concurrency);
        let shared = Arc::new(SmppShared {
            provider: name.to_owned(),
            centre,
            window: settings.window,
            enquire_every: settings.enquire_every,
            ids: settings.ids,
            clock: Arc::clone(&context.clock),
            desk: context.desk.clone(),
            taken: JustTaken::default(),
            texts: TextNames::default(),
            standing,
        });
        let queue = SmppQueue::of(waiting);
        let session = || SmppSession {
            shared: Arc::clone(&shared),
            queue: queue.clone(),
        };
        let smpp = Self {
            name: name.to_owned(),
            source: source?,
            receipts: settings.receipts,
            clock: Arc::clone(&context.clock),
            jobs,
            standing: seen,
            unopened: Mutex::new((0..settings.connections).map(|_| session()).collect()),
            lifecycle: context.lifecycle.clone(),
            capabilities,
        };
        if context.desk.is_some() {
            smpp.open();
        }
        Ok(smpp)
    }

    /// Begins to keep the connections; once.
    fn open(&self) {
        let mut unopened = self.unopened.lock().unwrap_or_else(PoisonError::into_inner);
        for session in unopened.drain(..) {
            let lifecycle = self.lifecycle.clone();
            self.lifecycle.spawn("smpp", session.run(lifecycle));
        }
    }

    /// Returns when a connection stands, or the last try to open one has failed.
    async fn stands(&self) -> Result<(), SendError> {
        self.open();
        let mut standing = self.standing.clone();
        loop {
            {
                let now = standing.borrow_and_update();
                match &now.failed {
                    _ if now.bound > 0 => return Ok(()),
                    Some(error) => return Err(error.clone()),
                    None => {}
                }
            }
            if standing.changed().await.is_err() {
                return Err(stopping());
            }
        }
    }

    async fn hand_over(
        &self,
        outgoing: &Outgoing,
        to: &str,
        text: &str,
    ) -> Result<Accepted, SendError> {
        let left = outgoing.expires_at - self.clock.now();
        let reported = self.receipts && outgoing.reported;
        let frame = SmsFrame {
            source: &self.source,
            to,
            valid_for: left.to_std().unwrap_or_default(),
            reported,
        };
        let parts = parts(&frame, outgoing, text)?;
        self.stands().await?;
        let (answer, answered) = oneshot::channel();
        let job = SmppJob {
            parts,
            attempt: reported.then_some((outgoing.message, outgoing.lease_no)),
            answer,
        };
        if self.jobs.send(job).await.is_err() {
            return Err(stopping());
        }
        answered.await.unwrap_or_else(|_| {
            Err(SendError::Unknown {
                stage: "submit",
                detail: "the connection was ended before the answer came".to_owned(),
            })
        })
    }
}

impl Provider for Smpp {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        Box::pin(self.stands())
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let (to, text) = sms_of(outgoing)?;
            self.hand_over(outgoing, to, text).await
        })
    }
}

fn centre(
    name: &str,
    settings: &SmppSettings,
    place: SmppPlace,
    password: Secret,
) -> Result<SmppCentre, SetupError> {
    let tls = match place.tls {
        true => Some(connector(name, settings.ca_file.as_deref())?),
        false => None,
    };
    Ok(SmppCentre {
        place,
        tls,
        system_id: settings.system_id.clone(),
        password,
        system_type: settings.system_type.clone(),
        connect_timeout: settings.connect_timeout,
        timeout: settings.timeout,
    })
}

fn capabilities(settings: &SmppSettings) -> Capabilities {
    // Of what waits each has its place in a window: at worst the first part waits for one answer and
    // for its own, the others for theirs, and a connection is opened before.
    let opening: Duration = settings.connect_timeout * 2 + settings.timeout;
    Capabilities {
        channel: Channel::Sms,
        idempotent_for: None,
        // `query_sm` wants the centre's own name, which is just what a lost answer would have said.
        can_be_asked: false,
        gives_receipts: settings.receipts,
        longest_send: opening + settings.timeout * 4,
        concurrency: settings.window * settings.connections,
    }
}
