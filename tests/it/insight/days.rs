//! When people read, how long messages take and what providers deliver: counted by the upkeep, and a
//! second time from `GET /v1/messages/{id}`.

use std::collections::BTreeMap;

use araldo::domain::Timestamp;
use araldo::domain::delay::{step_of, within};
use araldo::runtime::Lifecycle;
use araldo::upkeep::count_insight;
use serde_json::{Value, json};

use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(what_is_counted_is_what_the_messages_say);

const READ: &str = "SELECT CAST(coalesce(sum(read), 0) AS BIGINT) FROM rollup";

/// A time of a message's JSON.
fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| Timestamp::parse(text).unwrap())
}

/// What one message says of itself: when it was accepted, delivered, and first read by a person.
struct Told {
    provider: String,
    accepted: Option<Timestamp>,
    delivered: Option<Timestamp>,
    read: Option<Timestamp>,
}

fn told(message: &Value) -> Told {
    let list = |name: &str| message[name].as_array().unwrap().clone();
    let receipts = list("receipts").into_iter();
    let delivered = receipts.filter(|receipt| receipt["kind"] == "delivered");
    let acts = list("engagement").into_iter();
    let person = |act: &Value| {
        let kind = act["kind"].as_str().unwrap();
        let seen = ["opened", "clicked", "viewed"].contains(&kind) && act["verdict"] == "human";
        seen || ["replied", "confirmed"].contains(&kind)
    };
    let measured = message["tracking"]["reading"] == true;
    Told {
        provider: list("attempts").last().unwrap()["provider"]
            .as_str()
            .unwrap()
            .to_owned(),
        accepted: time(&message["accepted_at"]),
        delivered: delivered.filter_map(|it| time(&it["received_at"])).min(),
        read: acts
            .filter(|act| measured && person(act))
            .filter_map(|it| time(&it["at"]))
            .min(),
    }
}

async fn what_is_counted_is_what_the_messages_say(store: TestStore) {
    let node = Node::start(store, "").await;
    for number in 0..6 {
        let client = format!("C-{number}");
        let more = json!({ "tracking_consent": if number == 5 { "denied" } else { "granted" } });
        let address = format!("+3900000{number}90");
        node.client(&client, &[&address], more).await;
        node.post("/v1/messages", &notice(&client, "avviso")).await;
        node.until_states(&client, &["delivered"]).await;
    }
    node.settled().await;
    // The two seconds in which only machines read are made to have passed; not to the edge of a step,
    // since the API says times to the millisecond.
    let earlier = "UPDATE message SET accepted_at = accepted_at - 12000000";
    node.eye.execute(earlier).await;
    for number in [0, 1, 5] {
        let text = node.texts(&format!("+3900000{number}90")).pop().unwrap();
        let link = text.split_whitespace().find(|word| word.contains("/s/"));
        node.visit(link.unwrap().trim_end_matches('.')).await;
    }
    node.eye.until(READ, 2).await;

    let zone = chrono_tz::Europe::Rome;
    let (store, clock) = (&node.running.store, &node.running.clock);
    let now = clock.now();
    count_insight(store, zone, now, &Lifecycle::new())
        .await
        .unwrap();
    // Counted twice, it is the same.
    count_insight(store, zone, now, &Lifecycle::new())
        .await
        .unwrap();

    let mut all = Vec::new();
    for message in node.messages("").await {
        all.push(told(&node.message(&message["id"]).await));
    }
    assert_eq!(all.len(), 6);
    let path = format!(
        "/v1/insight?from={}&to={}",
        now - chrono::TimeDelta::days(1),
        now
    );
    let answer = node.get(&path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let shown = answer.body;
    assert_eq!(shown["counted_at"], json!(now));

    let mut hours: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for read in all.iter().filter_map(|one| one.read) {
        use chrono::{Datelike as _, Timelike as _};
        let local = read.to_utc().with_timezone(&zone);
        let weekday = i64::from(local.weekday().number_from_monday());
        *hours.entry((weekday, i64::from(local.hour()))).or_default() += 1;
    }
    let found = shown["hours"].as_array().unwrap().iter().map(|hour| {
        let number = |name: &str| hour[name].as_i64().unwrap();
        ((number("weekday"), number("hour")), number("messages"))
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), hours);
    assert_eq!(hours.values().sum::<i64>(), 2, "who refused is not read");

    let wait = |until: fn(&Told) -> Option<Timestamp>| {
        let mut steps: BTreeMap<i64, i64> = BTreeMap::new();
        for one in &all {
            if let (Some(from), Some(until)) = (one.accepted, until(one)) {
                let step = step_of(until.as_micros() - from.as_micros()).unwrap();
                *steps.entry(step).or_default() += 1;
            }
        }
        let steps: Vec<(i64, i64)> = steps.into_iter().collect();
        json!({"messages": steps.iter().map(|(_, count)| count).sum::<i64>(),
            "median_s": within(&steps, 50), "slowest_tenth_after_s": within(&steps, 90)})
    };
    let sms = &shown["waits"]["channels"][0];
    assert_eq!(sms["key"], "sms");
    assert_eq!(sms["delivery"], wait(|one| one.delivered));
    assert_eq!(sms["reading"], wait(|one| one.read));
    assert_eq!(sms["delivery"]["messages"], 6);

    assert_eq!(shown["providers"].as_array().unwrap().len(), 1);
    let provider = &shown["providers"][0];
    assert_eq!(provider["provider"], all[0].provider);
    for (name, count) in [
        ("accepted", 6),
        ("reporting", 6),
        ("delivered", 6),
        ("undelivered", 0),
        ("read_measurable", 5),
        ("read", 2),
    ] {
        assert_eq!(provider[name], count, "{name} in {provider}");
    }
    let read = &shown["shares"][2];
    assert_eq!(
        (&read["name"], &read["now"]["count"]),
        (&json!("read"), &json!(2))
    );
    assert_eq!(read["now"]["whole"], 5);
    assert_eq!(read["before"], Value::Null, "nothing was sent before");
    assert_eq!(read["difference"], Value::Null);
    node.stop().await;
}
