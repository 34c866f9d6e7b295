//! Feeds over HTTP: what is new, moves and ends there is told once; on a bad day of theirs nobody hears
//! that all is well.

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use chrono::TimeDelta;
use chrono_tz::Europe::Rome;
use serde_json::{Value, json};

use crate::promises::place;
use crate::support::TestStore;
use crate::support::feed::Feed;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::program::araldo;

on_both_databases!(
    an_outage_on_the_map_is_told_moves_and_ends,
    a_list_is_read_on_from_where_it_ended,
    what_is_not_listed_any_more_ends_and_what_flickers_tells_nobody,
);

pub(super) const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const SETTLED: &str = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled";
const DEAD: &str = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
/// The first page of the layer; what is asked behind it is empty.
const LAYER: &str = "/FeatureServer/0/query?f=json&where=1%3D1&outFields=*&returnGeometry=false\
    &orderByFields=objectid1+ASC&resultRecordCount=2000";

/// A row of the map. `end`: hours from now.
fn row(object: i64, incident: i64, town: i64, end: i64) -> Value {
    let told = |time: Timestamp| {
        let there = time.to_utc().with_timezone(&Rome);
        there.format("%d/%m/%Y %H:%M").to_string()
    };
    let now = SystemClock.now();
    json!({
        "objectid1": object, "id_interruzione": incident, "causa_disalimentazione": "Guasto",
        "num_cli_disalim": 20, "comune": town, "descrizione_territoriale": "TOWN",
        "data_interruzione": told(now - TimeDelta::hours(1)),
        "data_prev_ripristino": told(now + TimeDelta::hours(end)),
        "dataultimoaggiornamento": told(now), "latitudine": 44.49, "longitudine": 11.34,
        "note": null,
    })
}

fn layer(rows: &[Value]) -> String {
    let features: Vec<Value> = rows.iter().map(|row| json!({"attributes": row})).collect();
    json!({"features": features, "exceededTransferLimit": false}).to_string()
}

fn on_the_map(feed: &Feed) -> String {
    feed.answer(200, JSON, layer(&[]));
    format!(
        "[source.grid]\nkind = \"arcgis-outages\"\nurl = \"{}/FeatureServer/0\"\nevery = \"100ms\"\n",
        feed.url()
    )
}

/// A client in Bologna and one in another town.
pub(super) async fn clients(node: &Node) {
    for (client, number, town) in [
        ("BO", "+390000000180", "037006"),
        ("CE", "+390000000181", "037020"),
    ] {
        let places = json!([place(&format!("P-{client}"), town)]);
        node.client(client, &[number], json!({ "places": places }))
            .await;
    }
    node.eye.until(SETTLED, 1).await;
}

async fn noted(node: &Node) -> Value {
    node.get("/v1/sources").await.body["items"][0].clone()
}

/// Waits until fault or doubt of the source has these words; none: until it has neither.
async fn until_noted(node: &Node, words: Option<&str>) {
    until(async || {
        let source = noted(node).await;
        let said = format!("{} {}", source["fault"], source["doubt"]);
        let is_so = words.map_or(said == "null null", |words| said.contains(words));
        is_so.then_some(()).ok_or(said)
    })
    .await;
}

/// Waits until so many further requests have been answered.
pub(super) async fn looked(feed: &Feed, more: usize) {
    let before = feed.requests().len();
    until(async || {
        let asked = feed.requests().len();
        (asked >= before + more)
            .then_some(())
            .ok_or_else(|| format!("{asked} requests, {before} before"))
    })
    .await;
}

pub(super) async fn told_types(node: &Node) -> Vec<String> {
    node.eye
        .texts("SELECT type FROM event WHERE NOT quiet ORDER BY id")
        .await
}

