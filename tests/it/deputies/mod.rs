//! Who acts for a client gets the copy, or gets it instead: through the real node, its planner, its handsets
//! and its API. Nobody is told twice, a mandate ends when it ends, and nobody is silenced by somebody else.

mod stopping;

use std::sync::Arc;

use araldo::domain::Clock;
use araldo::domain::clock::FixedClock;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_copy_goes_to_both_and_says_for_whom_it_is,
    instead_goes_to_the_deputy_alone_and_says_so,
    what_is_for_safety_goes_to_both,
    a_number_that_both_share_is_told_once,
    a_barred_or_ended_deputy_stands_in_for_nobody,
    a_mandate_is_over_at_its_end,
    a_mandate_for_one_topic_or_case_is_for_that_alone,
    a_deputys_stop_ends_the_mandate_and_silences_nobody,
    a_preview_of_deputies_is_what_is_planned,
    whoever_was_told_by_a_deputy_hears_that_it_is_over,
    a_deputys_looks_are_not_the_clients,
    deputies_are_no_clients_in_lists,
    an_erased_client_takes_the_deputies_along,
    what_is_wrong_with_a_deputy_is_said,
);

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SETTINGS: &str = r#"
[provider.gateway]
kind = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "araldo"
password = "never used"
from = "3399000000"
reply_secret = "0123456789abcdef0123456789abcdef"
"#;
const ANNA: &str = "+390000000591";
const LUCA: &str = "+390000000592";
const TOWN: &str = "037006";
const LIST: &str = "/v1/clients/A/deputies";
const BARRED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression";

async fn town(store: TestStore) -> Node {
    let node = Node::start(store, SETTINGS).await;
    let places = json!({ "places": [{ "place": "POD-A", "municipality": TOWN }] });
    node.client("A", &[ANNA], places).await;
    node
}

/// A handset writes.
async fn heard(node: &Node, from: &str, text: &str, id: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("from", from), ("to", "3399000000"), ("text", text)])
        .extend_pairs([("id", id), ("charset", "UTF-8"), ("coding", "0")])
        .finish();
    let address = node.address();
    let url = format!("http://{address}/hooks/kannel/gateway/reply/{SECRET}?{query}");
    assert_eq!(node.visit(&url).await.status, 200, "{text}");
}

/// Enters somebody; the deputy's own reference.
async fn deputy(node: &Node, mode: &str, address: &str, more: &[(&str, Value)]) -> String {
    let mut body = json!({ "name": "Luca Verdi", "channel": "sms", "address": address,
        "mode": mode, "mandate": "Delega 12/2026, vista da P. Conti" });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    let answer = node.put(LIST, &body).await;
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    answer.body["deputy"].as_str().unwrap().to_owned()
}

async fn case(node: &Node, id: &str, case: &str) {
    node.event(
        &json!({ "specversion": "1.0", "id": id, "source": "/crm", "type": "case.opened",
        "data": { "case": case, "client": "A", "kind": "voltura", "state": "received" } }),
    )
    .await;
}

async fn incident(node: &Node, id: &str, step: &str, kind: &str) {
    node.event(&json!({ "specversion": "1.0", "id": id, "source": "/oms",
        "type": format!("incident.{step}"), "subject": "G-1",
        "data": { "incident": "G-1", "kind": kind, "area": { "municipalities": [TOWN] } } }))
        .await;
}

async fn until_reasons(node: &Node, client: &str, expected: &[(&str, &str)]) {
    until(async || {
        let found = node.states(client).await;
        let so = found
            .iter()
            .map(|(state, why)| (state.as_str(), why.as_str()));
        let so = so.eq(expected.iter().copied());
        so.then_some(()).ok_or(format!("{client} has {found:?}"))
    })
    .await;
}

async fn until_texts(node: &Node, number: &str, count: usize) -> Vec<String> {
    until(async || {
        let texts = node.texts(number);
        let so = texts.len() == count;
        so.then_some(()).ok_or(format!("{number} has {texts:?}"))
    })
    .await;
    node.texts(number)
}

async fn a_copy_goes_to_both_and_says_for_whom_it_is(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    node.until_states(&luca, &["delivered"]).await;
    let own = until_texts(&node, ANNA, 1).await;
    let copy = until_texts(&node, LUCA, 1).await;
    assert!(copy[0].starts_with("Per Maria Rossi: "), "{copy:?}");
    assert!(!own[0].starts_with("Per "), "{own:?}");
    // Beside the link, the copy says what the client is told.
    let said = |text: &str| text.split("http").next().unwrap().to_owned();
    assert_eq!(
        said(&copy[0]),
        format!("Per Maria Rossi: {}", said(&own[0]))
    );
    node.sums_close().await;
    node.stop().await;
}

async fn instead_goes_to_the_deputy_alone_and_says_so(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states(&luca, &["delivered"]).await;
    until_reasons(&node, "A", &[("suppressed", "deputy")]).await;
    assert!(node.texts(ANNA).is_empty());
    let message = node.messages("client=A").await.remove(0);
    let why = node.message(&message["id"]).await.to_string();
    assert!(
        why.contains("somebody who acts for the client gets it instead"),
        "{why}"
    );
    node.sums_close().await;
    node.stop().await;
}

