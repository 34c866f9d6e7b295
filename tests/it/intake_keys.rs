//! Keys: nothing without one, and nothing about why. Who may do what: `rights`.

use araldo::domain::Clock as _;
use araldo::domain::api_key::Scope;
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;

use crate::intake_api::{Answer, Api};

async fn get(api: &Api, path: &str, authorization: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    api.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn without_a_valid_key_there_is_nothing_to_see() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let key = api.new_key(3, &[Scope::ClientsRead]).await;
    let wrong = format!("{}0", &key[..key.len() - 1]);
    for presented in [
        None,
        Some("Basic YTpi"),
        Some("Bearer x"),
        Some(&*format!("Bearer {wrong}")),
    ] {
        let answer = get(&api, "/v1/clients", presented).await;
        assert_eq!(answer.problem().0, 401, "{presented:?}");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
    let good = format!("Bearer {key}");
    assert_eq!(get(&api, "/v1/clients", Some(&good)).await.status, 200);
    let answer = get(&api, "/v1/cases", Some(&good)).await;
    assert_eq!(answer.problem().0, 403);
    assert!(answer.problem().2.contains("`cases:read`"));
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_ten_seconds_and_its_use_is_noted() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let key = api.new_key(4, &[Scope::ClientsRead]).await;
    let bearer = format!("Bearer {key}");
    assert_eq!(get(&api, "/v1/clients", Some(&bearer)).await.status, 200);
    let prefix = key.split('_').nth(1).unwrap().to_owned();
    let mut tx = store.write().await.unwrap();
    let kept = tx.keys().lookup(&prefix).await.unwrap().unwrap();
    assert!(kept.last_used_at.is_some());
    assert!(!kept.secret_hash.contains(key.rsplit('_').next().unwrap()));
    assert!(tx.keys().revoke(&prefix, api.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(
        get(&api, "/v1/clients", Some(&bearer)).await.status,
        200,
        "remembered"
    );
    api.clock.advance(TimeDelta::seconds(11));
    assert_eq!(get(&api, "/v1/clients", Some(&bearer)).await.status, 401);
}

#[tokio::test]
async fn every_answer_has_its_security_headers_and_wrong_paths_are_problems() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let answer = get(&api, "/healthz", None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(get(&api, "/v1/nothing", None).await.problem().0, 404);
    let request = Request::patch("/v1/events").body(Body::empty()).unwrap();
    let answer = api.send(request).await;
    assert_eq!(answer.problem().0, 405);
    assert!(answer.headers.contains_key("allow"));
}
