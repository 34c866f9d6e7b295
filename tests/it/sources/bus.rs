//! Their side: a stream of NATS, and who publishes there.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, stream};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::patience::until;
use crate::support::servers::nats::NatsServer;

/// Messages that are under way to the server at once.
const UNDER_WAY: usize = 256;

/// A server with the stream `EVENTS`.
pub(super) struct Bus {
    pub(super) server: NatsServer,
    pub(super) stream: jetstream::Context,
    client: async_nats::Client,
}

impl Bus {
    pub(super) async fn start() -> Self {
        let server = NatsServer::start();
        let soon = |_| Duration::from_millis(50);
        let options = async_nats::ConnectOptions::new().reconnect_delay_callback(soon);
        let client = options.connect(server.url()).await.unwrap();
        let bus = Self {
            server,
            stream: jetstream::new(client.clone()),
            client,
        };
        bus.make_stream().await;
        bus
    }

    /// Makes the stream.
    pub(super) async fn make_stream(&self) {
        let config = || stream::Config {
            name: "EVENTS".to_owned(),
            subjects: vec!["cases.>".to_owned(), "faults.>".to_owned()],
            ..stream::Config::default()
        };
        until(async || {
            let made = self.stream.create_stream(config()).await;
            made.map(drop).map_err(|error| error.to_string())
        })
        .await;
    }

    /// Makes the consumer as somebody of theirs would, with so long a wait.
    pub(super) async fn make_consumer(&self, ack_wait: Duration) {
        let ack_wait = u64::try_from(ack_wait.as_nanos()).unwrap();
        let config = json!({"durable_name": "araldo", "ack_policy": "explicit",
            "ack_wait": ack_wait, "deliver_policy": "all", "replay_policy": "instant",
            "max_ack_pending": 1000, "max_deliver": -1, "filter_subject": "cases.>"});
        let made: Value = self
            .stream
            .request(
                "CONSUMER.DURABLE.CREATE.EVENTS.araldo",
                &json!({"stream_name": "EVENTS", "config": config}),
            )
            .await
            .unwrap();
        assert_eq!(made["name"], "araldo", "{made}");
    }

    /// Takes so many messages by the consumer of the source, as a node that dies then.
    pub(super) async fn take_without_a_word(&self, count: usize) {
        let inbox = self.client.new_inbox();
        let mut arrivals = self.client.subscribe(inbox.clone()).await.unwrap();
        let request = json!({"batch": count, "no_wait": true}).to_string();
        let next = "$JS.API.CONSUMER.MSG.NEXT.EVENTS.araldo";
        let asked = self
            .client
            .publish_with_reply(next, inbox, request.into())
            .await;
        asked.unwrap();
        for _ in 0..count {
            let message = arrivals.next().await.unwrap();
            assert!(message.reply.is_some(), "{message:?}");
        }
    }

    /// Publishes one message, and waits until it is kept.
    pub(super) async fn publish(&self, body: &str) {
        self.publish_on("cases.changed", body).await;
    }

    pub(super) async fn publish_on(&self, subject: &str, body: &str) {
        let (subject, body) = (subject.to_owned(), body.to_owned());
        let sent = self.stream.publish(subject, body.into()).await.unwrap();
        sent.await.unwrap();
    }

    /// Publishes an event with its attributes in headers.
    pub(super) async fn publish_by_headers(&self, event: &Value) {
        let mut headers = HeaderMap::new();
        for name in ["specversion", "id", "source", "type"] {
            let value = event[name].as_str().unwrap();
            headers.insert(format!("ce-{name}"), value.to_owned());
        }
        headers.insert("content-type", "application/json");
        let body = event["data"].to_string();
        let sent = self
            .stream
            .publish_with_headers("cases.changed", headers, body.into())
            .await
            .unwrap();
        sent.await.unwrap();
    }

    /// Publishes many, in this order, and waits until all are kept.
    pub(super) async fn publish_all(&self, bodies: impl Iterator<Item = String>) {
        let mut sent = Vec::new();
        for body in bodies {
            let one = self.stream.publish("cases.changed", body.into());
            sent.push(one.await.unwrap());
            if sent.len() == UNDER_WAY {
                for one in sent.drain(..) {
                    one.await.unwrap();
                }
            }
        }
        for one in sent {
            one.await.unwrap();
        }
    }

    /// Messages that nobody has acknowledged to the consumer of the source.
    pub(super) async fn unacknowledged(&self) -> Result<u64, String> {
        let info: Value = self
            .stream
            .request("CONSUMER.INFO.EVENTS.araldo", &json!({}))
            .await
            .map_err(|error| error.to_string())?;
        let number = |name: &str| info[name].as_u64();
        let open = number("num_ack_pending").zip(number("num_pending"));
        open.map(|(out, pending)| out + pending)
            .ok_or_else(|| info.to_string())
    }

    /// Waits until all that was published is acknowledged.
    pub(super) async fn until_acknowledged(&self) {
        until(async || match self.unacknowledged().await? {
            0 => Ok(()),
            open => Err(format!("{open} are not acknowledged")),
        })
        .await;
    }

    /// The settings of a source that reads the stream, and what its records become.
    pub(super) fn source(&self, format: &str) -> String {
        let mapping = if format == "cloudevents" { "" } else { MAPPING };
        format!(
            r#"
[source.crm]
kind = "nats"
url = "{}"
every = "500ms"
timeout = "3s"
stream = "EVENTS"
consumer = "araldo"
subjects = ["cases.>"]
format = "{format}"
{mapping}"#,
            self.server.url()
        )
    }
}

/// Their words and ours.
const MAPPING: &str = r#"
[source.crm.case]
case = "pratica"
client = "cliente"
kind = "{{ record.tipo | lower }}"
state = "stato"
version = "changed"
[source.crm.states]
"NUOVA" = "received"
"IN LAVORAZIONE" = "internal_review"
"AL DISTRIBUTORE" = "sent_to_distributor"
"CHIUSA" = "done"
"#;

/// A case of this number is now in this state, as an object of theirs.
pub(super) fn row(number: usize, state: &str, changed: usize) -> Value {
    json!({
        "pratica": format!("PR-{number}"),
        "cliente": format!("C-{number}"),
        "tipo": "VOLTURA",
        "stato": state,
        "changed": changed,
    })
}