async fn what_is_for_safety_goes_to_both(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    incident(&node, "1", "opened", "outage").await;
    node.until_states("A", &["delivered"]).await;
    node.until_states(&luca, &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_number_that_both_share_is_told_once(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    // An import says later that the number is the client's.
    node.client("A", &[LUCA], json!({})).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    until_reasons(&node, &luca, &[("suppressed", "same_address")]).await;
    node.eye.execute("UPDATE deputy SET mode = 'instead'").await;
    case(&node, "2", "PR-2").await;
    node.until_states(&luca, &["suppressed", "delivered"]).await;
    node.until_states("A", &["delivered", "suppressed"]).await;
    until_texts(&node, LUCA, 2).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_barred_or_ended_deputy_stands_in_for_nobody(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    node.eye
        .execute(
            "INSERT INTO suppression (channel, address, reason, created_at)
             VALUES ('sms', '+390000000592', 'hard_bounce', 1)",
        )
        .await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    until_reasons(&node, &luca, &[("suppressed", "hard_bounce")]).await;
    node.eye.execute("DELETE FROM suppression").await;
    let ended = node.delete(&format!("{LIST}/{luca}")).await;
    assert_eq!(ended.status, 204, "{ended:?}");
    let again = node.delete(&format!("{LIST}/{luca}")).await;
    assert_eq!(again.status, 404, "{again:?}");
    case(&node, "2", "PR-2").await;
    node.until_states("A", &["delivered"; 2]).await;
    assert_eq!(node.states(&luca).await.len(), 1);
    let texts = until_texts(&node, LUCA, 1).await;
    assert!(
        texts[0].contains("non riceverà più messaggi per Maria Rossi"),
        "{texts:?}"
    );
    let shown = node.get(LIST).await.body;
    assert_eq!(shown["items"][0]["address"], Value::Null, "{shown}");
    assert!(shown["items"][0]["ended_at"].is_string(), "{shown}");
    node.sums_close().await;
    node.stop().await;
}

async fn a_mandate_is_over_at_its_end(store: TestStore) {
    let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
    let dyn_clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
    let node = Node::start_by(store, SETTINGS, dyn_clock).await;
    node.client("A", &[ANNA], json!({})).await;
    let until = [("until", json!("2026-11-22T11:00:00Z"))];
    let luca = deputy(&node, "instead", LUCA, &until).await;
    case(&node, "1", "PR-1").await;
    node.planned().await;
    until_reasons(&node, "A", &[("suppressed", "deputy")]).await;
    clock.advance(chrono::TimeDelta::minutes(61));
    case(&node, "2", "PR-2").await;
    node.planned().await;
    let states = node.states("A").await;
    assert_eq!(states.len(), 2, "{states:?}");
    assert_ne!(states[1].1, "deputy", "{states:?}");
    assert_eq!(node.states(&luca).await.len(), 1, "the deputy gets no more");
    node.stop().await;
}

async fn a_mandate_for_one_topic_or_case_is_for_that_alone(store: TestStore) {
    let node = town(store).await;
    let only = [("topics", json!(["cases"])), ("cases", json!(["PR-2"]))];
    let luca = deputy(&node, "instead", LUCA, &only).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    case(&node, "2", "PR-2").await;
    node.until_states(&luca, &["delivered"]).await;
    until_reasons(&node, "A", &[("delivered", ""), ("suppressed", "deputy")]).await;
    incident(&node, "3", "opened", "delay").await;
    node.until_states("A", &["delivered", "suppressed", "delivered"])
        .await;
    assert_eq!(node.states(&luca).await.len(), 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_deputys_stop_ends_the_mandate_and_silences_nobody(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states(&luca, &["delivered"]).await;
    heard(&node, LUCA, "STOP", "l-1").await;
    let by = "SELECT ended_by FROM deputy";
    assert_eq!(node.eye.texts(by).await, ["deputy"]);
    assert_eq!(node.eye.number(BARRED).await, 0);
    case(&node, "2", "PR-2").await;
    node.until_states("A", &["suppressed", "delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_preview_of_deputies_is_what_is_planned(store: TestStore) {
    let node = town(store).await;
    let more = json!({ "places": [{ "place": "POD-B", "municipality": TOWN }] });
    node.client("B", &["+390000000593"], more).await;
    deputy(&node, "instead", LUCA, &[]).await;
    deputy(&node, "copy", "+390000000594", &[]).await;
    // A deputy at the number of another client.
    deputy(&node, "copy", "+390000000593", &[]).await;
    for kind in ["delay", "outage"] {
        let body = json!({ "kind": kind, "area": { "municipalities": [TOWN] } });
        let foretold = node.post("/v1/incidents:preview", &body).await.body;
        let expected = if kind == "delay" { 3 } else { 4 };
        assert_eq!(
            foretold["channels"]["sms"],
            json!(expected),
            "{kind}: {foretold}"
        );
        assert_eq!(foretold["clients"], json!(2), "{foretold}");
        assert_eq!(foretold["unreachable"], json!(0), "{foretold}");
        let reference = format!("G-{kind}");
        node.event(&json!({ "specversion": "1.0", "id": kind, "source": "/oms",
            "type": "incident.opened", "subject": reference,
            "data": { "incident": reference, "kind": kind, "area": body["area"] } }))
            .await;
        node.settled().await;
        let messages = node.messages(&format!("incident={reference}")).await;
        let out = messages.iter().filter(|one| one["state"] != "suppressed");
        assert_eq!(out.count(), expected, "{kind}: {messages:?}");
    }
    node.sums_close().await;
    node.stop().await;
}

async fn whoever_was_told_by_a_deputy_hears_that_it_is_over(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    incident(&node, "1", "opened", "delay").await;
    node.until_states(&luca, &["delivered"]).await;
    incident(&node, "2", "resolved", "delay").await;
    node.until_states(&luca, &["delivered"; 2]).await;
    let twice = [("suppressed", "deputy"); 2];
    until_reasons(&node, "A", &twice).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_deputys_looks_are_not_the_clients(store: TestStore) {
    let node = town(store).await;
    deputy(&node, "copy", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    let copy = until_texts(&node, LUCA, 1).await;
    let at = copy[0].find("http").expect("a link");
    let link = copy[0][at..].split_whitespace().next().unwrap();
    let page = node.visit(link).await;
    assert!(
        page.text.contains("per conto di Maria Rossi"),
        "{}",
        page.text
    );
    let own = "SELECT CAST(count(*) AS BIGINT) FROM message m JOIN client c ON c.id = m.client_id \
               WHERE c.ref = 'A' AND m.engaged <> 0";
    node.settled().await;
    assert_eq!(node.eye.number(own).await, 0);
    let measured = "SELECT DISTINCT m.tracking FROM message m JOIN deputy d ON d.id = m.client_id";
    assert_eq!(node.eye.texts(measured).await, ["none"]);
    // Nobody refused to be measured: the one who is not measured is the deputy.
    let mut tx = node.running.store.read().await.unwrap();
    let all = tx.reports().totals_between(0, 1_000_000).await.unwrap();
    drop(tx);
    assert_eq!((all.reached, all.to_deputies), (2, 1), "{all:?}");
    assert_eq!(all.read_measurable, 1, "{all:?}");
    node.stop().await;
}

async fn deputies_are_no_clients_in_lists(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    for list in ["/v1/clients", "/v1/clients?search=Verdi"] {
        let found = node.get(list).await.text;
        assert!(!found.contains("deputy:"), "{found}");
    }
    let own = json!({ "name": "Mallory" });
    let taken = node.put(&format!("/v1/clients/{luca}"), &own).await;
    assert_eq!(taken.status, 400, "{taken:?}");
    assert!(taken.text.contains("one of a deputy"), "{taken:?}");
    node.stop().await;
}

async fn an_erased_client_takes_the_deputies_along(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states(&luca, &["delivered"]).await;
    assert_eq!(node.delete("/v1/clients/A").await.status, 204);
    let left = "SELECT (SELECT CAST(count(*) AS BIGINT) FROM deputy) + \
                (SELECT CAST(count(*) AS BIGINT) FROM client) + \
                (SELECT CAST(count(*) AS BIGINT) FROM contact_point) + \
                (SELECT CAST(count(*) AS BIGINT) FROM message WHERE address <> '' OR variables <> '{}')";
    assert_eq!(node.eye.number(left).await, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn what_is_wrong_with_a_deputy_is_said(store: TestStore) {
    let node = town(store).await;
    let right = json!({ "name": "Luca", "channel": "sms", "address": LUCA, "mode": "copy",
        "mandate": "Delega" });
    for (field, value) in [
        ("name", json!("")),
        ("address", json!("118")),
        ("address", json!(ANNA)),
        ("mode", json!("both")),
        ("mandate", Value::Null),
        ("until", json!("2020-01-01T00:00:00Z")),
        ("locale", json!("klingon")),
        ("topics", json!([7])),
        ("cases", json!(vec!["PR"; 51])),
    ] {
        let mut body = right.clone();
        body[field] = value;
        let answer = node.put(LIST, &body).await;
        assert_eq!(answer.status, 400, "{field}: {answer:?}");
        assert_eq!(
            answer.body["pointer"],
            json!(format!("/{field}")),
            "{answer:?}"
        );
    }
    let nobody = node.put("/v1/clients/Z/deputies", &right).await;
    assert_eq!(nobody.status, 404, "{nobody:?}");
    for number in 0..5 {
        deputy(&node, "copy", &format!("+39000000060{number}"), &[]).await;
    }
    let sixth = node.put(LIST, &right).await;
    assert_eq!(sixth.status, 409, "{sixth:?}");
    let luca = node.get(LIST).await.body["items"][0]["deputy"].clone();
    let of_deputy = format!("/v1/clients/{}/deputies", luca.as_str().unwrap());
    assert_eq!(node.put(&of_deputy, &right).await.status, 409);
    node.stop().await;
}
