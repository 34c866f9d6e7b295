//! The source with `kind = "nats"`: a durable pull consumer of a stream of `JetStream`. What came is
//! acknowledged after our own commit; what is not, comes again and is known. The place that was
//! reached is kept here, too: a consumer that somebody removed is made anew from there.
//!
//! Next: `session` (messages and their order), `consumer` (what is set up, and whether it is what was
//! asked for), `message` and the formats `cloudevents` and `debezium`, `place`, `api`, `connection`.

mod api;
mod cloudevents;
mod connection;
mod consumer;
mod debezium;
mod message;
mod place;
mod session;
mod settings;

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use self::api::{JetStream, StreamStanding};
use self::connection::{ServerComplaint, connected};
use self::consumer::{consumer, glancing_consumer};
use self::place::NatsPlace;
use self::session::{NatsSession, PullOutcome};
use self::settings::overlaps;
use super::fault::SourceFault;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use crate::domain::Timestamp;

pub(super) use self::settings::NatsSettings;

/// How long a reader whose connection is lost waits before it says so.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a stream that was made anew is told of.
const TOLD: Duration = Duration::from_hours(1);
/// How long messages may be out with somebody else until that is told of.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct NatsReader {
    settings: NatsSettings,
    /// Not there after a fault.
    session: Option<NatsSession>,
    /// What was odd about the stream, and when that was found.
    odd: Option<(Instant, String)>,
    /// Since when messages are out with somebody else.
    waits_since: Option<Instant>,
}

impl NatsReader {
    /// Connects to nobody yet.
    pub(super) fn new(settings: &NatsSettings) -> Result<Self, SourceFault> {
        if settings.subjects.is_empty() {
            return Err(SourceFault::Unexpected(
                "`subjects` names no subject: there would be nothing to read".to_owned(),
            ));
        }
        Ok(Self {
            settings: settings.clone(),
            session: None,
            odd: None,
            waits_since: None,
        })
    }

    async fn read(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<SourceLook, SourceFault> {
        let place = NatsPlace::read(cursor);
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.opened(place.as_ref()).await?,
        };
        let mut outcome = session.fetch(limit).await?;
        if outcome == PullOutcome::Gone {
            session = self.opened(place.as_ref()).await?;
            outcome = session.fetch(limit).await?;
        }
        let look = match outcome {
            PullOutcome::Gone => return Err(self.gone()),
            PullOutcome::Waits(out) => self.waiting(out),
            PullOutcome::Ready => {
                self.waits_since = None;
                self.taken(&mut session, limit)
            }
        };
        self.session = Some(session);
        Ok(look)
    }

    fn taken(&self, session: &mut NatsSession, limit: usize) -> SourceLook {
        let (records, last, more) = session.take(limit);
        let place = last.map(|last| NatsPlace::new(last, &session.stream_created));
        SourceLook {
            records,
            cursor: place.map(|place| place.cursor()),
            more,
            doubt: self.doubt(),
        }
    }

    /// Nothing is taken, and nothing is over: what is out comes before what is here.
    fn waiting(&mut self, out: usize) -> SourceLook {
        let since = *self.waits_since.get_or_insert_with(Instant::now);
        let long = (since.elapsed() > PATIENCE).then(|| {
            format!(
                "{out} messages are out with another reader of the consumer `{}`, which does not \
                 acknowledge them; they come again after its `ack_wait`, and nothing is read \
                 until then",
                self.settings.consumer
            )
        });
        SourceLook {
            more: true,
            doubt: long.or_else(|| self.doubt()),
            ..SourceLook::default()
        }
    }

    fn doubt(&self) -> Option<String> {
        let odd = self
            .odd
            .as_ref()
            .filter(|(found, _)| found.elapsed() < TOLD);
        odd.map(|(_, doubt)| doubt.clone())
    }

