//! What messages cost: by the price that held when each was handed over, counted a second way from the
//! messages themselves. What a provider refused costs nothing, what it took and did not deliver is paid, and
//! what no price was set for is not nought.

use araldo::domain::segments::measure;
use araldo::runtime::Lifecycle;
use araldo::upkeep::{count_insight, recount};
use serde_json::{Value, json};

use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::{Node, run};

on_both_databases!(
    a_price_stays_with_the_messages_that_it_was_paid_for,
    a_price_that_cannot_be_meant_stops_the_start,
);

/// One gateway, with these lines of prices, and one relay.
fn settings(prices: &str) -> String {
    format!(
        "[channels]\nsms = [\"gate\"]\nemail = [\"post\"]\n\
         [provider.gate]\nkind = \"sandbox\"\nchannel = \"sms\"\nlatency = \"20ms\"\n{prices}\n\
         [provider.post]\nkind = \"sandbox\"\nchannel = \"email\"\nprice = \"0.001\"\n"
    )
}

/// Millionths of `0.045`, counted by hand.
fn micros(amount: &Value) -> Option<i64> {
    let (whole, behind) = match amount.as_str()?.split_once('.') {
        Some((whole, behind)) => (whole, format!("{behind:0<6}")),
        None => (amount.as_str()?, "000000".to_owned()),
    };
    let whole: i64 = whole.parse().unwrap();
    Some(whole * 1_000_000 + behind.parse::<i64>().unwrap())
}

/// A client who is told something, and how it ended.
async fn told(node: &Node, client: &str, address: &str, title: &str, end: &str) -> Value {
    node.client(client, &[address], json!({})).await;
    node.post("/v1/messages", &notice(client, title)).await;
    node.until_states(client, &[end]).await;
    let messages = node.messages(&format!("client={client}")).await;
    node.message(&messages[0]["id"]).await
}

/// Of all messages: how many were accepted, of how many the price is known, and what these cost.
async fn counted(node: &Node, channel: &str) -> (i64, i64, i64) {
    let mut sums = (0, 0, 0);
    for message in node.messages("").await {
        let message = node.message(&message["id"]).await;
        let taken = ["accepted", "delivered", "undelivered", "unconfirmed"];
        if message["channel"] != channel || !taken.contains(&message["state"].as_str().unwrap()) {
            continue;
        }
        sums.0 += 1;
        if let Some(price) = micros(&message["price"]) {
            sums.1 += 1;
            sums.2 += price;
        }
    }
    sums
}

