//! One stay at a server: a consumer, an inbox into which it hands messages, and those that have come
//! and are not acknowledged.
//!
//! A message may be out with somebody else: a node that died, a connection that broke. What is out when a
//! session opens is called back at once; what goes astray later comes again when the consumer has waited
//! long enough, later than those behind it. So whatever came is held back
//! while anything before it may still be out: clients are told of a case in the order of its changes.
//! Who else was handed a message shows in the count of deliveries.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::{Message, StatusCode, Subject, Subscriber};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::{Instant, timeout, timeout_at};

use super::api::{ConsumerStanding, JetStream, nanoseconds};
use super::message::{NatsPostmark, record};
use super::settings::{NatsFormat, NatsSettings};
use crate::domain::limits::SOURCE_PAGE;
use crate::source::fault::SourceFault;
use crate::source::reader::SourceRecord;

/// How long the server keeps a request open that waits for news.
const WATCH: Duration = Duration::from_secs(30);
/// How long one look waits for what is out with somebody else.
const WAIT: Duration = Duration::from_secs(1);
/// What the server is given to end a request that it was told to end.
const GRACE: Duration = Duration::from_secs(2);
/// What it says when a look is as large as it may be.
const FULL: &str = "Message Size Exceeds MaxBytes";
/// What it says when a request that asked for bytes, too, got all its messages.
const COMPLETE: &str = "Batch Completed";

/// A consumer that hands us messages.
pub(super) struct NatsSession {
    server: JetStream,
    stream: String,
    /// See `StreamStanding::created`.
    pub(super) stream_created: String,
    consumer: String,
    format: NatsFormat,
    /// Begins the subjects to which it hands them, one for each request.
    inbox: String,
    arrivals: Subscriber,
    requests: u64,
    /// The request that waits for news, and until when.
    watch: Option<(String, Instant)>,
    /// What came and is not acknowledged, by its place in the stream.
    held: BTreeMap<u64, HeldMessage>,
    /// Messages behind the last one that came.
    pending: u64,
    /// The number of the next delivery, if nobody else gets one.
    next_delivery: u64,
    /// Messages may be out with somebody else.
    strays: bool,
    /// What the look took that is not acknowledged yet.
    taken: Vec<u64>,
}

/// A message that came.
struct HeldMessage {
    /// None: it tells nobody anything.
    record: Option<SourceRecord>,
    /// Where it is acknowledged.
    reply: Subject,
}

/// How a fetch ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PullOutcome {
    /// What came may be taken.
    Ready,
    /// What came has to wait for so many that are out with somebody else.
    Waits(usize),
    /// There is no such consumer any more.
    Gone,
}

/// What one message out of the inbox was.
enum Arrived {
    /// One of the stream's.
    Stored,
    /// The end of a request, and the request.
    End(Subject),
    /// A sign of life.
    Heartbeat,
    /// The consumer is not there.
    Gone,
}

impl NatsSession {
    /// Opens the inbox. `reached`: the place in the stream up to which everything was taken.
    pub(super) async fn open(
        server: JetStream,
        settings: &NatsSettings,
        stream_created: String,
        consumer: ConsumerStanding,
        reached: Option<u64>,
    ) -> Result<Self, SourceFault> {
        let inbox = server.client.new_inbox();
        let arrivals = server.client.subscribe(format!("{inbox}.*")).await;
        let arrivals = arrivals.map_err(|_| lost())?;
        let delivered = &consumer.delivered;
        let is_out = reached.is_none_or(|reached| delivered.stream_seq > reached);
        let strays = consumer.num_ack_pending > 0 && is_out;
        if strays {
            server.call_back(&settings.stream, &consumer).await?;
        }
        Ok(Self {
            stream: settings.stream.clone(),
            stream_created,
            format: settings.format,
            inbox,
            arrivals,
            requests: 0,
            watch: None,
            held: BTreeMap::new(),
            pending: consumer.num_pending,
            next_delivery: delivered.consumer_seq + 1,
            strays,
            taken: Vec::new(),
            consumer: consumer.name,
            server,
        })
    }

    /// Gets messages, until `limit` are held.
    pub(super) async fn fetch(&mut self, limit: usize) -> Result<PullOutcome, SourceFault> {
        let room = limit.saturating_sub(self.held.len());
        if room > 0 && !self.pull(room).await? {
            return Ok(PullOutcome::Gone);
        }
        if !self.strays {
            return Ok(PullOutcome::Ready);
        }
        let consumer = self.server.consumer(&self.stream, &self.consumer).await?;
        let Some(consumer) = consumer else {
            return Ok(PullOutcome::Gone);
        };
        let out = consumer.num_ack_pending.saturating_sub(self.held.len());
        self.strays = out > 0;
        self.pending = consumer.num_pending;
        Ok(match out {
            0 => PullOutcome::Ready,
            out => PullOutcome::Waits(out),
        })
    }

    /// At most `limit` of the messages held, in the order of the stream: their records, the place of
    /// the last one, and whether there are more. They stay held until they are acknowledged.
    pub(super) fn take(&mut self, limit: usize) -> (Vec<SourceRecord>, Option<u64>, bool) {
        let taken = self.held.iter().take(limit);
        let records = taken.filter_map(|(_, held)| held.record.clone()).collect();
        self.taken = self.held.keys().copied().take(limit).collect();
        let more = self.held.len() > self.taken.len() || self.pending > 0;
        (records, self.taken.last().copied(), more)
    }

