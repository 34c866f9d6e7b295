//! A webhook is told everything once, in order, signed; while it is down it is waited for, and at last
//! given up.

use araldo::domain::{Clock as _, NodeId};
use araldo::store::Store;
use araldo::store::cluster::nodes::NewNode;
use chrono::TimeDelta;
use serde_json::json;

use super::{Receiver, case, send_all, sender, verified, webhook};
use crate::intake_api::Api;
use crate::support::patience::until_come;

on_both_databases!(
    a_receiver_that_was_down_for_a_day_is_told_everything_in_order_and_signed,
    a_receiver_that_stays_away_is_given_up_and_told_all_when_it_is_switched_on,
    nothing_is_posted_where_only_we_can_reach_unless_the_settings_say_so,
    two_secrets_sign_while_one_is_changed,
    a_webhook_is_told_what_it_asked_for_and_again_from_a_place,
    one_node_at_a_time_posts_to_a_receiver,
    who_does_not_answer_holds_up_nobody_else,
    the_status_counts_whatever_becomes_of_the_body,
    what_a_dead_node_held_goes_on_at_once,
);

const STATES: [&str; 4] = ["received", "checked", "sent", "done"];

async fn a_receiver_that_was_down_for_a_day_is_told_everything_in_order_and_signed(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    let secret = webhook(&api, &receiver.url, json!(["case"])).await;
    let sender = sender(&api, 7, true);
    receiver.answers(503);
    for hour in 0..24 {
        let state = STATES[hour % 4];
        for reference in ["PR-1", "PR-2"] {
            case(&api, reference, state).await;
        }
        send_all(&sender).await;
        api.clock.advance(TimeDelta::hours(1));
    }
    assert!(receiver.taken().is_empty());
    let failing = api.get("/v1/webhooks/crm").await.body;
    assert_eq!(failing["state"], "failing");
    assert_eq!(failing["tries"][0]["status"], 503);
    receiver.answers(204);
    api.clock.advance(TimeDelta::hours(6));
    send_all(&sender).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 48);
    for reference in ["PR-1", "PR-2"] {
        let of = taken.iter().map(super::Taken::entry);
        let of = of.filter(|entry| entry["data"]["case"] == reference);
        let states: Vec<String> = of
            .map(|entry| entry["data"]["state"].as_str().unwrap().to_owned())
            .collect();
        let told: Vec<&str> = (0..24).map(|hour| STATES[hour % 4]).collect();
        assert_eq!(states, told, "{reference}");
    }
    let verified = verified(&secret, &taken);
    assert!(verified.len() == 48 && verified.iter().all(|fits| *fits));
    send_all(&sender).await;
    assert_eq!(receiver.taken().len(), 48, "nothing comes twice");
    assert_eq!(api.get("/v1/webhooks/crm").await.body["state"], "on");
}

async fn a_receiver_that_stays_away_is_given_up_and_told_all_when_it_is_switched_on(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    webhook(&api, &receiver.url, json!([])).await;
    let sender = sender(&api, 7, true);
    receiver.answers(500);
    case(&api, "PR-1", "received").await;
    for _ in 0..24 {
        send_all(&sender).await;
        api.clock.advance(TimeDelta::hours(6));
    }
    let given_up = api.get("/v1/webhooks/crm").await.body;
    assert_eq!(given_up["state"], "given_up");
    let figures = api.get("/metrics").await.body.to_string();
    assert!(figures.contains("araldo_webhook_up{webhook=\\\"crm\\\"} 0"));
    receiver.answers(204);
    case(&api, "PR-1", "done").await;
    send_all(&sender).await;
    assert!(receiver.taken().is_empty(), "it is off");
    let on = json!({ "url": receiver.url, "on": true });
    assert_eq!(api.put("/v1/webhooks/crm", &on).await.status, 200);
    send_all(&sender).await;
    assert_eq!(receiver.taken().len(), 2);
    // Who says that it is gone is believed at once; who sends us on is not followed.
    receiver.answers(302);
    case(&api, "PR-1", "checked").await;
    send_all(&sender).await;
    assert_eq!(receiver.taken().len(), 2, "a redirect was followed");
    assert_eq!(api.get("/v1/webhooks/crm").await.body["state"], "failing");
    receiver.answers(410);
    api.clock.advance(TimeDelta::hours(1));
    send_all(&sender).await;
    assert_eq!(api.get("/v1/webhooks/crm").await.body["state"], "given_up");
}