async fn an_outage_on_the_map_is_told_moves_and_ends(store: TestStore) {
    let feed = Feed::start().await;
    let old = row(1, 5, 37_006, 2);
    let settings = on_the_map(&feed);
    feed.answer_at(LAYER, 200, JSON, layer(std::slice::from_ref(&old)));
    let node = Node::start(store, &settings).await;
    clients(&node).await;
    node.planned().await;
    assert_eq!(node.get("/v1/incidents/5").await.body["state"], "going_on");
    assert!(node.states("BO").await.is_empty());

    // Two boxes of one interruption, and a row that says nothing.
    let boxes = [row(2, 6, 37_020, 2), row(3, 6, 37_020, 3)];
    let mut nonsense = row(4, 7, 37_020, 2);
    nonsense["comune"] = json!("Cento");
    let rows = [
        old.clone(),
        boxes[0].clone(),
        boxes[1].clone(),
        nonsense.clone(),
    ];
    feed.answer_at(LAYER, 200, JSON, layer(&rows));
    node.until_states("CE", &["delivered"]).await;
    let stands = node.get("/v1/incidents/6").await.body;
    assert_eq!(stands["service"], "electricity", "{stands}");
    assert_eq!(stands["area"]["municipalities"], json!(["037020"]));
    node.eye.until(DEAD, 1).await;

    let rows = [old.clone(), row(2, 6, 37_020, 6), nonsense.clone()];
    feed.answer_at(LAYER, 200, JSON, layer(&rows));
    // It waits, as its rule wants (`coalesce`), and is overtaken.
    node.until_states("CE", &["delivered", "queued"]).await;

    feed.answer_at(LAYER, 200, JSON, layer(&[old, nonsense]));
    node.until_states("CE", &["delivered", "superseded", "delivered"])
        .await;
    assert_eq!(node.get("/v1/incidents/6").await.body["state"], "resolved");
    assert_eq!(
        told_types(&node).await,
        ["incident.opened", "incident.updated", "incident.resolved"]
    );
    assert_eq!(node.eye.number(DEAD).await, 1);
    assert!(node.states("BO").await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_map_ends_nothing_and_says_why() {
    let feed = Feed::start().await;
    // Slow enough that six looks are not over before the first is seen.
    let settings = on_the_map(&feed).replace("100ms", "700ms");
    let rows: Vec<Value> = (1..=8)
        .map(|number| row(number, number, 37_006, 2))
        .collect();
    feed.answer_at(LAYER, 200, JSON, layer(&rows));
    let node = Node::start(crate::support::sqlite().await, &settings).await;
    clients(&node).await;
    let token = r#"{"error": {"code": 499, "message": "Token Required", "details": []}}"#;
    let down = r#"{"error": {"code": 504, "message": "Timed out", "details": []}}"#;
    let exchanged: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            (row["latitudine"], row["longitudine"]) = (json!(11.34), json!(44.49));
            row
        })
        .collect();
    for (status, body, said) in [
        (200, token.to_owned(), "Token Required"),
        (200, down.to_owned(), "Timed out"),
        (503, String::new(), "503"),
        (
            200,
            "<html>Manutenzione</html>".to_owned(),
            "page for people",
        ),
        (200, "{\"objects\": []}".to_owned(), "no `features`"),
        (200, layer(&[]), "nothing, where 8"),
        (200, layer(&rows[..3]), "3, where 8"),
        (200, layer(&exchanged), "exchanged"),
    ] {
        feed.answer_at(LAYER, status, JSON, body);
        until_noted(&node, Some(said)).await;
        feed.answer_at(LAYER, 200, JSON, layer(&rows));
        until_noted(&node, None).await;
    }
    looked(&feed, 6).await;
    assert!(told_types(&node).await.is_empty());
    for number in 1..=8 {
        let incident = node.get(&format!("/v1/incidents/{number}")).await.body;
        assert_eq!(incident["state"], "going_on", "{incident}");
    }
    node.stop().await;
}

/// Cases as an API lists them: number and change.
fn cases(numbers: &[(u32, u32)], next: Option<&str>) -> String {
    let results = numbers.iter().map(|(number, changed)| {
        json!({"ref": format!("PR-{number}"), "customer": {"code": "BO"}, "changed": changed,
            "status": "open"})
    });
    let results: Vec<Value> = results.collect();
    json!({"data": {"results": results}, "next": next}).to_string()
}

fn by_list(feed: &Feed, token: &std::path::Path) -> String {
    format!(
        r#"
[source.tickets]
kind = "http-feed"
url = "{}/cases?since={{{{ cursor }}}}"
headers = {{ Authorization = {{ file = "{}" }} }}
every = "100ms"
items = "data.results"
next = "next"
cursor = "changed"

[source.tickets.case]
case = "ref"
client = "{{{{ record.customer.code }}}}"
kind = "{{{{ 'voltura' }}}}"
state = "status"
version = "changed"
[source.tickets.states]
"open" = "received"
"#,
        feed.url(),
        token.display()
    )
}

