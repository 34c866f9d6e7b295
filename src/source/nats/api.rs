//! What is asked of `JetStream`, in JSON and as any version of the server understands it. What it
//! echoes is kept as it came: what was set up is held against what we asked for.

use std::time::Duration;

use async_nats::{Client, RequestError, RequestErrorKind, Subject};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::connection::{ServerComplaint, excerpt};
use crate::domain::limits::NATS_CALLED_BACK;
use crate::source::fault::SourceFault;

/// Begins the subjects on which it is asked.
const API: &str = "$JS.API";

/// One connection, and what is asked over it.
pub(super) struct JetStream {
    pub(super) client: Client,
    pub(super) complaint: ServerComplaint,
    pub(super) timeout: Duration,
}

/// A stream as it stands over there.
#[derive(Debug, Deserialize)]
pub(super) struct StreamStanding {
    /// When it was made: another one of this name has another time.
    pub(super) created: String,
    pub(super) config: StreamConfig,
    pub(super) state: StreamState,
}

/// What of a stream's settings matters here.
#[derive(Debug, Deserialize)]
pub(super) struct StreamConfig {
    #[serde(default)]
    pub(super) subjects: Vec<String>,
    /// The one stream it repeats.
    #[serde(default)]
    pub(super) mirror: Value,
    /// The streams it gathers.
    #[serde(default)]
    pub(super) sources: Value,
}

/// How far a stream has come.
#[derive(Debug, Deserialize)]
pub(super) struct StreamState {
    pub(super) last_seq: u64,
}

/// A consumer as it stands over there.
#[derive(Debug, Deserialize)]
pub(super) struct ConsumerStanding {
    pub(super) name: String,
    pub(super) config: Map<String, Value>,
    /// How far it has handed out messages.
    pub(super) delivered: HandedOut,
    /// Up to where all of them are acknowledged.
    #[serde(default)]
    pub(super) ack_floor: HandedOut,
    /// Messages that somebody got and has not acknowledged.
    pub(super) num_ack_pending: usize,
    /// Messages that nobody got yet.
    #[serde(default)]
    pub(super) num_pending: u64,
}

/// A place in what a consumer has handed out.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HandedOut {
    /// How often it did, repeats included.
    pub(super) consumer_seq: u64,
    /// The place in the stream.
    pub(super) stream_seq: u64,
}

/// Why a request was not met.
#[derive(Debug, Deserialize)]
struct ApiError {
    #[serde(default)]
    code: u16,
    #[serde(default)]
    description: String,
}

impl JetStream {
    /// The stream, if there is one of this name.
    pub(super) async fn stream(&self, name: &str) -> Result<Option<StreamStanding>, SourceFault> {
        self.ask(&format!("STREAM.INFO.{name}"), None).await
    }

    /// The consumer, if there is one of this name.
    pub(super) async fn consumer(
        &self,
        stream: &str,
        name: &str,
    ) -> Result<Option<ConsumerStanding>, SourceFault> {
        let subject = format!("CONSUMER.INFO.{stream}.{name}");
        self.ask(&subject, None).await
    }

    /// Makes a consumer; without a durable name, one that goes by itself. None: the stream is gone.
    pub(super) async fn make_consumer(
        &self,
        stream: &str,
        config: &Map<String, Value>,
    ) -> Result<Option<ConsumerStanding>, SourceFault> {
        let subject = match config.get("durable_name").and_then(Value::as_str) {
            Some(name) => format!("CONSUMER.DURABLE.CREATE.{stream}.{name}"),
            None => format!("CONSUMER.CREATE.{stream}"),
        };
        let body = json!({"stream_name": stream, "config": config});
        self.ask(&subject, Some(&body)).await
    }

    /// Removes a consumer that was made a moment ago.
    pub(super) async fn remove_consumer(
        &self,
        stream: &str,
        name: &str,
    ) -> Result<(), SourceFault> {
        let subject = format!("CONSUMER.DELETE.{stream}.{name}");
        self.ask::<Value>(&subject, None).await.map(drop)
    }

    /// What the server calls itself, such as `nats-server 2.10.4`.
    pub(super) fn server(&self) -> String {
        format!(
            "nats-server {}",
            excerpt(&self.client.server_info().version)
        )
    }

    /// Tells that a message was taken, and waits until the server has heard it.
    pub(super) async fn confirm(&self, message: Subject) -> Result<(), SourceFault> {
        let heard = self.client.request(message, "+ACK".into()).await;
        heard.map(drop).map_err(|error| self.fault(&error))
    }

