//! Outages that last longer than they may, by the size of the town: operators hear of each class once,
//! whatever crashes, and no client does.

use araldo::domain::event::Event;
use araldo::domain::{Clock as _, Timestamp};
use serde_json::{Value, json};

use super::crash::POINTS;
use super::office::Office;
use crate::support::TestStore;
use crate::support::town::overlay;

on_both_databases!(
    each_class_is_said_once_with_its_towns_and_stays,
    what_was_over_before_anybody_looked_is_a_fact_all_the_same,
    a_clock_that_dies_says_it_once,
    a_town_that_is_left_in_time_is_not_named,
);

const BEGIN: &str = "2026-11-22T06:00:00Z";
const SAID: &str = "SELECT data FROM event WHERE type = 'incident.compensation' ORDER BY id";
const STATES: &str = "SELECT state FROM event WHERE type = 'incident.compensation' ORDER BY id";
const MESSAGES: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN event e ON e.id = p.event_id WHERE e.type = 'incident.compensation'";

/// An office with a client in the small town.
async fn office(store: TestStore, nodes: usize) -> Office {
    let office = Office::open(store, BEGIN, nodes).await;
    let home = json!({ "places": [{ "place": "POD-1", "kind": "pod", "municipality": "037020" }] });
    office.client("C-1", "+390000000731", home).await;
    office
}

/// Something is said of G-77, and planned.
async fn say(office: &Office, id: &str, step: &str, data: Value) {
    let mut about = json!({ "incident": "G-77" });
    overlay(&mut about, &data);
    let event = json!({ "specversion": "1.0", "id": id, "source": "/oms",
        "type": format!("incident.{step}"), "subject": "G-77", "data": about });
    let event = Event::parse(&event, office.now()).unwrap();
    let mut tx = office.store.write().await.unwrap();
    let (now, ids) = (office.clock.now(), &*office.web.ids);
    tx.events().accept([&event], now, ids).await.unwrap();
    tx.commit().await.unwrap();
    office.plan().await;
}

/// An outage in the large town, and at one place of the small one.
async fn opened(office: &Office) {
    let outage = json!({ "kind": "outage", "service": "electricity", "began_at": BEGIN,
        "area": { "municipalities": ["037006"], "places": ["POD-1"] } });
    say(office, "1", "opened", outage).await;
}

/// What was said, each as minutes and municipalities.
async fn said(office: &Office) -> Vec<(i64, Value)> {
    let said = office.eye.texts(SAID).await;
    let read = |text: &String| {
        let data: Value = serde_json::from_str(text).unwrap();
        let minutes = data["after_minutes"].as_i64().unwrap();
        (minutes, data["municipalities"].clone())
    };
    said.iter().map(read).collect()
}

async fn each_class_is_said_once_with_its_towns_and_stays(store: TestStore) {
    let mut office = office(store, 1).await;
    opened(&office).await;
    office.set("2026-11-22T13:59:59Z");
    office.look().await;
    assert!(said(&office).await.is_empty());
    office.set("2026-11-22T14:00:00Z");
    office.look().await;
    office.look().await;
    let large = (480, json!(["037006"]));
    assert_eq!(said(&office).await, std::slice::from_ref(&large));
    let later = json!({ "expected_end": "2026-11-22T23:00:00Z" });
    say(&office, "2", "updated", later).await;
    office.set("2026-11-22T22:00:00Z");
    office.look().await;
    let small = (960, json!(["037020"]));
    assert_eq!(said(&office).await, [large.clone(), small.clone()]);
    office.set("2026-11-22T22:30:00Z");
    say(&office, "3", "resolved", json!({})).await;
    office.look().await;
    assert_eq!(said(&office).await, [large, small]);
    assert_eq!(office.eye.texts(STATES).await, ["unmatched", "unmatched"]);
    assert_eq!(office.eye.number(MESSAGES).await, 0);
    let mut tx = office.store.read().await.unwrap();
    let since = Timestamp::parse(BEGIN).unwrap();
    let shown = tx.incidents().overlong_since(since, 9).await.unwrap();
    let since: Vec<String> = shown.iter().map(|it| it.since.to_string()).collect();
    assert_eq!(
        since,
        ["2026-11-22T22:00:00.000Z", "2026-11-22T14:00:00.000Z"]
    );
    assert_eq!(shown[0].reference, "G-77");
    let (_, reports) = tx.incidents().for_reader("G-77", 9).await.unwrap().unwrap();
    assert_eq!(reports.len(), 3, "clients do not see it");
}

async fn what_was_over_before_anybody_looked_is_a_fact_all_the_same(store: TestStore) {
    let mut office = office(store, 1).await;
    opened(&office).await;
    office.set("2026-11-22T15:00:00Z");
    say(&office, "2", "resolved", json!({})).await;
    office.set("2026-11-23T09:00:00Z");
    office.look().await;
    assert_eq!(said(&office).await, [(480, json!(["037006"]))]);
}

async fn a_clock_that_dies_says_it_once(store: TestStore) {
    let mut office = office(store, 3).await;
    opened(&office).await;
    office.look().await;
    office.set("2026-11-22T14:00:00Z");
    for point in POINTS {
        assert!(office.look_and_die(point).await, "{point}");
        office.set("2026-11-22T14:00:01Z");
    }
    office.look().await;
    assert_eq!(said(&office).await, [(480, json!(["037006"]))]);
}

async fn a_town_that_is_left_in_time_is_not_named(store: TestStore) {
    let mut office = office(store, 1).await;
    opened(&office).await;
    office.set("2026-11-22T13:00:00Z");
    let left = json!({ "area": { "places": ["POD-1"] } });
    say(&office, "2", "updated", left).await;
    office.set("2026-11-22T23:00:00Z");
    office.look().await;
    assert_eq!(said(&office).await, [(960, json!(["037020"]))]);
}