async fn nothing_is_posted_where_only_we_can_reach_unless_the_settings_say_so(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    let localhost = receiver.url.replace("127.0.0.1", "localhost");
    let mapped = receiver.url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let sender = sender(&api, 7, false);
    webhook(&api, &receiver.url, json!([])).await;
    for (place, url) in [&receiver.url, &localhost, &mapped].into_iter().enumerate() {
        let put = json!({ "url": url });
        assert_eq!(api.put("/v1/webhooks/crm", &put).await.status, 200);
        case(&api, "PR-1", &format!("state_{place}")).await;
        send_all(&sender).await;
        let tried = api.get("/v1/webhooks/crm").await.body["tries"][0].clone();
        let fault = tried["fault"].as_str().unwrap().to_owned();
        assert!(fault.contains("allow_private"), "{url}: {fault}");
        api.clock.advance(TimeDelta::days(1));
    }
    assert!(receiver.taken().is_empty());
    for wrong in [
        "ftp://a.example/",
        "https://u:p@a.example/",
        "nowhere",
        "https://169.254.169.254/latest",
        "http://10.0.0.1/",
        "https://168.63.129.16/",
    ] {
        let refused = api.put("/v1/webhooks/crm", &json!({ "url": wrong })).await;
        assert_eq!(refused.problem().0, 422, "{wrong}");
        assert_eq!(refused.problem().1, "/url", "{wrong}");
    }
}

async fn two_secrets_sign_while_one_is_changed(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    let former = webhook(&api, &receiver.url, json!([])).await;
    let sender = sender(&api, 7, true);
    let rotate = json!({ "url": receiver.url, "rotate_secret": true });
    let answer = api.put("/v1/webhooks/crm", &rotate).await;
    let fresh = answer.body["secret"].as_str().unwrap().to_owned();
    assert_ne!(fresh, former);
    case(&api, "PR-1", "received").await;
    send_all(&sender).await;
    api.clock.advance(TimeDelta::hours(49));
    case(&api, "PR-1", "done").await;
    send_all(&sender).await;
    let taken = receiver.taken();
    assert_eq!(verified(&fresh, &taken), [true, true]);
    assert_eq!(verified(&former, &taken), [true, false]);
    let unchanged = api
        .put("/v1/webhooks/crm", &json!({ "url": receiver.url }))
        .await;
    assert_eq!(unchanged.body["secret"], json!(null));
    let shown = api.get("/v1/webhooks").await.body.to_string();
    assert!(!shown.contains("whsec_"), "{shown}");
}

async fn a_webhook_is_told_what_it_asked_for_and_again_from_a_place(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    webhook(&api, &receiver.url, json!(["case.closed"])).await;
    let sender = sender(&api, 7, true);
    case(&api, "PR-1", "received").await;
    let closed = json!({ "client": "C-1", "kind": "voltura", "state": "done", "closed": true });
    api.clock.advance(TimeDelta::hours(1));
    api.put("/v1/cases/PR-1", &closed).await;
    send_all(&sender).await;
    let first = receiver.taken();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].entry()["type"], "case.closed");
    let replay = "/v1/webhooks/crm:replay";
    assert_eq!(api.post(replay, &json!({ "after": "0" })).await.status, 200);
    send_all(&sender).await;
    let since = api.clock.now() - TimeDelta::minutes(1);
    let since = json!({ "since": since.to_string() });
    assert_eq!(api.post(replay, &since).await.status, 200);
    send_all(&sender).await;
    let again = receiver.taken();
    assert_eq!(again.len(), 3);
    assert!(
        again
            .iter()
            .all(|one| one.id == first[0].id && one.body == first[0].body)
    );
    let beyond = api.post(replay, &json!({ "after": "99" })).await;
    assert_eq!(beyond.problem().1, "/after");
}

