//! The API as a program sees it: the real router over a real store, with a clock that stands.

use std::sync::Arc;

use araldo::domain::Clock as _;
use araldo::domain::api_key::{ApiKey, ENTROPY, Scope};
use araldo::domain::clock::FixedClock;
use araldo::runtime::Lifecycle;
use araldo::store::Store;
use araldo::web::{Web, router};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::town::web;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A caller with a key for everything.
pub(crate) struct Api {
    pub(crate) web: Web,
    pub(crate) clock: Arc<FixedClock>,
    key: String,
}

impl Api {
    pub(crate) async fn over(store: &Store) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
        let web = Web {
            public_url: "http://araldo.example".into(),
            ..web(store, &clock, &Lifecycle::new())
        };
        let mut api = Self {
            web,
            clock,
            key: String::new(),
        };
        api.key = api.new_key(1, Scope::ALL).await;
        api
    }

    /// Makes a key; `seed` makes it another than the others.
    pub(crate) async fn new_key(&self, seed: u8, scopes: &[Scope]) -> String {
        let key = ApiKey::from_entropy(&[seed; ENTROPY]);
        let mut tx = self.web.store.write().await.unwrap();
        let now = self.clock.now();
        tx.keys()
            .create(&key, "test", scopes, now, &*self.web.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        key.reveal()
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.web.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Sends a body with the key.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", kind);
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", Body::empty()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path, "application/json", body.to_string())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, "application/json", body.to_string())
            .await
    }

    /// Posts one event in structured mode.
    pub(crate) async fn event(&self, event: &Value) -> Answer {
        let kind = "application/cloudevents+json; charset=utf-8";
        self.ask("POST", "/v1/events", kind, event.to_string())
            .await
    }

    /// Posts a batch.
    pub(crate) async fn batch(&self, events: &Value) -> Answer {
        let kind = "application/cloudevents-batch+json";
        self.ask("POST", "/v1/events", kind, events.to_string())
            .await
    }
}

impl Answer {
    /// Status, pointer and detail of a problem; fails when it is none.
    pub(crate) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(
            self.headers["content-type"], "application/problem+json",
            "{self:?}"
        );
        assert_eq!(self.body["status"], self.status.as_u16());
        (
            self.status.as_u16(),
            self.body["pointer"].as_str().unwrap_or_default(),
            self.body["detail"].as_str().unwrap_or_default(),
        )
    }
}