    /// A session with the consumer that goes on where the last one ended.
    async fn opened(&mut self, place: Option<&NatsPlace>) -> Result<NatsSession, SourceFault> {
        let server = self.connected().await?;
        let stream = self.stream(&server).await?;
        if let Some(doubt) = place.and_then(|it| it.doubt(&self.settings.stream, &stream)) {
            self.odd = Some((Instant::now(), doubt));
        }
        let reached = place.and_then(|place| place.reached(&stream));
        let start = reached.map(|reached| reached + 1);
        let consumer = consumer(&server, &self.settings, start).await?;
        let consumer = consumer.ok_or_else(|| self.gone())?;
        NatsSession::open(server, &self.settings, stream.created, consumer, reached).await
    }

    /// What the next look would bring, by a consumer of its own that takes nothing from ours.
    async fn glance(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<SourceLook, SourceFault> {
        let place = NatsPlace::read(cursor);
        let server = self.connected().await?;
        let stream = self.stream(&server).await?;
        let doubt = place
            .as_ref()
            .and_then(|it| it.doubt(&self.settings.stream, &stream));
        let start = place.and_then(|place| place.reached(&stream));
        let start = start.map(|reached| reached + 1);
        let consumer = glancing_consumer(&server, &self.settings, start).await?;
        let consumer = consumer.ok_or_else(|| self.gone())?;
        let created = stream.created;
        let mut session =
            NatsSession::open(server, &self.settings, created, consumer, None).await?;
        match session.fetch(limit).await? {
            PullOutcome::Ready => {}
            PullOutcome::Gone | PullOutcome::Waits(_) => return Err(self.gone()),
        }
        let look = self.taken(&mut session, limit);
        Ok(SourceLook { doubt, ..look })
    }

    async fn connected(&self) -> Result<JetStream, SourceFault> {
        let complaint = ServerComplaint::default();
        let client = Box::pin(connected(&self.settings, &complaint)).await?;
        Ok(JetStream {
            client,
            complaint,
            timeout: self.settings.timeout,
        })
    }

    /// The stream, if it may hold what is asked for.
    async fn stream(&self, server: &JetStream) -> Result<StreamStanding, SourceFault> {
        let (name, subjects) = (&self.settings.stream, &self.settings.subjects);
        let Some(stream) = server.stream(name).await? else {
            return Err(SourceFault::Refused(format!(
                "there is no stream `{name}`; whoever runs the server makes it with \
                 `nats stream add {name} --subjects '{}' --defaults`",
                subjects.join(",")
            )));
        };
        let config = &stream.config;
        // Others pass theirs on to it.
        let is_fed = !config.mirror.is_null() || !config.sources.is_null();
        let holds = |asked: &str| config.subjects.iter().any(|it| overlaps(it, asked));
        match subjects
            .iter()
            .find(|asked| !is_fed && !holds(asked.as_str()))
        {
            None => Ok(stream),
            Some(asked) => Err(SourceFault::Unexpected(format!(
                "`subjects`: the stream `{name}` holds nothing of `{asked}`; it holds {}",
                config.subjects.join(", ")
            ))),
        }
    }

    fn gone(&self) -> SourceFault {
        SourceFault::Away(format!(
            "the consumer `{}` of the stream `{}` was removed a moment ago",
            self.settings.consumer, self.settings.stream
        ))
    }
}

impl Reader for NatsReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(self.read(cursor, limit))
    }

    fn peek<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(self.glance(cursor, limit))
    }

    fn acknowledge<'a>(
        &'a mut self,
        _taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let Some(mut session) = self.session.take() else {
                return Ok(());
            };
            session.acknowledge().await?;
            self.session = Some(session);
            Ok(())
        })
    }

    fn stirred(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(session) = &mut self.session else {
                return std::future::pending().await;
            };
            if session.until_stirred().await {
                return;
            }
            // The next look opens another one, and finds whatever was not heard.
            self.session = None;
            tokio::time::sleep(PAUSE).await;
        })
    }
}
