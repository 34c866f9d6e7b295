//! HTTP: the API (`api/`), the console (`console/`), the client's own pages (`public/`) and the
//! providers' callbacks (`hooks/`). Handlers parse, call one stage or the store, and answer;
//! they decide nothing about messages. `inbound` takes what clients write by SMS. `routes` is the table
//! of who may call what, `auth/` says who is asking.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use ipnet::IpNet;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::channel::sandbox::World;
use crate::domain::address::PhonePolicy;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids};
use crate::intake::Limits;
use crate::intake::inbox::EventInbox;
use crate::plan::{Matcher, Planner};
use crate::runtime::Wake;
use crate::source::SourceRegister;
use crate::store::access::audit::AuditEntry;
use crate::store::{Store, StoreError, Tx};
use crate::track::Track;
use crate::web::auth::keys::KeyCache;
use crate::web::problem::Problem;
use crate::web::routes::{Routes, SharedWeb};

mod actions;
pub mod api;
pub mod auth;
mod cell;
pub mod console;
mod day;
mod door;
pub mod hooks;
mod inbound;
pub mod problem;
pub mod public;
mod request;
pub mod routes;
pub mod serving;

pub use door::Door;

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Makes and checks the tokens in links.
    pub signer: Signer,
    /// How the outside reaches this daemon, without a trailing slash.
    pub public_url: Arc<str>,
    /// Stores events, many requests together.
    pub inbox: EventInbox,
    /// Wakes the planner after an event was stored, the dispatcher after a message was.
    pub wake: Arc<Wake>,
    /// API keys verified a moment ago.
    pub keys: KeyCache,
    /// How much one request may bring.
    pub limits: Limits,
    /// Which telephone numbers are let in.
    pub phones: Arc<PhonePolicy>,
    /// The sandbox's handsets and mailboxes, when a sandbox provider is configured.
    pub sandbox: Option<Arc<World>>,
    /// The rules, as the planner has them: for previews.
    pub rules: Arc<ArcSwap<Matcher>>,
    /// Plans what is only tried, and throws the plan away.
    pub rehearsal: Arc<Planner>,
    /// The sources of the settings: who takes what is posted, and how records become events.
    pub sources: Arc<SourceRegister>,
    /// Takes in receipts and what readers do.
    pub track: Track,
    /// What the client's own pages know beside the store.
    pub pages: Arc<public::Pages>,
    /// What the console keeps in memory.
    pub console: Arc<console::ConsoleState>,
    /// What stands before the handlers.
    pub door: Arc<Door>,
    /// Networks of our own to which webhooks may lead: `[webhooks] allow_private`.
    pub private_receivers: Arc<[IpNet]>,
}

impl Web {
    /// Notes who did what, in the transaction of what was done.
    pub(in crate::web) async fn audit(
        &self,
        tx: &mut Tx,
        entry: &AuditEntry<'_>,
    ) -> Result<(), StoreError> {
        tx.audit()
            .append(self.ids.next(), self.clock.now(), entry)
            .await
    }
}

/// What a node serves, besides how it does (`/healthz`, `/readyz`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    pub api: bool,
    pub console: bool,
    /// What the world may reach: the clients' pages and the providers' callbacks.
    pub public: bool,
}

impl Served {
    pub const ALL: Self = Self {
        api: true,
        console: true,
        public: true,
    };
}

/// All routes, each with who may call it.
#[must_use]
pub fn routes() -> Routes {
    inner(Served::ALL).merge(outer(Served::ALL))
}

pub fn router(web: Web) -> axum::Router {
    router_of(web, Served::ALL)
}

/// The routes of these parts, for a node with one listener.
pub fn router_of(web: Web, parts: Served) -> axum::Router {
    let routes = inner(parts).merge(outer(parts));
    match parts.console {
        true => finished(routes.into_router().fallback(nothing_here), web),
        false => finished(routes.into_router().fallback(nothing_public_here), web),
    }
}

/// Of these parts, what the organisation's own people and programs use.
pub fn inner_router(web: Web, parts: Served) -> axum::Router {
    let public = false;
    router_of(web, Served { public, ..parts })
}

/// Of these parts, what the world may reach, and nothing else.
pub fn public_router(web: Web, parts: Served) -> axum::Router {
    let routes = outer(parts).into_router();
    finished(routes.fallback(nothing_public_here), web)
}

fn inner(parts: Served) -> Routes {
    let mut routes = api::health_routes();
    if parts.api {
        routes = routes.merge(api::routes());
    }
    if parts.console {
        routes = routes.merge(console::routes());
    }
    routes
}

fn outer(parts: Served) -> Routes {
    match parts.public {
        true => hooks::routes().merge(public::routes()),
        false => Routes::default(),
    }
}

fn finished(routes: axum::Router<SharedWeb>, web: Web) -> axum::Router {
    let routes = routes.method_not_allowed_fallback(wrong_method);
    guarded(routes).with_state(Arc::new(web))
}

fn guarded<S: Clone + Send + Sync + 'static>(routes: axum::Router<S>) -> axum::Router<S> {
    // One layer of several: axum copies all that lies inside of a layer, for each request.
    routes.layer((
        default_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        default_header(header::REFERRER_POLICY, "no-referrer"),
        default_header(header::X_FRAME_OPTIONS, "DENY"),
        default_header(header::CACHE_CONTROL, "no-store"),
        default_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        // Inside of the headers: what is said of a crash has them like every answer.
        CatchPanicLayer::custom(crashed),
    ))
}

/// A header for every answer that does not set it by itself.
fn default_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// People get a page: of the console inside it, a client's elsewhere. Programs get a problem.
async fn nothing_here(uri: Uri, headers: HeaderMap) -> Response {
    if console::is_in(&uri) {
        let problem = Problem::not_found("page", uri.path());
        return console::problem(problem, &headers);
    }
    nothing_public_here(uri, headers).await
}

async fn nothing_public_here(uri: Uri, headers: HeaderMap) -> Response {
    if console::wants_page(&headers) {
        return public::missing();
    }
    Problem::not_found("page or resource", uri.path()).into_response()
}

async fn wrong_method(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let problem = Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("`{method}` is not possible here; the header `Allow` says what is"),
    );
    if console::is_in(&uri) {
        return console::problem(problem, &headers);
    }
    if console::wants_page(&headers) {
        return public::refused(&problem);
    }
    problem.into_response()
}

/// The last resort: the caller gets an answer, the log the reason.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn crashed(panic: Box<dyn std::any::Any + Send>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = reason, "a request handler crashed");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "this went wrong inside Araldo; the log has the reason",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn crashes() -> &'static str {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn what_is_said_of_a_crash_has_the_headers_of_every_answer() {
        let routes = axum::Router::new().route("/", axum::routing::get(crashes));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let answer = guarded::<()>(routes).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        for name in [
            "content-security-policy",
            "x-frame-options",
            "cache-control",
        ] {
            assert!(answer.headers().contains_key(name), "{name}");
        }
    }
}