async fn one_node_at_a_time_posts_to_a_receiver(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    webhook(&api, &receiver.url, json!([])).await;
    for state in STATES {
        case(&api, "PR-1", state).await;
    }
    let (one, other) = (sender(&api, 7, true), sender(&api, 8, true));
    tokio::join!(send_all(&one), send_all(&other));
    // What one of them held, the other left alone.
    send_all(&one).await;
    let told: Vec<String> = receiver.taken().into_iter().map(|one| one.id).collect();
    assert_eq!(told, ["evt_1", "evt_2", "evt_3", "evt_4"]);
}

async fn who_does_not_answer_holds_up_nobody_else(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    webhook(&api, &receiver.url, json!([])).await;
    let silent = json!({ "url": receiver.url.replace("/hook", "/silent") });
    assert_eq!(api.put("/v1/webhooks/a-silent", &silent).await.status, 201);
    let sending = sender(&api, 7, true).begin();
    for (place, state) in STATES[..2].iter().enumerate() {
        case(&api, "PR-1", state).await;
        until_come(place + 1, || receiver.taken().len()).await;
    }
    let silent = api.get("/v1/webhooks/a-silent").await.body;
    assert_eq!(silent["tries"], json!([]), "it was waited for");
    sending.abort();
}

async fn the_status_counts_whatever_becomes_of_the_body(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    let trickle = receiver.url.replace("/hook", "/trickle");
    webhook(&api, &trickle, json!([])).await;
    for state in STATES {
        case(&api, "PR-1", state).await;
    }
    send_all(&sender(&api, 7, true)).await;
    let told: Vec<String> = receiver.taken().into_iter().map(|one| one.id).collect();
    assert_eq!(told, ["evt_1", "evt_2", "evt_3", "evt_4"]);
    let crm = api.get("/v1/webhooks/crm").await.body;
    let last = &crm["tries"][0];
    assert_eq!(
        (&crm["state"], &last["status"]),
        (&json!("on"), &json!(200))
    );
    assert!(last["took_ms"].as_i64().unwrap() < 10_000, "{last}");
}

async fn what_a_dead_node_held_goes_on_at_once(store: &Store) {
    let api = Api::over(store).await;
    let receiver = Receiver::start().await;
    webhook(&api, &receiver.url, json!([])).await;
    case(&api, "PR-1", "received").await;
    araldo::feed::number(store).await.unwrap();
    let node = NewNode {
        id: NodeId::new(7),
        slot: 7,
        name: "a".to_owned(),
        roles: "dispatch".to_owned(),
    };
    let (now, until) = (api.clock.now(), api.clock.now() + TimeDelta::hours(1));
    let mut tx = store.write().await.unwrap();
    tx.nodes().register(&node).await.unwrap();
    let held = tx.webhooks().lease(node.id, now, until, &[]).await.unwrap();
    assert_eq!(held.len(), 1);
    let other = NodeId::new(8);
    let free = tx.webhooks().lease(other, now, until, &[]).await.unwrap();
    assert!(free.is_empty(), "it lives");
    let busy = ["crm".to_owned()];
    let again = tx.webhooks().lease(node.id, now, until, &busy).await;
    assert!(again.unwrap().is_empty(), "it is told already");
    tx.nodes().stop(node.id).await.unwrap();
    tx.commit().await.unwrap();
    send_all(&sender(&api, 8, true)).await;
    assert_eq!(receiver.taken().len(), 1);
}
