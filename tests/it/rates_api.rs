//! `GET /v1/messages`, `GET /v1/messages/{id}` and `GET /v1/stats` say what the contract says.

use araldo::domain::api_key::{ApiKey, Scope};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::console_seed::Town;

/// The town with a key of these scopes.
async fn town_with_key(scopes: &[Scope]) -> (Town, String) {
    let town = Town::lively().await;
    let key = ApiKey::from_entropy(&[9; araldo::domain::api_key::ENTROPY]);
    let mut tx = town.web.store.write().await.unwrap();
    tx.keys()
        .create(&key, "test", scopes, town.now(), &*town.web.ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (town, key.reveal())
}

async fn get(town: &Town, key: &str, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).header("authorization", format!("Bearer {key}"));
    let request = request.body(Body::empty()).unwrap();
    let response = araldo::web::router(town.web.clone())
        .oneshot(request)
        .await
        .unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn one_message_tells_its_whole_story() {
    let (town, key) = town_with_key(&[Scope::MessagesRead]).await;
    let (status, message) = get(&town, &key, &format!("/v1/messages/{}", town.message)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(message["id"], town.message.to_string());
    assert_eq!(message["client"], "C-1000");
    assert_eq!(message["state"], "delivered");
    assert_eq!(message["event"], "crm-61");
    assert_eq!(message["attempts"][0]["outcome"], "accepted");
    assert_eq!(message["receipts"][0]["kind"], "delivered");
    assert_eq!(message["engagement"][0]["verdict"], "machine");
    assert_eq!(message["engagement"][1]["verdict"], "human");
    assert_eq!(message["day"], "2026-11-22");
    assert_eq!(
        message["tracking"],
        serde_json::json!({"opens": false, "clicks": true, "reading": true, "delivery": true})
    );
    let why: Vec<&str> = message["why"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    insta::assert_snapshot!(why.join("\n"), @r"
    Event crm-61 (case.state_changed) about PR-1 came from /crm.
    Rule case-progress applied: template case-progress version 2, topic cases, class service, lane normal.
    The client has an address for sms and nothing bars it.
    The client did not refuse the topic cases.
    Attempt 1 through gateway: it was accepted within 400 ms (202).
    gateway reported: delivered (1).
    It arrived.
    It was clicked by a machine, which is not counted as reading.
    It was clicked by a person.
    ");
    assert!(
        !message.to_string().contains("+39333"),
        "an address in the answer"
    );
    let (status, problem) = get(&town, &key, "/v1/messages/7").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (StatusCode::NOT_FOUND, Some("not_found"))
    );
}

#[tokio::test]
async fn messages_are_listed_by_each_filter_and_page() {
    let (town, key) = town_with_key(&[Scope::MessagesRead]).await;
    let count = async |query: &str| {
        let (status, list) = get(&town, &key, &format!("/v1/messages{query}")).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 21);
    assert_eq!(count("?client=C-1000").await, 2);
    assert_eq!(count("?client=nobody").await, 0);
    assert_eq!(count("?event=crm-61").await, 1);
    assert_eq!(count("?incident=G-77").await, 20);
    assert_eq!(count("?incident=G-77&state=unknown").await, 2);
    assert_eq!(count("?case=PR-1").await, 1);
    assert_eq!(count("?case=PR-1&client=C-1001").await, 0);
    assert_eq!(count("?template=case-progress").await, 1);

    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let (_, page) = get(&town, &key, &format!("/v1/messages?limit=8{after}")).await;
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["id"].to_string()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    let mut once = seen.clone();
    once.dedup();
    assert_eq!(
        (seen.len(), once.len()),
        (21, 21),
        "each message on exactly one page"
    );
}

#[tokio::test]
async fn stats_sum_up_as_asked() {
    let (town, key) = town_with_key(&[Scope::StatsRead]).await;
    let (status, all) = get(&town, &key, "/v1/stats?by=template,channel").await;
    assert_eq!(status, StatusCode::OK);
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["template"], "case-progress");
    assert_eq!(rows[0]["channel"], "email");
    assert!(
        all["rules_version"].as_i64().unwrap() >= 1,
        "who is a reader"
    );
    for row in rows {
        for word in [
            "planned",
            "suppressed",
            "accepted",
            "delivered",
            "undelivered",
            "unconfirmed",
            "unknown",
            "opened",
            "opened_machine",
            "clicked",
            "clicked_machine",
            "replied",
            "measurable",
            "clicks_measurable",
            "read",
            "read_measurable",
            "confirmed",
            "reporting",
            "reached",
            "priced",
        ] {
            let absent = word == "opened" && row["channel"] == "sms";
            assert_eq!(row[word].is_i64(), !absent, "{word} in {row}");
            assert_eq!(row[word].is_null(), absent, "{word} in {row}");
        }
        assert!(
            row["cost"].is_null(),
            "no price is set, and that is not nought"
        );
        assert!(row.get("version").is_none());
        assert_eq!(row["rules_version"], all["rules_version"]);
    }
    let (_, day) = get(
        &town,
        &key,
        "/v1/stats?from=2026-11-22&to=2026-11-22&by=day",
    )
    .await;
    assert_eq!(day["rows"][0]["day"], "2026-11-22");
    assert!(day["rows"][0]["opened"].is_i64(), "of the e-mails: {day}");
    // The last minute of the day in Rome is still of that day; the next is not.
    let late = "/v1/stats?from=2026-11-22T22:59:00Z&to=2026-11-22T22:59:00Z&by=day";
    let (_, late) = get(&town, &key, late).await;
    assert_eq!(late["rows"][0]["day"], "2026-11-22");
    let after = "/v1/stats?from=2026-11-22T23:00:00Z&to=2026-11-22T23:00:00Z&by=day";
    let (_, after) = get(&town, &key, after).await;
    assert_eq!(after["rows"].as_array().unwrap().len(), 0, "{after}");
    let (_, none) = get(&town, &key, "/v1/stats?from=2020-01-01&to=2020-01-02").await;
    assert_eq!(none["rows"].as_array().unwrap().len(), 0);
    let (status, problem) = get(&town, &key, "/v1/stats?from=yesterday").await;
    assert_eq!(
        (status, problem["pointer"].as_str()),
        (StatusCode::BAD_REQUEST, Some("/from"))
    );
    let (status, _) = get(&town, &key, "/v1/messages").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "the scope is missing");
}

#[tokio::test]
async fn evidence_that_somebody_holds_for_wrong_stays_and_counts_no_more() {
    let (town, key) = town_with_key(&[Scope::MessagesRead, Scope::MessagesWrite]).await;
    let path = format!("/v1/messages/{}", town.message);
    let (_, before) = get(&town, &key, &path).await;
    assert_eq!(before["read"], "yes");
    assert_eq!(before["read_why"], "sign");
    let evidence = before["evidence"].as_array().unwrap();
    let receipt = evidence.iter().find(|one| one["says"] == "delivered");
    let id = receipt.unwrap()["id"].as_str().unwrap();
    let refuse = async |reason: &str| {
        let path = format!("{path}/evidence/{id}:invalidate");
        post(&town, &key, &path, &serde_json::json!({"reason": reason})).await
    };
    assert_eq!(refuse(" ").await.0, StatusCode::BAD_REQUEST);
    let (status, after) = refuse("another number").await;
    assert_eq!(status, StatusCode::OK, "{after}");
    assert_ne!(after["state"], "delivered");
    assert_eq!(after["evidence"].as_array().unwrap().len(), evidence.len());
    let marked = after["evidence"].as_array().unwrap().iter();
    let marks: Vec<&Value> = marked
        .filter(|one| one["id"] == id)
        .map(|one| &one["invalidated"]["reason"])
        .collect();
    assert_eq!(marks, ["another number"]);
    assert_eq!(refuse("again").await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_message_is_not_said_to_be_unread_where_nobody_could_know() {
    let (town, key) = town_with_key(&[Scope::MessagesRead]).await;
    let path = format!("/v1/messages/{}", town.message);
    sqlx::query("DELETE FROM engagement")
        .execute(&town.pool)
        .await
        .unwrap();
    for (tracking, status, whys, said) in [
        (
            "aggregate",
            "unknown",
            ["not_named", "no_pixel"],
            "Reading is counted without saying who",
        ),
        (
            "none",
            "unknown",
            ["no_consent"; 2],
            "Reading is not measured",
        ),
        ("individual", "no", ["no_sign"; 2], "No sign of reading yet"),
    ] {
        sqlx::query("UPDATE message SET tracking = $1, engaged = 0")
            .bind(tracking)
            .execute(&town.pool)
            .await
            .unwrap();
        let (_, message) = get(&town, &key, &path).await;
        assert_eq!(message["read"], status, "{message}");
        let why = message["read_why"].as_str().unwrap();
        assert!(whys.contains(&why), "{tracking}: {why}");
        let sentences = message["why"].as_array().unwrap();
        let last = sentences.last().unwrap().as_str().unwrap();
        assert!(last.starts_with(said), "{tracking}: {last}");
    }
}

async fn post(town: &Town, key: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = araldo::web::router(town.web.clone())
        .oneshot(request)
        .await
        .unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}