    /// Tells that what was taken is kept. It is handed out again if the server does not hear it.
    pub(super) async fn acknowledge(&mut self) -> Result<(), SourceFault> {
        let taken = std::mem::take(&mut self.taken);
        let taken = taken.iter().filter_map(|place| self.held.remove(place));
        let replies: Vec<Subject> = taken.map(|held| held.reply).collect();
        let Some((last, others)) = replies.split_last() else {
            return Ok(());
        };
        for reply in others {
            let told = self.server.client.publish(reply.clone(), "+ACK".into());
            told.await.map_err(|_| lost())?;
        }
        // The server hears one after the other: with the last one it has heard them all.
        self.server.confirm(last.clone()).await
    }

    /// Waits until there is something new. False: the session is of no use any more.
    pub(super) async fn until_stirred(&mut self) -> bool {
        loop {
            let Ok((request, until)) = self.watching().await else {
                return false;
            };
            let arrived = timeout_at(until + GRACE, self.arrivals.next()).await;
            match arrived {
                // It ended and nobody said so; perhaps the server was away for a while.
                Err(_elapsed) => self.watch = None,
                Ok(None) => return false,
                Ok(Some(message)) => match self.receive(message) {
                    Ok(Arrived::Stored) => return true,
                    Ok(Arrived::End(of)) if *of == *request => self.watch = None,
                    Ok(Arrived::End(_) | Arrived::Heartbeat) => {}
                    Ok(Arrived::Gone) | Err(_) => return false,
                },
            }
        }
    }

    /// The request that waits for news; a new one if there is none.
    async fn watching(&mut self) -> Result<(String, Instant), SourceFault> {
        if let Some(watch) = &self.watch
            && watch.1 > Instant::now()
        {
            return Ok(watch.clone());
        }
        let request = json!({"batch": 1, "expires": nanoseconds(WATCH)});
        let reply = self.request(&request).await?;
        let watch = (reply, Instant::now() + WATCH);
        self.watch = Some(watch.clone());
        Ok(watch)
    }

    /// Asks for as many messages, and receives them. False: the consumer is gone.
    async fn pull(&mut self, room: usize) -> Result<bool, SourceFault> {
        // One that is larger than a look would never come.
        let bytes = SOURCE_PAGE.max(2 * self.server.client.max_payload());
        let request = match self.strays {
            false => json!({"batch": room, "no_wait": true, "max_bytes": bytes}),
            true => json!({"batch": room, "expires": nanoseconds(WAIT), "max_bytes": bytes}),
        };
        let reply = self.request(&request).await?;
        let mut stored = 0;
        while stored < room {
            let arrived = timeout(WAIT + self.server.timeout, self.arrivals.next()).await;
            let message = arrived.map_err(|_elapsed| self.server.silence())?;
            match self.receive(message.ok_or_else(lost)?)? {
                Arrived::Stored => stored += 1,
                Arrived::End(of) if *of == *reply => break,
                Arrived::End(_) | Arrived::Heartbeat => {}
                Arrived::Gone => return Ok(false),
            }
        }
        if stored == 0 && self.pending > 0 {
            // Perhaps as much as may be under way is out with somebody else.
            self.strays = true;
        }
        Ok(true)
    }

    /// Asks for messages; to which subject the answers come.
    async fn request(&mut self, request: &serde_json::Value) -> Result<String, SourceFault> {
        self.requests += 1;
        let reply = format!("{}.{}", self.inbox, self.requests);
        let subject = format!(
            "$JS.API.CONSUMER.MSG.NEXT.{}.{}",
            self.stream, self.consumer
        );
        let body = request.to_string().into();
        let asked = self
            .server
            .client
            .publish_with_reply(subject, reply.clone(), body);
        asked.await.map_err(|_| lost())?;
        Ok(reply)
    }

    /// Holds a message of the stream, or says what it means.
    fn receive(&mut self, message: Message) -> Result<Arrived, SourceFault> {
        let status = message.status.unwrap_or(StatusCode::OK);
        let said = message.description.as_deref().unwrap_or_default();
        match status {
            StatusCode::OK => self.hold(&message).map(|()| Arrived::Stored),
            StatusCode::IDLE_HEARTBEAT => Ok(Arrived::Heartbeat),
            StatusCode::NOT_FOUND | StatusCode::TIMEOUT => Ok(Arrived::End(message.subject)),
            StatusCode::NO_RESPONDERS => Ok(Arrived::Gone),
            StatusCode::REQUEST_TERMINATED if said == FULL || said == COMPLETE => {
                Ok(Arrived::End(message.subject))
            }
            StatusCode::REQUEST_TERMINATED if said == "Consumer Deleted" => Ok(Arrived::Gone),
            status => Err(SourceFault::Away(format!(
                "the consumer hands out nothing: {status} {}",
                super::connection::excerpt(said)
            ))),
        }
    }

    fn hold(&mut self, message: &Message) -> Result<(), SourceFault> {
        let reply = message.reply.clone();
        let postmark = reply.as_deref().and_then(NatsPostmark::read);
        let (Some(reply), Some(postmark)) = (reply, postmark) else {
            return Err(SourceFault::Unexpected(
                "a message came that does not say where it stands in the stream".to_owned(),
            ));
        };
        if postmark.delivery != self.next_delivery {
            self.strays = true;
        }
        self.next_delivery = postmark.delivery + 1;
        // A request that waits is the first to get one, and over with it.
        self.watch = None;
        self.pending = postmark.pending;
        let record = record(self.format, message, postmark);
        // One that comes again is acknowledged where it came last.
        self.held
            .insert(postmark.sequence, HeldMessage { record, reply });
        Ok(())
    }
}

fn lost() -> SourceFault {
    SourceFault::Away("the connection was lost".to_owned())
}
