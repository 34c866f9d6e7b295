//! A street under a district: whoever knows of the wider incident is not told of the narrower one,
//! until it outlasts the wider one. The real clock sees when that is so.

use std::sync::Arc;

use araldo::domain::calendar::WorkingDays;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::{Clock, NodeId};
use araldo::runtime::Wake;
use araldo::source::{ClockSettings, ClockSource, IncidentTimes, RunnerParts};
use araldo::store::cluster::nodes::NewNode;
use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value, json};

use super::{Life, NEXT_TOWN, TOWN};
use crate::support::TestStore;
use crate::support::town::overlay;

on_both_databases!(
    whoever_knows_of_the_district_is_not_told_of_the_street,
    those_of_the_street_are_told_once_when_the_district_is_over_first,
    another_service_or_a_wider_area_hides_nothing,
    whoever_was_not_really_told_of_the_district_is_told_of_the_street,
    a_part_that_is_named_is_a_part_wherever_it_lies,
    an_end_that_was_hidden_is_told_when_the_wider_one_was_an_error,
    a_message_that_failed_hides_nothing_for_long,
    a_district_of_which_nothing_is_heard_any_more_hides_nothing,
    a_street_that_leaves_the_district_is_told,
);

/// Each message that was kept from its client because of a wider incident, as `EVENT CLIENT`.
const KEPT: &str = "SELECT e.event_id || ' ' || c.ref FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    JOIN client c ON c.id = m.client_id \
    WHERE m.state = 'suppressed' AND m.reason = 'wider_incident' ORDER BY 1";
/// The events by which the narrower incident is told later, the oldest first.
const UNCOVERED: &str = "SELECT event_id FROM event WHERE type = 'incident.uncovered' ORDER BY id";
/// The message of B about the district goes wrong.
const B_FAILS: &str = "UPDATE message SET state = 'failed', reason = 'tries_used_up' WHERE id IN ( \
    SELECT m.id FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN client c ON c.id = m.client_id WHERE c.ref = 'B' AND p.subject = 'incident:W')";

/// A town where life goes on, and the clock of its node.
struct Watched {
    life: Life,
    clock: ClockSource,
}

impl Watched {
    async fn on(store: TestStore) -> Self {
        let life = Life::on(store).await;
        let node = NodeId::new(1);
        let mut tx = life.store.write().await.unwrap();
        let new = NewNode {
            id: node,
            slot: 1,
            name: "node-1".to_owned(),
            roles: "source".to_owned(),
        };
        tx.nodes().register(&new).await.unwrap();
        tx.commit().await.unwrap();
        let parts = RunnerParts {
            store: (*life.store).clone(),
            clock: Arc::clone(&life.clock) as Arc<dyn Clock>,
            ids: Arc::clone(&life.web.ids),
            wake: Arc::new(Wake::default()),
            node,
        };
        let clock = ClockSource::new(settings(), Arc::new(CaseKinds::shipped()), parts);
        Self { life, clock }
    }

    async fn says(&self, incident: &str, id: &str, step: &str, data: Value) {
        let kind = format!("incident.{step}");
        self.life.say_of(incident, id, &kind, data).await;
    }

    /// An outage of both towns, of which all are told.
    async fn district(&self) {
        let data = outage(&[TOWN, NEXT_TOWN], &json!({}));
        self.says("W", "w1", "opened", data).await;
        let everybody = ["A queued", "B queued", "C queued", "D suppressed"];
        assert_eq!(self.life.told("w1").await, everybody);
    }

    /// An outage of the one town.
    async fn street(&self, id: &str) {
        let data = outage(&[TOWN], &json!({}));
        self.says("N", id, "opened", data).await;
    }

    /// From whom this event was kept.
    async fn kept(&self, id: &str) -> Vec<String> {
        self.life.of(KEPT, id).await
    }

    /// The clock looks, and what it says is planned; what was told of the narrower one so far.
    async fn looks(&mut self) -> Vec<String> {
        self.clock.turn().await.unwrap();
        self.life.planner.drain().await.unwrap();
        self.life.eye.texts(UNCOVERED).await
    }
}

fn outage(towns: &[&str], more: &Value) -> Value {
    let mut data = json!({ "kind": "outage", "service": "electricity",
        "area": { "municipalities": towns } });
    overlay(&mut data, more);
    data
}

fn settings() -> ClockSettings {
    ClockSettings {
        zone: chrono_tz::Europe::Rome,
        working_days: WorkingDays::default(),
        stalled_times: 3,
        silent_after_days: 10,
        body_report_at: 5,
        chase_after_days: 2,
        bodies: std::collections::BTreeMap::new(),
        body_names: std::collections::BTreeMap::new(),
        compensation: Vec::new(),
        survey: None,
        incidents: IncidentTimes {
            overdue_grace: TimeDelta::minutes(30),
            confirm_after: TimeDelta::minutes(30),
            announce_days: 3,
            remind_at: NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
            material: TimeDelta::minutes(30),
            approval_above: None,
        },
    }
}

async fn whoever_knows_of_the_district_is_not_told_of_the_street(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    town.street("n1").await;
    assert_eq!(town.kept("n1").await, ["A", "B", "D"]);
    assert_eq!(town.life.told("n1").await.len(), 3, "and nothing else");
    let note = json!({ "note": "Una squadra è sul posto." });
    town.says("N", "n2", "updated", note).await;
    assert_eq!(town.kept("n2").await, ["A", "B", "D"], "not told twice");
    assert!(town.looks().await.is_empty());
    town.says("N", "n3", "resolved", json!({})).await;
    assert!(town.life.told("n3").await.is_empty());
    assert_eq!(
        town.life.why("n3").await,
        "nobody in its area had been told of it"
    );
    town.says("W", "w2", "resolved", json!({})).await;
    let everybody = ["A queued", "B queued", "C queued", "D suppressed"];
    assert_eq!(town.life.told("w2").await, everybody);
    assert!(town.looks().await.is_empty(), "all is over");
}

