//! An update says what is new to its reader, and nobody hears the same sentence twice. What that is differs
//! from client to client: by what each of them surely heard last.

use std::sync::Arc;

use araldo::domain::Clock;
use araldo::domain::clock::FixedClock;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Life, NEXT_TOWN, TOWN};
use crate::promises::place;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::town::overlay;

on_both_databases!(
    each_text_says_what_has_become_known_since_the_last,
    an_end_that_moves_to_and_fro_before_it_is_told_tells_nobody,
    whoever_comes_in_hears_how_it_stands_and_the_others_nothing,
    small_moves_add_up_for_each_client,
    what_is_said_again_on_purpose_is_told_though_nothing_is_new,
    whoever_got_nothing_hears_it_with_the_next_word,
);

const PHONE: &str = "+390000000761";

/// The texts of one client, each without its link.
fn read(node: &Node) -> Vec<String> {
    let texts = node.texts(PHONE).into_iter();
    let bare = texts.map(|text| text.split(" http").next().unwrap_or_default().to_owned());
    bare.collect()
}

async fn each_text_says_what_has_become_known_since_the_last(store: TestStore) {
    let clock = Arc::new(FixedClock::at("2026-11-22T10:30:00+01:00"));
    let node = Node::start_by(store, "", Arc::clone(&clock) as Arc<dyn Clock>).await;
    let home = json!({ "places": [place("IT001E00000761", TOWN)] });
    node.client("C-1", &[PHONE], home).await;
    let both = json!({ "municipalities": [TOWN, NEXT_TOWN] });
    let mut states = Vec::new();
    for (id, step, data) in [
        (
            "1",
            "opened",
            json!({ "kind": "outage", "service": "electricity",
                "area": { "municipalities": [TOWN] },
                "expected_end": "2026-11-22T14:00:00+01:00" }),
        ),
        ("2", "updated", json!({ "cause": "guasto in una cabina" })),
        (
            "3",
            "updated",
            json!({ "area": both, "severity": "severe" }),
        ),
        (
            "4",
            "updated",
            json!({ "expected_end": "2026-11-22T15:00:00+01:00",
                "note": "Una squadra è sul posto." }),
        ),
        (
            "5",
            "updated",
            json!({ "next_update": "2026-11-22T13:00:00+01:00" }),
        ),
        (
            "6",
            "updated",
            json!({ "expected_end": "2026-11-22T16:00:00+01:00",
                "cause": "albero sulla linea" }),
        ),
    ] {
        // Longer than words of one incident are gathered.
        clock.advance(TimeDelta::minutes(10));
        let mut about = json!({ "incident": "G-77" });
        overlay(&mut about, &data);
        let event = json!({ "specversion": "1.0", "id": id, "source": "/oms",
            "type": format!("incident.{step}"), "data": about });
        node.event(&event).await;
        states.push(if id == "3" { "suppressed" } else { "delivered" });
        until(async || {
            // On a busy machine a message may have to be tried again, which takes its time.
            clock.advance(TimeDelta::seconds(1));
            let found = node.states("C-1").await;
            let found: Vec<&str> = found.iter().map(|(state, _)| state.as_str()).collect();
            let differs = || format!("{id}: {found:?}");
            (found == states).then_some(()).ok_or_else(differs)
        })
        .await;
    }
    let about = "Sportello: aggiornamento energia elettrica, IT001E00000761.";
    let rest = "Info 800000000";
    assert_eq!(
        read(&node)[1..],
        [
            format!("{about} Causa: guasto in una cabina. {rest}"),
            format!("{about} Fine prevista 22/11 alle 15:00. Una squadra è sul posto. {rest}"),
            format!("{about} Prossimo aggiornamento 22/11 alle 13:00. {rest}"),
            format!("{about} Fine prevista 22/11 alle 16:00. Causa: albero sulla linea. {rest}"),
        ]
    );
    let why = node.states("C-1").await;
    assert_eq!(why[2].1, "nothing_new");
    node.sums_close().await;
    node.stop().await;
}

