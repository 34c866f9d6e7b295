//! Public alerts: whoever is in the area of one is told, its updates and its cancellation go on with
//! the same incident, and tests, expired words and a broken link tell nobody anything untrue.

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::promises::place;
use crate::support::TestStore;
use crate::support::feed::Feed;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_chain_of_alerts_is_told_where_it_holds_as_one_incident,
    what_expires_ends_in_silence,
);

const CAP: &[(&str, &str)] = &[("content-type", "application/cap+xml")];
const ATOM: &[(&str, &str)] = &[("content-type", "application/atom+xml")];
const SENDER: &str = "avvisi@pc.example.it";
/// Around Bologna, and the code of another town.
const WHERE: &str = "<area><areaDesc>Pianura bolognese</areaDesc>\
    <polygon>44.4,11.2 44.4,11.5 44.6,11.5 44.6,11.2 44.4,11.2</polygon>\
    <geocode><valueName>ISTAT</valueName><value>37020</value></geocode></area>";
const READ: &str = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled";

/// An alert as its publisher keeps it.
struct Alert {
    identifier: &'static str,
    sent: Timestamp,
    head: String,
    infos: String,
}

impl Alert {
    fn new(identifier: &'static str, ago: TimeDelta) -> Self {
        Self {
            identifier,
            sent: SystemClock.now() - ago,
            head: "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope>".to_owned(),
            infos: String::new(),
        }
    }

    /// Its words, with further elements of `info` before the area.
    fn says(mut self, headline: &str, more: &str) -> Self {
        self.infos = format!(
            "<info><language>en-GB</language><category>Met</category><event>Storm</event>\
             <urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>\
             </info><info><language>it-IT</language><category>Met</category>\
             <event>Temporali</event>{more}<urgency>Expected</urgency><severity>Severe</severity>\
             <certainty>Likely</certainty><headline>{headline}</headline>{WHERE}</info>"
        );
        self
    }

    /// It is an `Update` or a `Cancel` of another one.
    fn follows(mut self, msg_type: &str, other: &Self) -> Self {
        self.head = self.head.replace(
            "<msgType>Alert</msgType><scope>Public</scope>",
            &format!(
                "<msgType>{msg_type}</msgType><scope>Public</scope><references>{SENDER},{},{}\
                 </references>",
                other.identifier, other.sent
            ),
        );
        self
    }

    fn test_only(mut self) -> Self {
        self.head = self.head.replace("Actual", "Test");
        self
    }

    fn text(&self) -> String {
        let Self {
            identifier,
            sent,
            head,
            infos,
        } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\
             <identifier>{identifier}</identifier><sender>{SENDER}</sender><sent>{sent}</sent>\
             {head}{infos}</alert>"
        )
    }

    fn path(&self) -> String {
        format!("/{}.xml", self.identifier)
    }

    fn incident(&self) -> String {
        format!("{SENDER}:{}", self.identifier)
    }
}

/// Lets a feed have an index of these, the newest first, and the alerts themselves.
fn publish(feed: &Feed, alerts: &[&Alert]) {
    for alert in alerts {
        feed.answer_at(&alert.path(), 200, CAP, alert.text());
    }
    list(feed, alerts);
}

fn list(feed: &Feed, alerts: &[&Alert]) {
    let entries = alerts.iter().rev().map(|alert| {
        format!(
            "<entry><id>{0}</id><updated>{1}</updated><link href=\"{2}\"/></entry>",
            alert.identifier,
            alert.sent,
            alert.path()
        )
    });
    let entries: String = entries.collect();
    let index = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{entries}</feed>");
    feed.answer_at("/index", 200, ATOM, index);
}

fn watching(feed: &Feed, path: &str) -> String {
    format!(
        "[source.meteo]\nkind = \"cap\"\nurl = \"{}{path}\"\nevery = \"100ms\"\n",
        feed.url()
    )
}

/// One client in the polygon, one in the municipality, one in neither.
async fn settle(node: &Node) {
    let there = json!([{ "place": "P-IN", "lat": 44.49, "lon": 11.34 }]);
    for (client, number, places) in [
        ("IN", "+390000000180", there),
        ("TOWN", "+390000000181", json!([place("P-TOWN", "037020")])),
        ("OUT", "+390000000182", json!([place("P-OUT", "015146")])),
    ] {
        node.client(client, &[number], json!({ "places": places }))
            .await;
    }
    node.eye.until(READ, 1).await;
}

