//! A web service of somebody else: keeps what it was asked, and answers as it is told, well or badly,
//! or not at all. What it calls back a test calls itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use araldo::runtime::Lifecycle;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// A field of the form that was posted.
    pub(crate) fn field(&self, name: &str) -> String {
        let pairs = url::form_urlencoded::parse(self.body.as_bytes()).into_owned();
        let mut found = pairs.filter(|(its, _)| its == name);
        found.next().map_or_else(String::new, |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the service does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    Text(u16, String),
    /// The same after so long.
    Slowly(Duration, u16, String),
    /// A status with `Retry-After`.
    Later(u16, &'static str),
    /// It keeps the connection and says nothing.
    Nothing,
}

/// Longer than any answer takes on a slow machine.
pub(crate) const PATIENT: &str = "20s";

impl Says {
    /// How long to wait for it: not long for nothing.
    pub(crate) const fn patience(&self) -> &'static str {
        match self {
            Self::Nothing => "1s",
            Self::Text(..) | Self::Slowly(..) | Self::Later(..) => PATIENT,
        }
    }
}

pub(crate) fn say(status: u16, text: &str) -> Says {
    Says::Text(status, text.to_owned())
}

type Answers = dyn Fn(&Asked) -> Says + Send + Sync;

struct Hearing {
    asked: Mutex<Vec<Asked>>,
    answers: Box<Answers>,
}

/// A running service; ends when dropped.
pub(crate) struct Service {
    pub(crate) url: String,
    hearing: Arc<Hearing>,
    serving: Lifecycle,
}

impl Service {
    pub(crate) async fn open(answers: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        let hearing = Arc::new(Hearing {
            asked: Mutex::default(),
            answers: Box::new(answers),
        });
        let routes = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&hearing));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = Lifecycle::new();
        serving.spawn("service", async move {
            axum::serve(listener, routes).await.unwrap();
        });
        Self {
            url,
            hearing,
            serving,
        }
    }

    /// What it was asked, the oldest first.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.hearing.asked.lock().unwrap().clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(hearing): State<Arc<Hearing>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let asked = Asked {
        method,
        target: uri.to_string(),
        headers,
        body,
    };
    hearing.asked.lock().unwrap().push(asked.clone());
    let status = |code| StatusCode::from_u16(code).unwrap();
    match (hearing.answers)(&asked) {
        Says::Text(code, text) => (status(code), text).into_response(),
        Says::Slowly(pause, code, text) => {
            tokio::time::sleep(pause).await;
            (status(code), text).into_response()
        }
        Says::Later(code, seconds) => {
            (status(code), [("retry-after", seconds)], "later").into_response()
        }
        Says::Nothing => std::future::pending().await,
    }
}
