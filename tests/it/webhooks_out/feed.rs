//! The feed: the same to whoever asks again, from any place on; of the erased nothing but numbers; and
//! nothing at all while nobody wants it.

use araldo::domain::{Clock as _, EngagementKind, MessageId, Verdict};
use araldo::store::Store;
use araldo::store::cluster::upkeep::Old;
use araldo::store::feed::FEED;
use araldo::store::messages::engagement::NewEngagement;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::case;
use crate::intake_api::Api;
use crate::support::TestStore;
use crate::support::node::{Eye, Node};
use crate::support::patience::until;

on_both_databases!(
    nothing_is_kept_while_nobody_wants_it,
    who_asks_again_reads_the_same_from_any_place_on,
    what_becomes_of_a_message_is_told_in_order,
    of_an_erased_client_the_feed_keeps_numbers_alone,
    who_comes_too_late_is_told_so,
    who_has_read_further_than_it_goes_is_told_so,
    a_reply_says_whether_its_sender_is_proven,
);

/// Has the feed kept from now on.
async fn keep(store: &Store) {
    let now = araldo::domain::clock::SystemClock.now();
    araldo::feed::keep(store, true, now).await.unwrap();
}

async fn nothing_is_kept_while_nobody_wants_it(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    let api = Api::over(&store).await;
    case(&api, "PR-1", "received").await;
    let off = api.get("/v1/feed").await;
    assert_eq!(
        (off.problem().0, &off.body["code"]),
        (409, &json!("feed_off"))
    );
    let kept = "SELECT CAST(count(*) AS BIGINT) FROM feed";
    assert_eq!(eye.number(kept).await, 0);
    keep(&store).await;
    case(&api, "PR-1", "done").await;
    assert_eq!(eye.number(kept).await, 1);
    let mut tx = store.write().await.unwrap();
    let now = api.clock.now();
    tx.switches().set(FEED, false, "test", now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(api.get("/v1/feed").await.problem().0, 409);
}

async fn who_asks_again_reads_the_same_from_any_place_on(store: &Store) {
    let api = Api::over(store).await;
    keep(store).await;
    for number in 0..12 {
        case(
            &api,
            &format!("PR-{}", number % 3),
            &format!("state_{number}"),
        )
        .await;
    }
    let all = api.get("/v1/feed").await.body;
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    assert_eq!(
        api.get("/v1/feed").await.body,
        all,
        "reading takes nothing away"
    );
    // In pages it is the same.
    let (mut after, mut paged) = ("0".to_owned(), Vec::new());
    while paged.len() < 12 {
        let path = format!("/v1/feed?limit=5&after={after}&types=case");
        let page = api.get(&path).await.body;
        paged.extend(page["items"].as_array().unwrap().clone());
        page["next"].as_str().unwrap().clone_into(&mut after);
    }
    assert_eq!(&paged, items);
    assert_eq!(after, all["next"].as_str().unwrap());
    let none = api.get("/v1/feed?types=message,incident.opened").await.body;
    assert_eq!((&none["items"], &none["next"]), (&json!([]), &all["next"]));
    let latest = api.get("/v1/feed?after=latest").await.body;
    assert_eq!(
        (&latest["items"], &latest["next"]),
        (&json!([]), &all["next"])
    );
    for (wrong, pointer) in [
        ("limit=0", "/limit"),
        ("after=x", "/after"),
        ("types=client", "/types"),
        ("wait=999", "/wait"),
        ("form=1", "/form"),
    ] {
        let refused = api.get(&format!("/v1/feed?{wrong}")).await;
        assert_eq!(refused.problem().1, pointer, "{wrong}");
    }
}

/// On SQLite there is one writer, and nothing commits in another order.
#[tokio::test]
async fn what_is_committed_late_is_read_late_and_not_passed_over() {
    let store = crate::support::postgres().await;
    let Eye::Postgres(pool) = Eye::open(&store.url).await else {
        panic!("a PostgreSQL store");
    };
    let api = Api::over(&store).await;
    keep(&store).await;
    let mut slow = pool.begin().await.unwrap();
    sqlx::query("INSERT INTO feed (type, at) VALUES ('incident.opened', 1)")
        .execute(&mut *slow)
        .await
        .unwrap();
    case(&api, "PR-1", "received").await;
    let first = api.get("/v1/feed").await.body;
    assert_eq!(first["items"].as_array().unwrap().len(), 1);
    assert_eq!(first["items"][0]["type"], "case.opened");
    slow.commit().await.unwrap();
    let next = first["next"].as_str().unwrap();
    let later = api.get(&format!("/v1/feed?after={next}")).await.body;
    assert_eq!(later["items"].as_array().unwrap().len(), 1);
    assert_eq!(later["items"][0]["type"], "incident.opened");
}

/// The types of a client's entries, in order.
async fn types_of(node: &Node, client: &str) -> Vec<String> {
    let answer = node.get("/v1/feed?limit=1000&types=message").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let items = answer.body["items"].as_array().unwrap().clone();
    let of = items
        .into_iter()
        .filter(|item| item["data"]["client"] == client);
    of.map(|item| item["type"].as_str().unwrap().to_owned())
        .collect()
}

async fn what_becomes_of_a_message_is_told_in_order(store: TestStore) {
    let node = Node::start(store, "[feed]\nenabled = true\n").await;
    node.client("A", &["+390000000581"], json!({})).await;
    node.client("B", &[], json!({})).await;
    for client in ["A", "B"] {
        let asked = json!({ "client": client, "template": "notice",
            "variables": { "title": "Prova", "body": "Una prova." } });
        let answer = node.post("/v1/messages", &asked).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    until(async || {
        let told = types_of(&node, "A").await;
        let so = told == ["message.accepted", "message.delivered"];
        so.then_some(()).ok_or_else(|| format!("{told:?}"))
    })
    .await;
    assert_eq!(types_of(&node, "B").await, ["message.suppressed"]);
    let last = node.get("/v1/feed?types=message.delivered").await.body;
    let data = &last["items"][0]["data"];
    let message = node.message(&data["message"]).await;
    assert_eq!(message["state"], "delivered");
    assert_eq!(
        (&data["channel"], &data["client"]),
        (&json!("sms"), &json!("A"))
    );
    node.sums_close().await;
    node.stop().await;
}

async fn of_an_erased_client_the_feed_keeps_numbers_alone(store: &Store) {
    let api = Api::over(store).await;
    keep(store).await;
    let client = json!({ "name": "Anna Verdi" });
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    case(&api, "PR-1", "waiting_for_documents").await;
    let before = api.get("/v1/feed").await.body;
    assert_eq!(before["items"][0]["data"]["client"], "C-1");
    let erased = api.ask("DELETE", "/v1/clients/C-1", "", "").await;
    assert!(erased.status.is_success(), "{erased:?}");
    let after = api.get("/v1/feed").await.body;
    let item = &after["items"][0];
    assert_eq!(item["data"], json!({ "client": Value::Null }));
    assert_eq!(
        (&item["id"], &item["type"]),
        (&json!("1"), &json!("case.opened"))
    );
    assert_eq!(after["next"], before["next"]);
}

async fn who_comes_too_late_is_told_so(store: &Store) {
    let api = Api::over(store).await;
    keep(store).await;
    for (number, state) in ["received", "checked", "sent"].into_iter().enumerate() {
        case(&api, "PR-1", state).await;
        let next = api.get("/v1/feed?after=latest").await.body["next"].clone();
        assert_eq!(next, json!((number + 1).to_string()));
        api.clock.advance(TimeDelta::days(20));
    }
    let before = api.clock.now() - TimeDelta::days(30);
    let mut tx = store.write().await.unwrap();
    let chunk = tx
        .upkeep()
        .delete_old(Old::FeedEntries, 0, before, 100)
        .await;
    assert_eq!(chunk.unwrap().unwrap().changed, 2);
    tx.commit().await.unwrap();
    assert_eq!(
        api.get("/v1/feed?after=2").await.body["items"][0]["id"],
        "3"
    );
    let late = api.get("/v1/feed?after=1").await;
    assert_eq!(
        (late.problem().0, &late.body["code"]),
        (410, &json!("feed_gone"))
    );
    assert_eq!(api.get("/v1/feed").await.body["items"][0]["id"], "3");
}

async fn who_has_read_further_than_it_goes_is_told_so(store: &Store) {
    let api = Api::over(store).await;
    keep(store).await;
    case(&api, "PR-1", "received").await;
    assert_eq!(api.get("/v1/feed?after=1").await.body["next"], "1");
    let ahead = api.get("/v1/feed?after=2&wait=20").await;
    assert_eq!(
        (ahead.problem().0, &ahead.body["code"]),
        (410, &json!("feed_ahead"))
    );
    let detail = ahead.body["detail"].as_str().unwrap();
    assert!(detail.contains("goes to 1"), "{detail}");
    let refused = api.get("/v1/feed?limit=1001").await;
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("from 1 to 1000"), "{detail}");
}

async fn a_reply_says_whether_its_sender_is_proven(store: TestStore) {
    let node = Node::start(store, "[feed]\nenabled = true\n").await;
    node.client("A", &["+390000000582"], json!({})).await;
    let asked = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &asked).await.status, 202);
    let told = until(async || {
        let told = node.get("/v1/feed?types=message.delivered").await.body;
        let message = told["items"][0]["data"]["message"].as_str();
        message.map(str::to_owned).ok_or_else(|| told.to_string())
    })
    .await;
    let reply = |verdict, grounds| NewEngagement {
        message: MessageId::new(told.parse().unwrap()),
        kind: EngagementKind::Replied,
        verdict,
        grounds,
        link: None,
        detail: Some("Chi viene?".to_owned()),
        at: node.running.clock.now(),
    };
    let replies = [
        reply(Verdict::Human, "answered the e-mail"),
        reply(Verdict::Undetermined, "wrote an e-mail of their own"),
    ];
    let mut tx = node.running.store.write().await.unwrap();
    let ids = &*node.running.ids;
    tx.engagement().record(&replies, &[], ids).await.unwrap();
    tx.commit().await.unwrap();
    let heard = node.get("/v1/feed?types=reply").await.body;
    let proven = |place: usize| &heard["items"][place]["data"]["proven"];
    assert_eq!((proven(0), proven(1)), (&json!(true), &json!(false)));
    node.stop().await;
}