async fn incident(node: &Node, alert: &Alert) -> Value {
    let answer = node
        .get(&format!("/v1/incidents/{}", alert.incident()))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Waits until what is written down of the source holds these words.
async fn until_noted(node: &Node, words: &str) {
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("meteo").await.unwrap();
        let said = format!("{row:?}");
        said.contains(words).then_some(()).ok_or(said)
    })
    .await;
}

async fn a_chain_of_alerts_is_told_where_it_holds_as_one_incident(store: TestStore) {
    let feed = Feed::start().await;
    let old = Alert::new("OLD", TimeDelta::hours(2)).says("Vento", "");
    publish(&feed, &[&old]);
    let node = Node::start(store, &watching(&feed, "/index")).await;
    settle(&node).await;
    node.planned().await;
    assert_eq!(incident(&node, &old).await["state"], "going_on");

    let first = Alert::new("A-1", TimeDelta::minutes(3)).says("Allerta temporali", "");
    let drill = Alert::new("T-1", TimeDelta::minutes(3))
        .says("Esercitazione", "")
        .test_only();
    publish(&feed, &[&old, &drill, &first]);
    for client in ["IN", "TOWN"] {
        node.until_states(client, &["delivered"]).await;
    }
    let stands = incident(&node, &first).await;
    let note = stands["note"].as_str().unwrap_or_default();
    assert_eq!(note, "Allerta temporali\nPianura bolognese");
    until_noted(&node, "passed_over\\\":1").await;

    let second = Alert::new("A-2", TimeDelta::minutes(2))
        .says("Allerta prolungata", "")
        .follows("Update", &first);
    publish(&feed, &[&old, &drill, &first, &second]);
    // It waits, as its rule wants (`coalesce`), and is overtaken.
    for client in ["IN", "TOWN"] {
        node.until_states(client, &["delivered", "queued"]).await;
    }
    let stands = incident(&node, &first).await;
    let note = stands["note"].as_str().unwrap_or_default();
    assert!(note.starts_with("Allerta prolungata"), "{stands}");

    let cancel = Alert::new("A-3", TimeDelta::minutes(1)).follows("Cancel", &second);
    publish(&feed, &[&cancel]);
    for client in ["IN", "TOWN"] {
        node.until_states(client, &["delivered", "superseded", "delivered"])
            .await;
    }
    let said = node.texts("+390000000180");
    assert!(said.last().unwrap().contains("annullato"), "{said:?}");
    assert_eq!(incident(&node, &first).await["state"], "cancelled");
    assert!(node.states("OUT").await.is_empty());
    let subjects = node
        .eye
        .texts("SELECT DISTINCT subject FROM event WHERE NOT quiet")
        .await;
    assert_eq!(subjects, [first.incident()]);
    node.sums_close().await;
    node.stop().await;
}