fn end(time: &str) -> Value {
    json!({ "expected_end": format!("2026-11-22T{time}:00+01:00") })
}

async fn an_end_that_moves_to_and_fro_before_it_is_told_tells_nobody(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.arrives().await;
    life.say("2", "incident.updated", end("15:00")).await;
    let waits = ["A coalesced", "B coalesced", "D same_address"];
    assert_eq!(life.reasons("2").await, waits);
    life.say("3", "incident.updated", end("14:00")).await;
    let known = ["A nothing_new", "B nothing_new", "D nothing_new"];
    assert_eq!(life.reasons("3").await, known);
    assert_eq!(life.reasons("2").await[0], "A newer", "it is taken back");
    // As it was told to nobody: to them it is news.
    life.say("4", "incident.updated", end("15:00")).await;
    assert_eq!(life.reasons("4").await, waits);
}

async fn whoever_comes_in_hears_how_it_stands_and_the_others_nothing(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.arrives().await;
    let both = json!({ "area": { "municipalities": [TOWN, NEXT_TOWN] } });
    life.say("2", "incident.updated", both).await;
    let told = ["A suppressed", "B suppressed", "C queued", "D suppressed"];
    assert_eq!(life.told("2").await, told);
    assert_eq!(life.reasons("2").await[0], "A nothing_new");
    life.arrives().await;
    let cause = json!({ "cause": "guasto in una cabina" });
    life.say("3", "incident.updated", cause).await;
    let everybody = ["A queued", "B queued", "C queued", "D suppressed"];
    assert_eq!(life.told("3").await, everybody);
    assert_eq!(life.reasons("3").await[3], "D same_address");
}

async fn small_moves_add_up_for_each_client(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.arrives().await;
    let mut grown = json!({ "area": { "municipalities": [TOWN, NEXT_TOWN] } });
    overlay(&mut grown, &end("14:20"));
    life.say("2", "incident.updated", grown).await;
    assert_eq!(life.reasons("2").await[0], "A nothing_new");
    life.arrives().await;
    // C heard 14:20, the others 14:00.
    life.say("3", "incident.updated", end("14:40")).await;
    let told = ["A queued", "B queued", "C suppressed", "D suppressed"];
    assert_eq!(life.told("3").await, told);
    assert_eq!(life.reasons("3").await[2], "C nothing_new");
    life.arrives().await;
    life.say("4", "incident.updated", end("14:45")).await;
    let known = [
        "A nothing_new",
        "B nothing_new",
        "C nothing_new",
        "D nothing_new",
    ];
    assert_eq!(life.reasons("4").await, known, "too little for anybody");
    life.say("5", "incident.updated", end("14:50")).await;
    let told = ["A suppressed", "B suppressed", "C queued", "D suppressed"];
    assert_eq!(life.told("5").await, told);
}

async fn what_is_said_again_on_purpose_is_told_though_nothing_is_new(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.arrives().await;
    life.say("2", "incident.updated", json!({})).await;
    assert!(life.told("2").await.is_empty());
    let again = json!({ "tell_again": true });
    life.say("3", "incident.updated", again).await;
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(life.told("3").await, told);
}

async fn whoever_got_nothing_hears_it_with_the_next_word(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.arrives().await;
    life.eye
        .execute(
            "UPDATE message SET state = 'failed', reason = 'tries_used_up' WHERE client_id IN \
             (SELECT id FROM client WHERE ref = 'B')",
        )
        .await;
    let both = json!({ "area": { "municipalities": [TOWN, NEXT_TOWN] } });
    life.say("2", "incident.updated", both).await;
    let told = ["A suppressed", "B queued", "C queued", "D suppressed"];
    assert_eq!(life.told("2").await, told);
    let now = life.clock.now();
    let mut tx = life.store.read().await.unwrap();
    let kept = tx.incidents().get("G-77").await.unwrap().incident;
    assert_eq!(kept.changed_at, now, "it is kept all the same");
}
