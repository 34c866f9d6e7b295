//! A small world for the tests of receipts, links and pages: one client with a case, some
//! messages that a provider took, the real router over a real store, and a clock that is moved.

use std::sync::Arc;
use std::time::Duration;

use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::token::{Purpose, Signer};
use araldo::domain::{Clock as _, Ids, Timestamp};
use araldo::runtime::Lifecycle;
use araldo::track::Track;
use araldo::web::public::{ContactDetails, Pages};
use araldo::web::{Web, router};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::node::{Eye, channel_of};
use crate::support::town::{overlay, web};
use crate::support::{self, TestStore};

/// A telephone's browser.
pub(crate) const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";

/// The e-mail of the seed, tracked by name, accepted a minute ago.
pub(crate) const MAIL: i64 = 1_001;
/// The SMS of the seed, not tracked by name, accepted a minute ago.
pub(crate) const TEXT: i64 = 1_002;
/// An SMS whose answer was lost on the wire.
pub(crate) const LOST: i64 = 1_003;
/// An SMS on its way out this moment.
pub(crate) const GOING: i64 = 1_004;
/// A safety notice about an outage, accepted a minute ago.
pub(crate) const SAFETY: i64 = 1_005;
/// The plan of the first four.
pub(crate) const PLAN: i64 = 501;

/// 17:30 and 19:19 of a Sunday, in microseconds: when it happened, and when it was taken.
const HAPPENED: i64 = 1_795_335_000_000_000;
const TAKEN: i64 = 1_795_341_540_000_000;

fn rows() -> Vec<Value> {
    let template =
        |id, name, topic| json!({ "template": { "id": id, "name": name, "topic": topic } });
    let version =
        |id, template| json!({ "template_version": { "id": id, "template_id": template } });
    let link = |id, url| json!({ "link": { "id": id, "url": url } });
    let contact = |id, client, address| {
        json!({ "contact_point": { "id": id, "client_id": client, "address": address,
            "channel": channel_of(address) } })
    };
    vec![
        json!({ "client": { "id": 7, "ref": "C-1001", "tracking_consent": "granted" } }),
        json!({ "client": { "id": 8, "ref": "C-1002", "name": "Luca Bianchi" } }),
        json!({ "client": { "id": 9, "ref": "C-1003", "name": "Anna Verdi" } }),
        contact(71, 7, "+39000123401"),
        contact(72, 7, "maria@posta.example"),
        contact(73, 8, "+39000123402"),
        contact(74, 9, "+39000123403"),
        template(31, "case-progress", "cases"),
        template(32, "incident-started", "outages"),
        template(33, "survey", "surveys"),
        version(34, 31),
        version(35, 32),
        version(36, 33),
        link(1, "https://www.example.it/guida"),
        link(2, "https://www.example.it/tempi"),
        link(3, "https://www.example.it/contatti"),
        link(4, "javascript:alert(1)"),
        json!({ "event": { "id": 401, "event_id": "crm-1", "type": "case.state_changed",
            "subject": "PR-2026-00412", "occurred_at": HAPPENED, "received_at": HAPPENED,
            "data": { "case": "PR-2026-00412", "client": "C-1001" } } }),
        json!({ "event": { "id": 402, "source": "/oms", "event_id": "oms-1",
            "type": "incident.opened",
            "subject": "G-77", "occurred_at": HAPPENED, "received_at": HAPPENED,
            "data": { "incident": "G-77" } } }),
        json!({ "case_file": { "id": 201, "ref": "PR-2026-00412", "client_ref": "C-1001",
            "state": "sent_to_distributor", "note": "Serve la <b>copia</b> del documento",
            "expected_by": "2026-11-27", "opened_at": 1_795_000_000_000_000_i64,
            "changed_at": HAPPENED } }),
        json!({ "case_change": { "event_id": 401, "case_id": 201, "type": "case.state_changed",
            "state": "sent_to_distributor", "owner": "e-distribuzione",
            "expected_by": "2026-11-27", "occurred_at": HAPPENED } }),
        json!({ "incident": { "id": 301, "ref": "G-77", "severity": "severe",
            "cause": "guasto in cabina", "began_at": HAPPENED,
            "expected_end": 1_795_370_400_000_000_i64, "opened_at": HAPPENED,
            "changed_at": HAPPENED } }),
        json!({ "incident_change": { "event_id": 402, "incident_id": 301,
            "data": { "incident": "G-77", "expected_end": "2026-11-22T19:00:00+01:00" },
            "occurred_at": HAPPENED } }),
        json!({ "plan": { "id": PLAN, "event_id": 401, "rule": "case-progress",
            "template": "case-progress", "subject": "PR", "occurred_at": HAPPENED, "planned": 4,
            "created_at": HAPPENED } }),
        json!({ "plan": { "id": 502, "event_id": 402, "rule": "outage",
            "template": "incident-started",
            "topic": "outages", "class": "safety", "lane": "urgent", "subject": "G-77",
            "occurred_at": HAPPENED, "created_at": HAPPENED } }),
        message(&json!({ "id": MAIL, "client_id": 7, "channel": "email",
            "address": "maria@posta.example", "tracking": "individual", "provider": "relay",
            "accepted_at": TAKEN })),
        message(
            &json!({ "id": TEXT, "client_id": 7, "address": "+39000123401",
            "accepted_at": TAKEN }),
        ),
        message(
            &json!({ "id": LOST, "client_id": 8, "address": "+39000123402",
            "state": "unknown", "reason": "answer_lost" }),
        ),
        message(
            &json!({ "id": GOING, "client_id": 9, "address": "+39000123403",
            "state": "sending" }),
        ),
        message(
            &json!({ "id": SAFETY, "client_id": 7, "address": "+39000123401",
            "plan_id": 502, "lane": "urgent", "accepted_at": TAKEN }),
        ),
        json!({ "rollup": { "day": 20_779, "template": "case-progress", "channel": "email",
            "planned": 1, "accepted": 1, "measurable": 1, "reached": 1, "clicks_measurable": 1,
            "read_measurable": 1 } }),
        json!({ "rollup": { "day": 20_779, "template": "case-progress", "channel": "sms",
            "planned": 3, "accepted": 1, "unknown": 1, "reporting": 1, "reached": 1 } }),
        json!({ "rollup": { "day": 20_779, "template": "incident-started", "channel": "sms",
            "planned": 1, "accepted": 1, "reporting": 1, "reached": 1 } }),
    ]
}

