//! A transit agency's feed: whoever has the tag of a line hears of its delays and alerts, at each step and
//! not at each minute; a feed that breaks ends nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message as _;
use serde_json::{Value, json};

use crate::promises::place;
use crate::support::TestStore;
use crate::support::feed::Feed;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_delay_that_crosses_rises_and_calms_is_told_to_those_who_use_the_line,
    an_alert_is_told_once_for_all_its_stops_and_ends_when_it_is_gone,
    a_feed_that_is_empty_or_stands_still_ends_nothing,
);

const READ: &str = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled";
const OPENED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'incident.opened' AND NOT quiet";
const UPDATED: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'incident.updated'";
const RESOLVED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'incident.resolved'";

/// The messages of GTFS-realtime as their publisher numbers them, as far as these tests speak them.
#[derive(Clone, PartialEq, prost::Message)]
struct FeedMessage {
    #[prost(message, required, tag = "1")]
    header: FeedHeader,
    #[prost(message, repeated, tag = "2")]
    entity: Vec<FeedEntity>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct FeedHeader {
    #[prost(string, required, tag = "1")]
    gtfs_realtime_version: String,
    #[prost(uint64, optional, tag = "3")]
    timestamp: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct FeedEntity {
    #[prost(string, required, tag = "1")]
    id: String,
    #[prost(message, optional, tag = "3")]
    trip_update: Option<TripUpdate>,
    #[prost(message, optional, tag = "5")]
    alert: Option<Alert>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TripUpdate {
    #[prost(message, required, tag = "1")]
    trip: TripDescriptor,
    #[prost(int32, optional, tag = "5")]
    delay: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TripDescriptor {
    #[prost(string, optional, tag = "1")]
    trip_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    start_time: Option<String>,
    #[prost(string, optional, tag = "5")]
    route_id: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Alert {
    #[prost(message, repeated, tag = "5")]
    informed_entity: Vec<EntitySelector>,
    #[prost(int32, optional, tag = "7")]
    effect: Option<i32>,
    #[prost(message, optional, tag = "10")]
    header_text: Option<TranslatedString>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct EntitySelector {
    #[prost(string, optional, tag = "2")]
    route_id: Option<String>,
    #[prost(string, optional, tag = "5")]
    stop_id: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TranslatedString {
    #[prost(message, repeated, tag = "1")]
    translation: Vec<Translation>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Translation {
    #[prost(string, required, tag = "1")]
    text: String,
    #[prost(string, optional, tag = "2")]
    language: Option<String>,
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A trip of line 12, so many minutes late.
fn trip(id: &str, minutes: i32) -> FeedEntity {
    FeedEntity {
        id: format!("entity-{id}"),
        trip_update: Some(TripUpdate {
            trip: TripDescriptor {
                trip_id: Some(id.to_owned()),
                start_time: Some("07:45:00".to_owned()),
                route_id: Some("12".to_owned()),
            },
            delay: Some(minutes * 60),
        }),
        alert: None,
    }
}

/// `T` so late, among others that are on time.
fn trips(minutes: i32) -> Vec<FeedEntity> {
    let others = (0..5).map(|other| trip(&format!("on-time-{other}"), 0));
    others.chain([trip("T", minutes)]).collect()
}

fn alert(route: &str) -> FeedEntity {
    let selector = |stop: u8| EntitySelector {
        route_id: Some(route.to_owned()),
        stop_id: Some(format!("S-{stop}")),
    };
    let text = |text: &str, language: &str| Translation {
        text: text.to_owned(),
        language: Some(language.to_owned()),
    };
    FeedEntity {
        id: "A-7".to_owned(),
        trip_update: None,
        alert: Some(Alert {
            informed_entity: (0..20).map(selector).collect(),
            effect: Some(4),
            header_text: Some(TranslatedString {
                translation: vec![text("Diversion", "en"), text("Deviazione in centro", "it")],
            }),
        }),
    }
}

fn publish_as_of(feed: &Feed, made_at: u64, entity: Vec<FeedEntity>) {
    let message = FeedMessage {
        header: FeedHeader {
            gtfs_realtime_version: "2.0".to_owned(),
            timestamp: Some(made_at),
        },
        entity,
    };
    let kind = [("content-type", "application/x-protobuf")];
    feed.answer(200, &kind, message.encode_to_vec());
}

fn publish(feed: &Feed, entity: Vec<FeedEntity>) {
    publish_as_of(feed, now(), entity);
}

/// A node that watches the feed, whose first look was a baseline, with a client of each of two lines.
async fn watching(store: TestStore, feed: &Feed) -> Node {
    let settings = format!(
        "[source.bus-lines]\nkind = \"gtfs-rt\"\nurl = \"{}/trips.pb\"\nevery = \"100ms\"\n",
        feed.url()
    );
    let node = Node::start(store, &settings).await;
    for (number, line) in [(0, "line:12"), (1, "line:14")] {
        let mut home = place(&format!("H-{number}"), "037006");
        home["tags"] = json!([line]);
        let phone = format!("+39000000{:04}", 170 + number);
        node.client(
            &format!("C-{number}"),
            &[&phone],
            json!({ "places": [home] }),
        )
        .await;
    }
    node.eye.until(READ, 1).await;
    node
}

async fn until_doubted(node: &Node, words: &str) {
    until(async || {
        let source: Value = node.get("/v1/sources").await.body["items"][0].clone();
        let doubt = source["doubt"].to_string();
        doubt.contains(words).then_some(()).ok_or(doubt)
    })
    .await;
}

async fn until_delivered(node: &Node, client: &str, least: usize) {
    until(async || {
        let states = node.states(client).await;
        let delivered = states.iter().filter(|(state, _)| state == "delivered");
        let enough = delivered.count() >= least;
        enough.then_some(()).ok_or_else(|| format!("{states:?}"))
    })
    .await;
}

async fn a_delay_that_crosses_rises_and_calms_is_told_to_those_who_use_the_line(store: TestStore) {
    let feed = Feed::start().await;
    publish(&feed, trips(9));
    let node = watching(store, &feed).await;
    publish(&feed, trips(12));
    node.until_states("C-0", &["delivered"]).await;
    let said = node.texts("+390000000170").concat();
    assert!(
        said.contains("linea 12") && said.contains("ritardo"),
        "{said}"
    );
    let incident = node.get("/v1/incidents/delay:12:T").await.body;
    assert_eq!(incident["kind"], "delay", "{incident}");

    // Within a step nothing is told; with the next one it is.
    publish(&feed, trips(19));
    let asked = feed.requests().len();
    until(async || {
        let more = feed.requests().len() > asked + 2;
        more.then_some(())
            .ok_or_else(|| "no further look".to_owned())
    })
    .await;
    assert_eq!(node.eye.number(UPDATED).await, 0);
    publish(&feed, trips(22));
    node.eye.until(UPDATED, 1).await;
    publish(&feed, trips(6));
    publish(&feed, trips(4));
    node.eye.until(RESOLVED, 1).await;
    node.planned().await;
    until_delivered(&node, "C-0", 2).await;
    assert!(node.states("C-1").await.is_empty());
    assert_eq!(node.eye.number(OPENED).await, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn an_alert_is_told_once_for_all_its_stops_and_ends_when_it_is_gone(store: TestStore) {
    let feed = Feed::start().await;
    publish(&feed, Vec::new());
    let node = watching(store, &feed).await;
    publish(&feed, vec![alert("14")]);
    node.until_states("C-1", &["delivered"]).await;
    let incident = node.get("/v1/incidents/alert:A-7").await.body;
    assert_eq!(incident["kind"], "notice", "{incident}");
    assert_eq!(incident["cause"], "Deviazione in centro", "{incident}");
    // One of a few may be the last: it is believed when the feed insists.
    publish(&feed, Vec::new());
    node.eye.until(RESOLVED, 1).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    assert!(node.states("C-0").await.is_empty());
    assert_eq!(node.eye.number(OPENED).await, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_feed_that_is_empty_or_stands_still_ends_nothing(store: TestStore) {
    let feed = Feed::start().await;
    publish(&feed, trips(0));
    let node = watching(store, &feed).await;
    publish(&feed, trips(15));
    node.until_states("C-0", &["delivered"]).await;

    publish(&feed, Vec::new());
    until_doubted(&node, "it shows 0 trips, where it showed 6").await;
    feed.answer(200, &[], "");
    let failing = async || {
        let source = node.get("/v1/sources").await.body["items"][0].clone();
        let fault = source["fault"].to_string();
        let said = fault.contains("it has no header");
        said.then_some(()).ok_or(fault)
    };
    until(failing).await;
    publish_as_of(&feed, now() - 3_600, Vec::new());
    until_doubted(&node, "it is out of date").await;
    publish(&feed, trips(15));
    until_doubted(&node, "null").await;
    node.planned().await;
    assert_eq!(node.eye.number(RESOLVED).await, 0);
    assert_eq!(node.states("C-0").await.len(), 1);
    node.sums_close().await;
    node.stop().await;
}