async fn a_list_is_read_on_from_where_it_ended(store: TestStore) {
    let feed = Feed::start().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "Bearer c4nary\n").unwrap();
    feed.answer(200, JSON, cases(&[], None));
    let second = "/cases?since=&page=2";
    feed.answer_at(
        "/cases?since=",
        200,
        JSON,
        cases(&[(1, 7), (2, 9)], Some(second)),
    );
    feed.answer_at(second, 200, JSON, cases(&[(3, 8)], None));
    let node = Node::start(store, &by_list(&feed, &token)).await;
    clients(&node).await;
    node.planned().await;
    assert_eq!(node.get("/v1/cases/PR-3").await.body["state"], "received");
    assert!(node.states("BO").await.is_empty());
    let asked = feed.requests();
    assert_eq!(asked[1].target, second);
    assert!(
        asked
            .iter()
            .all(|it| it.headers["authorization"] == "Bearer c4nary")
    );
    let agent = asked[0].headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("Araldo/"), "{agent}");

    // What is at the cursor comes once more and is known.
    feed.answer_at("/cases?since=9", 200, JSON, cases(&[(2, 9), (4, 11)], None));
    node.until_states("BO", &["delivered"]).await;
    looked(&feed, 2).await;
    assert_eq!(feed.requests().last().unwrap().target, "/cases?since=11");
    assert_eq!(told_types(&node).await, ["case.opened"]);
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_says_nothing_to_the_terminal_of_whoever_tries_it() {
    let feed = Feed::start().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "Bearer c4nary").unwrap();
    let settings = by_list(&feed, &token).replace("items =", "key = \"ref\"\nitems =");
    std::fs::write(folder.path().join("araldo.toml"), settings).unwrap();
    let evil = cases(&[(1, 7)], None).replace("PR-1", "PR-1\\u001b]0;x\\u0007\\u009b2J");
    feed.answer(200, JSON, evil);
    let run = |arguments: &[&str]| {
        let settings = ["--config", "araldo.toml"];
        araldo(folder.path(), &[arguments, settings.as_slice()].concat())
    };
    assert!(run(&["migrate"]).0);
    let (_, said) = run(&["source", "try", "tickets"]);
    assert!(
        said.contains("\nPR-1\\u{1b}]0;x\\u{7}\\u{9b}2J\n"),
        "{said:?}"
    );
    let speaks = said.chars().any(|c| c.is_control() && c != '\n');
    assert!(!speaks, "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_fails_leaves_nothing_half_taken() {
    let feed = Feed::start().await;
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "Bearer c4nary").unwrap();
    feed.answer(200, JSON, cases(&[], None));
    let node = Node::start(crate::support::sqlite().await, &by_list(&feed, &token)).await;
    clients(&node).await;
    let second = "/cases?since=&page=2";
    for (status, body, said) in [
        (500, String::new(), "it answers 500"),
        (200, "<html>".to_owned(), "page or XML"),
        (200, cases(&[(2, 8)], Some("/cases?since=")), "circle"),
        (
            200,
            cases(&[(2, 8)], Some("http://other.example/x")),
            "other.example",
        ),
        (200, "{\"data\": {}}".to_owned(), "no `data.results`"),
        (302, String::new(), "302"),
        (401, String::new(), "401"),
    ] {
        let first = cases(&[(1, 7)], Some(second));
        feed.answer_at(second, status, JSON, body);
        feed.answer_at("/cases?since=", 200, JSON, first);
        until_noted(&node, Some(said)).await;
        let source = noted(&node).await["fault"].to_string();
        assert!(
            !["c4nary", "since=", "/cases"]
                .iter()
                .any(|it| source.contains(it)),
            "{source}"
        );
        // A good look between, so that the pause does not grow.
        feed.answer_at("/cases?since=", 200, JSON, cases(&[], None));
        until_noted(&node, None).await;
    }
    assert!(told_types(&node).await.is_empty());

    // An item that is none waits for a person, and the others go on.
    let mut mixed: Value = serde_json::from_str(&cases(&[(2, 8)], None)).unwrap();
    mixed["data"]["results"]
        .as_array_mut()
        .unwrap()
        .push(json!("PR-9"));
    feed.answer_at(second, 200, JSON, mixed.to_string());
    feed.answer_at("/cases?since=", 200, JSON, cases(&[(1, 7)], Some(second)));
    node.until_states("BO", &["delivered", "delivered"]).await;
    node.eye.until(DEAD, 1).await;
    until_noted(&node, None).await;
    node.sums_close().await;
    node.stop().await;
}