/// The same as the API says it.
async fn said(node: &Node, channel: &str) -> (i64, i64, Option<i64>) {
    let stats = node.get("/v1/stats?by=channel").await.body;
    assert_eq!(stats["currency"], "EUR");
    let rows = stats["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["channel"] == channel).unwrap();
    let number = |name: &str| row[name].as_i64().unwrap();
    (number("accepted"), number("priced"), micros(&row["cost"]))
}

async fn a_price_stays_with_the_messages_that_it_was_paid_for(store: TestStore) {
    let prices = "price = \"9\"\nprices = { \"+39\" = \"0.09\", \"+39000\" = \"0.045\" }";
    let node = Node::start(store, &settings(prices)).await;
    let short = told(&node, "SHORT", "+390000000090", "neve", "delivered").await;
    // Letters that the usual alphabet lacks: 70 to a segment.
    let long = told(&node, "LONG", "+390000000190", "школы закрыты", "delivered").await;
    for (message, number) in [(&short, "+390000000090"), (&long, "+390000000190")] {
        let text = node.texts(number).pop().unwrap();
        let segments = i64::try_from(measure(&text).count).unwrap();
        assert_eq!(micros(&message["price"]), Some(segments * 45_000), "{text}");
    }
    assert!(
        micros(&long["price"]) > micros(&short["price"]),
        "by segments"
    );
    // Taken and not delivered is paid; refused is not.
    told(&node, "LOST", "+390000000201", "neve", "undelivered").await;
    told(&node, "MAIL", "anna@example.org", "neve", "accepted").await;
    let refused = told(&node, "NOBODY", "bounce@example.org", "neve", "rejected").await;
    assert!(refused["price"].is_null(), "it cost nothing: {refused}");
    let priced = "SELECT count(price) FROM message WHERE state = 'rejected'";
    assert_eq!(node.eye.number(priced).await, 1, "there was one to show");
    let (accepted, priced, cost) = counted(&node, "sms").await;
    assert_eq!((accepted, priced), (3, 3));
    assert_eq!(said(&node, "sms").await, (3, 3, Some(cost)));
    assert_eq!(said(&node, "email").await, (1, 1, Some(1_000)));
    node.sums_close().await;

    // Another price, and then none: what was taken before keeps its own.
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, &settings("price = \"0.07\"")).await;
    let dearer = told(&node, "LATER", "+390000000290", "neve", "delivered").await;
    assert_eq!(micros(&dearer["price"]), Some(70_000));
    assert_eq!(said(&node, "sms").await, (4, 4, Some(cost + 70_000)));
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, &settings("")).await;
    let unknown = told(&node, "LAST", "+390000000390", "neve", "delivered").await;
    assert!(unknown["price"].is_null());
    assert_eq!(said(&node, "sms").await, (5, 4, Some(cost + 70_000)));
    assert_eq!(counted(&node, "sms").await, (5, 4, cost + 70_000));
    node.sums_close().await;
    insight_says_the_same(&node, cost + 70_000).await;
    a_recount_puts_a_wrong_cost_right(&node).await;
    node.stop().await;
}

async fn insight_says_the_same(node: &Node, sms: i64) {
    let (store, now) = (&node.running.store, node.running.clock.now());
    let zone = chrono_tz::Europe::Rome;
    count_insight(store, zone, now, &Lifecycle::new())
        .await
        .unwrap();
    let insight = node.get("/v1/insight").await.body;
    let cost = &insight["cost"];
    assert_eq!(micros(&cost["now"]["amount"]), Some(sms + 1_000), "{cost}");
    assert_eq!(
        (&cost["now"]["priced"], &cost["now"]["accepted"]),
        (&json!(5), &json!(6))
    );
    assert!(
        cost["before"]["amount"].is_null() && cost["spared"].is_null(),
        "{cost}"
    );
    let providers = insight["providers"].as_array().unwrap();
    let gate = providers
        .iter()
        .find(|it| it["provider"] == "gate")
        .unwrap();
    assert_eq!(micros(&gate["cost"]["amount"]), Some(sms), "{gate}");
    assert_eq!(gate["cost"]["priced"], 4);
    let template = &insight["templates"][0];
    assert_eq!(micros(&template["cost"]["amount"]), Some(sms + 1_000));
}

async fn a_recount_puts_a_wrong_cost_right(node: &Node) {
    let lifecycle = Lifecycle::new();
    let store = &node.running.store;
    assert_eq!(recount(store, &lifecycle).await.unwrap().sums, 0);
    node.eye
        .execute("UPDATE rollup SET cost = cost + 1 WHERE channel = 'sms'")
        .await;
    assert_eq!(recount(store, &lifecycle).await.unwrap().sums, 1);
    node.sums_close().await;
}

async fn a_price_that_cannot_be_meant_stops_the_start(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    for (prices, said) in [
        (
            "price = 0.045",
            "`price`: 0.045 stands without quotation marks",
        ),
        ("price = \"0,045\"", "`price`: \"0,045\" is no price"),
        (
            "prices = { \"39\" = \"0.045\" }",
            "`prices`: \"39\" is not how a number begins",
        ),
    ] {
        let config = settings(prices);
        let error = run(&store.url, folder.path(), &config).await.err();
        let error = error.expect(prices).to_string();
        assert!(error.contains(said), "{error}");
        assert!(error.contains("[provider.gate]"), "{error}");
    }
}