async fn those_of_the_street_are_told_once_when_the_district_is_over_first(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    town.street("n1").await;
    town.life.client("E", "+390000000405", TOWN).await;
    assert!(town.looks().await.is_empty());
    town.says("W", "w2", "resolved", json!({})).await;
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(town.life.told(&said[0]).await, told, "E was told nothing");
    assert!(town.kept(&said[0]).await.is_empty(), "D shares A's message");
    let templates: Vec<_> = town.life.templates(&said[0]).await.into_iter().collect();
    assert_eq!(templates, ["incident-started"]);
    town.life.clock.advance(TimeDelta::minutes(10));
    assert_eq!(town.looks().await, said, "once");
    town.says("N", "n2", "resolved", json!({})).await;
    assert_eq!(town.life.told("n2").await, told);
}

async fn another_service_or_a_wider_area_hides_nothing(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    let water = outage(&[TOWN], &json!({ "service": "water" }));
    town.says("N", "n1", "opened", water).await;
    assert_eq!(town.life.told("n1").await[0], "A queued");
    let same = outage(&[NEXT_TOWN, TOWN], &json!({}));
    town.says("V", "v1", "opened", same).await;
    assert_eq!(town.life.told("v1").await[0], "A queued");
    let graver = outage(&[TOWN], &json!({ "severity": "extreme" }));
    town.says("G", "g1", "opened", graver).await;
    assert_eq!(town.life.told("g1").await[0], "A queued");
    assert!(town.looks().await.is_empty());
}

async fn whoever_was_not_really_told_of_the_district_is_told_of_the_street(store: TestStore) {
    let town = Watched::on(store).await;
    town.district().await;
    town.life.client("E", "+390000000405", TOWN).await;
    town.life.eye.execute(B_FAILS).await;
    town.street("n1").await;
    let told = town.life.told("n1").await;
    assert_eq!(
        told,
        ["A suppressed", "B queued", "D suppressed", "E queued"]
    );
    assert_eq!(town.kept("n1").await, ["A", "D"]);
    town.says("N", "n2", "resolved", json!({})).await;
    assert_eq!(town.life.told("n2").await, ["B queued", "E queued"]);
}

async fn a_part_that_is_named_is_a_part_wherever_it_lies(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    let mut own = outage(&[], &json!({}));
    own["area"] = json!({ "places": ["POD-A"] });
    town.says("M", "m1", "opened", own.clone()).await;
    assert_eq!(town.life.told("m1").await, ["A queued"]);
    own["parent"] = json!("W");
    town.says("N", "n1", "opened", own).await;
    assert_eq!(town.kept("n1").await, ["A"]);
    town.says("W", "w2", "cancelled", json!({})).await;
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    assert_eq!(town.life.told(&said[0]).await, ["A queued"]);
}

async fn an_end_that_was_hidden_is_told_when_the_wider_one_was_an_error(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.street("n1").await;
    assert_eq!(town.life.told("n1").await[0], "A queued");
    town.district().await;
    // "It is back" would be wrong: the district is still without.
    town.says("N", "n2", "resolved", json!({})).await;
    assert_eq!(town.kept("n2").await, ["A", "B", "D"]);
    assert!(town.looks().await.is_empty());
    town.says("W", "w2", "cancelled", json!({})).await;
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(town.life.told(&said[0]).await, told);
    let templates: Vec<_> = town.life.templates(&said[0]).await.into_iter().collect();
    assert_eq!(templates, ["incident-restored"]);
}

async fn a_message_that_failed_hides_nothing_for_long(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    town.street("n1").await;
    assert!(town.looks().await.is_empty());
    town.life.eye.execute(B_FAILS).await;
    assert!(town.looks().await.is_empty(), "it has just looked");
    town.life.clock.advance(TimeDelta::minutes(5));
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    assert_eq!(town.life.told(&said[0]).await, ["B queued"]);
    town.says("W", "w2", "resolved", json!({})).await;
    let said = town.looks().await;
    assert_eq!(said.len(), 2);
    let rest = ["A queued", "D suppressed"];
    assert_eq!(town.life.told(&said[1]).await, rest, "B was told before");
}

async fn a_district_of_which_nothing_is_heard_any_more_hides_nothing(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    town.life.clock.advance(TimeDelta::hours(20));
    town.street("n1").await;
    assert_eq!(town.kept("n1").await, ["A", "B", "D"]);
    town.life.clock.advance(TimeDelta::hours(5));
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    assert_eq!(town.life.told(&said[0]).await[0], "A queued");
    let again = outage(&[TOWN], &json!({}));
    town.says("M", "m1", "opened", again).await;
    assert_eq!(town.life.told("m1").await[0], "A queued");
}

async fn a_street_that_leaves_the_district_is_told(store: TestStore) {
    let mut town = Watched::on(store).await;
    town.district().await;
    town.street("n1").await;
    assert!(town.looks().await.is_empty());
    let elsewhere = json!({ "area": { "municipalities": [NEXT_TOWN] } });
    town.says("W", "w2", "updated", elsewhere).await;
    let said = town.looks().await;
    assert_eq!(said.len(), 1);
    assert_eq!(
        town.life.told(&said[0]).await,
        ["A queued", "B queued", "D suppressed"]
    );
}
