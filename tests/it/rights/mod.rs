//! A key may do what its scopes say, a person what their role says, and nothing else.

mod answers;
mod audit;
mod events;
mod matrix;
mod messages;
mod upgrade;

use araldo::domain::api_key::{ApiKey, ENTROPY, Rights, Scope};
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::intake_api::{Answer, Api};

/// A program with a key of its own.
struct Program<'a> {
    api: &'a Api,
    key: String,
}

impl<'a> Program<'a> {
    /// `seed` makes its key another than the others.
    async fn with(api: &'a Api, seed: u8, scopes: &[Scope]) -> Self {
        let key = api.new_key(seed, scopes).await;
        Self { api, key }
    }

    /// Bound to sources and types, too.
    async fn bound(api: &'a Api, seed: u8, rights: Rights) -> Self {
        let key = ApiKey::from_entropy(&[seed; ENTROPY]);
        let mut tx = api.web.store.write().await.unwrap();
        let now = api.web.clock.now();
        let keys = &mut tx.keys();
        keys.create(&key, "bound", rights, now, &*api.web.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let key = key.reveal();
        Self { api, key }
    }

    /// The part of its key that may be shown.
    fn prefix(&self) -> &str {
        self.key.split('_').nth(1).unwrap()
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(method, path, &[], body).await
    }

    async fn ask_as(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Body::from(body.to_string());
        self.api.send(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &Value::Null).await
    }

    async fn event(&self, event: &Value) -> Answer {
        self.ask("POST", "/v1/events", event).await
    }
}
