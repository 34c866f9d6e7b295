//! Somebody else's feed over HTTP, as a web server gives it: an answer of its own for each path, or the
//! same for all, with the bad days that such servers have. One that says an `ETag` or a
//! `Last-Modified` answers 304 to whoever has it already, as RFC 9110 asks.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use araldo::runtime::Lifecycle;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use tokio::net::TcpListener;

/// A feed that listens. It ends when dropped.
pub(crate) struct Feed {
    url: String,
    shared: Arc<Mutex<FeedState>>,
    lifecycle: Lifecycle,
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct FeedRequest {
    /// Path and query, as they came.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
}

#[derive(Default)]
struct FeedState {
    usual: Option<FeedAnswer>,
    by_target: HashMap<String, FeedAnswer>,
    next: VecDeque<FeedAnswer>,
    requests: Vec<FeedRequest>,
}

#[derive(Clone)]
enum FeedAnswer {
    Whole {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Begins well and breaks off.
    Cut(Vec<u8>),
    /// Takes the request and says nothing.
    Silent,
}

impl Feed {
    /// Listens on a port of its own, and answers 404 until it is told what to answer.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::<Mutex<FeedState>>::default();
        let routes = Router::new()
            .fallback(answered)
            .with_state(Arc::clone(&shared));
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("feed", async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        Self {
            url: format!("http://{address}"),
            shared,
            lifecycle,
        }
    }

    /// Its address, without a `/` at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What it answers from now on, whatever path is asked for.
    pub(crate) fn answer(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let answer = whole(status, headers, body.into());
        self.with(|state| state.usual = Some(answer));
    }

    /// What it answers for this path and query, from now on.
    pub(crate) fn answer_at(
        &self,
        target: &str,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) {
        let answer = whole(status, headers, body.into());
        self.with(|state| state.by_target.insert(target.to_owned(), answer));
    }

    /// What it answers once, before all else.
    pub(crate) fn answer_next(
        &self,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) {
        let answer = whole(status, headers, body.into());
        self.with(|state| state.next.push_back(answer));
    }

    /// Each answer from now on begins with this, and then the connection breaks.
    pub(crate) fn break_off(&self, begin: impl Into<Vec<u8>>) {
        let answer = FeedAnswer::Cut(begin.into());
        self.with(|state| state.usual = Some(answer));
    }

    /// From now on it takes requests and never answers.
    pub(crate) fn fall_silent(&self) {
        self.with(|state| state.usual = Some(FeedAnswer::Silent));
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<FeedRequest> {
        self.with(|state| state.requests.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut FeedState) -> T) -> T {
        change(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

fn whole(status: u16, headers: &[(&str, &str)], body: Vec<u8>) -> FeedAnswer {
    let headers = headers.iter();
    FeedAnswer::Whole {
        status,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body,
    }
}

async fn answered(State(shared): State<Arc<Mutex<FeedState>>>, request: Request) -> Response {
    let target = request
        .uri()
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let asked = request.headers().clone();
    let answer = {
        let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push(FeedRequest {
            target: target.clone(),
            headers: asked.clone(),
        });
        let next = state.next.pop_front();
        let next = next.or_else(|| state.by_target.get(&target).cloned());
        next.or_else(|| state.usual.clone())
    };
    match answer {
        None => said(StatusCode::NOT_FOUND, &[], Body::empty()),
        Some(FeedAnswer::Silent) => std::future::pending().await,
        Some(FeedAnswer::Cut(begin)) => {
            let broken = std::io::Error::other("the feed breaks off");
            let parts = stream::iter([Ok(begin), Err(broken)]);
            said(StatusCode::OK, &[], Body::from_stream(parts))
        }
        Some(FeedAnswer::Whole { headers, .. }) if is_known(&headers, &asked) => {
            said(StatusCode::NOT_MODIFIED, &headers, Body::empty())
        }
        Some(FeedAnswer::Whole {
            status,
            headers,
            body,
        }) => {
            let status = StatusCode::from_u16(status).expect("a status");
            said(status, &headers, Body::from(body))
        }
    }
}

/// Whether whoever asks has this answer already.
fn is_known(headers: &[(String, String)], asked: &HeaderMap) -> bool {
    let ours = |name: &str| {
        let found = headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let theirs = |name: header::HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if let Some(etag) = theirs(header::IF_NONE_MATCH) {
        return ours("etag") == Some(etag);
    }
    let since = theirs(header::IF_MODIFIED_SINCE);
    since.is_some() && ours("last-modified") == since
}

fn said(status: StatusCode, headers: &[(String, String)], body: Body) -> Response {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(name, value);
    }
    answer.body(body).expect("an answer")
}