/// What is closed now.
fn works(numbers: impl IntoIterator<Item = u32>) -> String {
    let works = numbers
        .into_iter()
        .map(|number| json!({"id": number, "town": "037006"}));
    Value::Array(works.collect()).to_string()
}

pub(super) fn by_works(feed: &Feed) -> String {
    format!(
        r#"
[source.works]
kind = "http-feed"
url = "{}/works?token=c4nary"
every = "100ms"
complete = true
key = "id"

[source.works.incident]
incident = "{{{{ 'W-' ~ record.id }}}}"
kind = "{{{{ 'closure' }}}}"
ended = "ended"
[source.works.incident.area]
municipalities = "town"
"#,
        feed.url()
    )
}

async fn what_is_not_listed_any_more_ends_and_what_flickers_tells_nobody(store: TestStore) {
    let feed = Feed::start().await;
    feed.answer(200, JSON, works(1..=5));
    let node = Node::start(store, &by_works(&feed)).await;
    clients(&node).await;
    feed.answer(200, JSON, works(1..=6));
    node.until_states("BO", &["delivered"]).await;

    // Absent in one look.
    feed.answer_next(200, JSON, works(1..=5));
    looked(&feed, 4).await;
    // Absent in one look, then their server fails, then it is there again.
    feed.answer_next(200, JSON, works(1..=5));
    feed.answer_next(502, JSON, "");
    looked(&feed, 5).await;
    node.planned().await;
    assert_eq!(told_types(&node).await, ["incident.opened"]);

    feed.answer(200, JSON, "[]");
    until_noted(&node, Some("nothing, where 6")).await;
    looked(&feed, 9).await;
    assert_eq!(told_types(&node).await, ["incident.opened"]);

    feed.answer(200, JSON, works(1..=5));
    node.until_states("BO", &["delivered", "delivered"]).await;
    until_noted(&node, None).await;
    assert_eq!(
        told_types(&node).await,
        ["incident.opened", "incident.resolved"]
    );
    // It comes back, as it was: that is news.
    feed.answer(200, JSON, works(1..=6));
    node.until_states("BO", &["delivered", "delivered", "delivered"])
        .await;
    assert_eq!(
        node.get("/v1/incidents/W-6").await.body["state"],
        "going_on"
    );
    let source = noted(&node).await.to_string();
    assert!(!source.contains("c4nary"), "{source}");
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_not_changed_is_not_sent_again_and_an_end_is_not_missed() {
    let feed = Feed::start().await;
    feed.answer(200, &[("etag", "\"one\"")], works(1..=4));
    let node = Node::start(crate::support::sqlite().await, &by_works(&feed)).await;
    clients(&node).await;
    let shown = |feed: &Feed| {
        let asked = feed.requests();
        let last = asked.last().unwrap().headers.get("if-none-match");
        last.map(|value| value.to_str().unwrap().to_owned())
    };
    until(async || match shown(&feed) {
        Some(etag) if etag == "\"one\"" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    looked(&feed, 3).await;
    // One is gone, and from then on nothing changes: it has ended all the same.
    feed.answer(200, &[("etag", "\"two\"")], works(1..=3));
    until(async || {
        let state = node.get("/v1/incidents/W-4").await.body["state"].clone();
        (state == "resolved")
            .then_some(())
            .ok_or_else(|| state.to_string())
    })
    .await;
    until(async || match shown(&feed) {
        Some(etag) if etag == "\"two\"" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_or_never_comes_is_no_answer() {
    let feed = Feed::start().await;
    feed.answer(200, JSON, works(1..=4));
    let settings =
        by_works(&feed).replace("complete = true", "complete = true\ntimeout = \"300ms\"");
    let node = Node::start(crate::support::sqlite().await, &settings).await;
    clients(&node).await;
    feed.break_off(works(1..=1));
    until_noted(&node, Some("connection broke")).await;
    feed.fall_silent();
    until_noted(&node, Some("within `timeout`")).await;
    feed.answer(200, JSON, works(1..=4));
    until_noted(&node, None).await;
    assert!(told_types(&node).await.is_empty());
    node.stop().await;
}