    /// Has the server hand out again at once what somebody got from a consumer and did not acknowledge.
    /// This node is the one that reads the source now: nobody else works at it any more, and each message
    /// would come only after the consumer's `ack_wait`, later than what is behind it.
    ///
    /// The server goes by the place in the stream, and by the number of a delivery that it made. For a
    /// message that is acknowledged it does nothing.
    pub(super) async fn call_back(
        &self,
        stream: &str,
        consumer: &ConsumerStanding,
    ) -> Result<(), SourceFault> {
        let (name, delivered) = (&consumer.name, &consumer.delivered);
        let places = consumer.ack_floor.stream_seq + 1..=delivered.stream_seq;
        if delivered.stream_seq.saturating_sub(*places.start()) >= NATS_CALLED_BACK {
            return Ok(());
        }
        for place in places {
            let delivery = delivered.consumer_seq;
            let message = format!("$JS.ACK.{stream}.{name}.1.{place}.{delivery}.0.0");
            let asked = self.client.publish(message, "-NAK".into()).await;
            asked.map_err(|error| SourceFault::Away(excerpt(&error.to_string())))?;
        }
        Ok(())
    }

    /// None: what is asked for is not there.
    async fn ask<T: DeserializeOwned>(
        &self,
        subject: &str,
        body: Option<&Value>,
    ) -> Result<Option<T>, SourceFault> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = self
            .client
            .request(format!("{API}.{subject}"), body.into())
            .await
            .map_err(|error| self.fault(&error))?;
        let unread = |error: serde_json::Error| {
            SourceFault::Unexpected(format!("the answer to {subject} cannot be read: {error}"))
        };
        let mut answer: Map<String, Value> =
            serde_json::from_slice(&answer.payload).map_err(unread)?;
        if let Some(error) = answer.remove("error") {
            return given_up(&serde_json::from_value(error).map_err(unread)?);
        }
        let answer = serde_json::from_value(Value::Object(answer)).map_err(unread)?;
        Ok(Some(answer))
    }

    /// What an unanswered request means.
    fn fault(&self, error: &RequestError) -> SourceFault {
        if let Some(complaint) = self.complaint.take() {
            return SourceFault::Refused(complaint);
        }
        match error.kind() {
            RequestErrorKind::NoResponders => SourceFault::Refused(
                "nobody answers for JetStream there: start nats-server with `-js`, or let this \
                 account use JetStream"
                    .to_owned(),
            ),
            RequestErrorKind::TimedOut => self.silence(),
            RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                SourceFault::Unexpected(excerpt(&error.to_string()))
            }
            RequestErrorKind::Other => SourceFault::Away(excerpt(&error.to_string())),
        }
    }

    /// Nothing came for too long.
    pub(super) fn silence(&self) -> SourceFault {
        if let Some(complaint) = self.complaint.take() {
            return SourceFault::Refused(complaint);
        }
        let limit = humantime::format_duration(self.timeout);
        SourceFault::Away(format!("no answer within {limit}"))
    }
}

/// A length of time as it is written there.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// None: what was asked for is not there. Everything else is a fault.
fn given_up<T>(error: &ApiError) -> Result<Option<T>, SourceFault> {
    let said = excerpt(&error.description);
    match error.code {
        404 => Ok(None),
        500.. => Err(SourceFault::Away(said)),
        _ => Err(SourceFault::Refused(said)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_from_what_is_refused() {
        let error = |code| ApiError {
            code,
            description: "they say".to_owned(),
        };
        assert_eq!(given_up::<()>(&error(404)), Ok(None));
        let said = |code| given_up::<()>(&error(code)).unwrap_err();
        assert_eq!(said(400), SourceFault::Refused("they say".to_owned()));
        assert_eq!(said(503), SourceFault::Away("they say".to_owned()));
    }

    #[test]
    fn what_older_and_newer_servers_say_is_read() {
        let stream = json!({
            "created": "2026-11-30T20:44:35.745140828Z",
            "config": {"name": "EVENTS", "subjects": ["cases.>"], "of_a_later_version": {}},
            "state": {"messages": 3, "last_seq": 7},
            "ts": "2026-11-30T20:44:36Z",
        });
        let stream: StreamStanding = serde_json::from_value(stream).unwrap();
        assert_eq!(stream.config.subjects, ["cases.>"]);
        assert_eq!(stream.state.last_seq, 7);
        assert!(stream.config.mirror.is_null());
        let consumer = json!({
            "name": "araldo",
            "config": {"durable_name": "araldo", "max_waiting": 512},
            "delivered": {"consumer_seq": 9, "stream_seq": 7},
            "ack_floor": {"consumer_seq": 8, "stream_seq": 6},
            "num_ack_pending": 1,
        });
        let consumer: ConsumerStanding = serde_json::from_value(consumer).unwrap();
        assert_eq!(consumer.delivered.consumer_seq, 9);
        assert_eq!(consumer.num_ack_pending, 1);
        assert_eq!(consumer.ack_floor.stream_seq, 6);
    }
}