async fn what_expires_ends_in_silence(store: TestStore) {
    let feed = Feed::start().await;
    publish(&feed, &[]);
    let node = Node::start(store, &watching(&feed, "/index")).await;
    settle(&node).await;
    let first = Alert::new("E-1", TimeDelta::hours(3)).says("Allerta neve", "");
    publish(&feed, &[&first]);
    node.until_states("IN", &["delivered"]).await;

    let expires = SystemClock.now() - TimeDelta::hours(1);
    let shorter = Alert::new("E-2", TimeDelta::hours(2))
        .says("Fino alle", &format!("<expires>{expires}</expires>"))
        .follows("Update", &first);
    // Nobody is told of what had expired before it was read.
    let past = Alert::new("E-3", TimeDelta::hours(2))
        .says("Passata", &format!("<expires>{expires}</expires>"));
    publish(&feed, &[&first, &shorter, &past]);
    until(async || {
        let stands = incident(&node, &first).await;
        let over = stands["state"] == "resolved";
        over.then_some(()).ok_or_else(|| stands.to_string())
    })
    .await;
    until_noted(&node, "E-3").await;
    node.planned().await;
    let answer = node
        .get(&format!("/v1/incidents/{}", past.incident()))
        .await;
    assert_eq!(answer.status, 404);
    node.until_states("IN", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_link_keeps_no_other_from_being_told() {
    let feed = Feed::start().await;
    publish(&feed, &[]);
    let store = crate::support::sqlite().await;
    let node = Node::start(store, &watching(&feed, "/index")).await;
    settle(&node).await;
    let broken = Alert::new("B-1", TimeDelta::minutes(3)).says("Frana", "");
    let garbage = Alert::new("B-2", TimeDelta::minutes(2)).says("Piena", "");
    let good = Alert::new("B-3", TimeDelta::minutes(1)).says("Neve", "");
    feed.answer_at(&broken.path(), 500, &[], "");
    feed.answer_at(
        &garbage.path(),
        200,
        &[],
        "<!DOCTYPE html><html>manutenzione</html>",
    );
    feed.answer_at(&good.path(), 200, CAP, good.text());
    list(&feed, &[&broken, &garbage, &good]);
    node.until_states("IN", &["delivered"]).await;
    until_noted(&node, "alerts that could not be read: 2").await;
    // A path may hold a token: neither the doubt nor the cursor has one.
    let mut tx = node.running.store.read().await.unwrap();
    let row = tx.sources().get("meteo").await.unwrap().unwrap();
    drop(tx);
    let doubt = row.doubt.clone().unwrap_or_default();
    assert!(doubt.contains("; entry 3 of the index: "), "{doubt}");
    assert!(!format!("{row:?}").contains(".xml"), "{row:?}");

    // What is mended over there is told then.
    feed.answer_at(&broken.path(), 200, CAP, broken.text());
    feed.answer_at(&garbage.path(), 200, CAP, garbage.text());
    node.until_states("IN", &["delivered"; 3]).await;
    let incidents = [&broken, &garbage, &good];
    for alert in incidents {
        assert_eq!(incident(&node, alert).await["state"], "going_on");
    }
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("meteo").await.unwrap().unwrap();
        row.doubt.is_none().then_some(()).ok_or(format!("{row:?}"))
    })
    .await;

    // An index that cannot be read, or lists nothing, ends nothing.
    feed.answer_at("/index", 500, &[], "");
    until_noted(&node, "answers 500").await;
    feed.answer_at("/index", 200, ATOM, "<html>");
    until_noted(&node, "a page of HTML").await;
    publish(&feed, &[]);
    let elsewhere =
        "<rss><channel><item><link>http://elsewhere.example/1.xml</link></item></channel></rss>";
    feed.answer_at("/index", 200, ATOM, elsewhere);
    until_noted(&node, "which is not in `hosts`").await;
    for alert in incidents {
        assert_eq!(incident(&node, alert).await["state"], "going_on");
    }
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_alert_at_an_address_is_read_in_its_own_letters_and_only_when_it_is_new() {
    let feed = Feed::start().await;
    let latin = |alert: &Alert| -> Vec<u8> {
        let text = alert.text().replace("UTF-8", "ISO-8859-1");
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    };
    let old = Alert::new("L-1", TimeDelta::hours(1)).says("Neve a Forlì", "");
    feed.answer_at("/alert", 200, &[("etag", "\"1\"")], latin(&old));
    let store = crate::support::sqlite().await;
    let node = Node::start(store, &watching(&feed, "/alert")).await;
    settle(&node).await;
    node.planned().await;
    let note = incident(&node, &old).await["note"].to_string();
    assert!(note.contains("Neve a Forlì"), "{note}");
    until(async || {
        let asked = feed.requests();
        let known = asked
            .iter()
            .filter(|it| it.headers.contains_key("if-none-match"));
        let known = known.count();
        (known > 1)
            .then_some(())
            .ok_or(format!("{known} of {}", asked.len()))
    })
    .await;
    let new = Alert::new("L-2", TimeDelta::seconds(1)).says("Fango a Forlì", "");
    feed.answer_at("/alert", 200, &[("etag", "\"2\"")], latin(&new));
    node.until_states("IN", &["delivered"]).await;
    let nowhere = Alert::new("L-3", TimeDelta::seconds(1)).says("Ovunque", "");
    let nowhere = nowhere.text().replace(WHERE, "");
    feed.answer_at("/alert", 200, &[("etag", "\"3\"")], nowhere);
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let dead = tx.sources().dead("meteo", 10).await.unwrap();
        let named = dead.iter().any(|it| it.reason.contains("names no place"));
        named.then_some(()).ok_or(format!("{dead:?}"))
    })
    .await;
    assert_eq!(node.states("IN").await.len(), 1);
    node.sums_close().await;
    node.stop().await;
}