fn message(more: &Value) -> Value {
    let number = more["id"].as_i64().expect("an id") - MAIL + 1;
    let mut message = json!({ "notification_id": number, "plan_id": PLAN, "provider": "gateway",
        "due_at": 1, "expires_at": 9, "wake_at": 5, "created_at": HAPPENED, "opened_at": 1 });
    overlay(&mut message, more);
    json!({ "message": message })
}

/// The world of one test. Its eye on the database is its own, beside the store's connections.
pub(crate) struct Reader {
    pub(crate) store: TestStore,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) signer: Signer,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) track: Track,
    router: Router,
    eye: Eye,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) length: usize,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Reader {
    pub(crate) async fn on_sqlite() -> Self {
        Self::on(support::sqlite().await).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::on(support::postgres().await).await
    }

    pub(crate) async fn on(store: TestStore) -> Self {
        let eye = Eye::open(&store.url).await;
        eye.plant(rows()).await;
        let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
        let lifecycle = Lifecycle::new();
        let web = Web {
            pages: Arc::new(Pages::new(contact(), Arc::new(CaseKinds::shipped()))),
            ..web(&store, &clock, &lifecycle)
        };
        Self {
            store,
            clock,
            ids: Arc::clone(&web.ids),
            signer: web.signer.clone(),
            lifecycle,
            track: web.track.clone(),
            router: router(web),
            eye,
        }
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        self.eye.execute(sql).await;
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.eye.number(sql).await
    }

    pub(crate) async fn text(&self, sql: &'static str) -> Option<String> {
        self.eye.texts(sql).await.pop()
    }

    /// Waits until the number is reached.
    pub(crate) async fn soon(&self, sql: &'static str, expected: i64) {
        self.eye.until(sql, expected).await;
    }

    /// Lets everything noted so far reach the store, then stops the tasks.
    pub(crate) async fn drain(&self) {
        self.lifecycle.stop();
        assert_eq!(self.lifecycle.ended(Duration::from_secs(60)).await, 0);
    }

    pub(crate) fn token(&self, purpose: Purpose, ids: &[i64]) -> String {
        self.signer.sign(purpose, ids)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[("user-agent", PHONE)], "")
            .await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, path, &[("user-agent", PHONE)], form)
            .await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !form.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(form.to_owned())).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            length: body.len(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

fn contact() -> ContactDetails {
    ContactDetails {
        organisation: "Sportello Energia".to_owned(),
        phone: Some("+39 051 000 0000".to_owned()),
        phone_free: Some("800 000 000".to_owned()),
        email: Some("assistenza@sportello.example".to_owned()),
        hours: Some("lun-ven 8-18".to_owned()),
    }
}
