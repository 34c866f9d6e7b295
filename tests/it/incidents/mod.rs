//! The life of an incident, from its first report to "is it back for you?": who is told of each step,
//! and who is not. The real planner, rules and pages over both databases, by a clock that is moved;
//! nothing is sent, so that what is planned is what is seen.

mod back;
mod changed;
mod days;
mod inhibited;
mod left;
mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use araldo::domain::address::PhonePolicy;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::Event;
use araldo::domain::token::Purpose;
use araldo::domain::{Clock, Tracking};
use araldo::plan::{Planner, PlannerSettings};
use araldo::runtime::{Lifecycle, Wake};
use araldo::template::Source;
use araldo::web::{Web, router};
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::node::Eye;
use crate::support::town::{overlay, web};
use crate::support::{TestStore, shipped_rules};

const TOWN: &str = "037006";
const NEXT_TOWN: &str = "037020";

/// Each message as `EVENT CLIENT STATE`.
const MESSAGES: &str = "SELECT e.event_id || ' ' || c.ref || ' ' || m.state FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    JOIN client c ON c.id = m.client_id ORDER BY 1";
/// Each message as `EVENT CLIENT TEMPLATE`.
const TEXTS: &str = "SELECT e.event_id || ' ' || c.ref || ' ' || p.template FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    JOIN client c ON c.id = m.client_id ORDER BY 1";
/// Each message as `EVENT CLIENT REASON`.
const REASONS: &str = "SELECT e.event_id || ' ' || c.ref || ' ' || coalesce(m.reason, '-') FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    JOIN client c ON c.id = m.client_id ORDER BY 1";
/// What waits is sent, and arrives.
const ARRIVES: &str = "UPDATE message SET state = 'delivered', reason = NULL, opened_at = created_at, \
    accepted_at = created_at, final_at = created_at WHERE state = 'queued'";
/// Each event as `EVENT WHY`.
const DETAILS: &str = "SELECT event_id || ' ' || coalesce(detail, '-') FROM event ORDER BY id";

/// Four clients: `A` and `B` in the town, `C` in the next, and `D`, who shares A's telephone.
struct Life {
    store: TestStore,
    clock: Arc<FixedClock>,
    eye: Eye,
    web: Web,
    planner: Planner,
}

impl Life {
    /// Half past ten in the morning of a Sunday in Rome.
    async fn on(store: TestStore) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T10:30:00+01:00"));
        let web = web(&store, &clock, &Lifecycle::new());
        let settings = PlannerSettings {
            quiet_hours: None,
            opens: Tracking::Aggregate,
            clicks: true,
            zone: chrono_tz::Europe::Rome,
            contact: json!({ "organisation": { "name": "Sportello" }, "contact": {} }),
            case_kinds: CaseKinds::shipped(),
            small_area: 500,
            material: TimeDelta::minutes(30),
        };
        let planner = Planner::new(
            (*store).clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&web.ids),
            Arc::new(Wake::default()),
            settings,
            shipped_rules(),
        );
        let life = Self {
            eye: Eye::open(&store.url).await,
            store,
            clock,
            web,
            planner,
        };
        life.publish().await;
        for (client, phone, town) in [
            ("A", "+390000000401", TOWN),
            ("B", "+390000000402", TOWN),
            ("C", "+390000000403", NEXT_TOWN),
            ("D", "+390000000401", TOWN),
        ] {
            life.client(client, phone, town).await;
        }
        life
    }

    /// All that is shipped, so that no message is held for its text.
    async fn publish(&self) {
        for (number, source) in (1..).zip(Source::shipped().unwrap()) {
            let template = json!({ "template": { "id": number, "name": source.name } });
            let version = json!({ "template_version": { "id": number, "template_id": number } });
            self.eye.plant([template, version]).await;
        }
    }

    async fn client(&self, reference: &str, phone: &str, town: &str) {
        let client = json!({ "client": reference, "name": "Maria Rossi",
            "contacts": [{ "channel": "sms", "address": phone }],
            "places": [{ "place": format!("POD-{reference}"), "kind": "pod",
                "municipality": town }] });
        let client = araldo::intake::client::parse(&client, &PhonePolicy::default()).unwrap();
        let mut tx = self.store.write().await.unwrap();
        let (now, ids) = (self.clock.now(), &*self.web.ids);
        tx.clients().put_many(&[&client], now, ids).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Something is said of G-77, a minute after what was said before, and planned.
    async fn say(&self, id: &str, kind: &str, data: Value) {
        self.say_of("G-77", id, kind, data).await;
    }

    async fn say_of(&self, incident: &str, id: &str, kind: &str, data: Value) {
        self.clock.advance(TimeDelta::minutes(1));
        let mut about = json!({ "incident": incident });
        overlay(&mut about, &data);
        let event = json!({ "specversion": "1.0", "id": id, "source": "/oms", "type": kind,
            "subject": incident, "data": about });
        let event = Event::parse(&event, self.clock.now()).unwrap();
        let mut tx = self.store.write().await.unwrap();
        let (now, ids) = (self.clock.now(), &*self.web.ids);
        tx.events().accept([&event], now, ids).await.unwrap();
        tx.commit().await.unwrap();
        self.planner.drain().await.unwrap();
    }

    /// An outage in the town that should be over at 14:00.
    async fn opened(&self, id: &str) {
        let data = json!({ "kind": "outage", "service": "electricity",
            "area": { "municipalities": [TOWN] }, "expected_end": "2026-11-22T14:00:00+01:00" });
        self.say(id, "incident.opened", data).await;
    }

    /// Who has a message of this event, with its state.
    async fn told(&self, id: &str) -> Vec<String> {
        self.of(MESSAGES, id).await
    }

    /// The same with the reason of each.
    async fn reasons(&self, id: &str) -> Vec<String> {
        self.of(REASONS, id).await
    }

    /// All that waits to be sent arrives.
    async fn arrives(&self) {
        self.eye.execute(ARRIVES).await;
    }

    /// The templates of an event's messages.
    async fn templates(&self, id: &str) -> BTreeSet<String> {
        let rows = self.of(TEXTS, id).await;
        let template = |row: String| row.split(' ').next_back().unwrap().to_owned();
        rows.into_iter().map(template).collect()
    }

    /// What the event says of itself.
    async fn why(&self, id: &str) -> String {
        self.of(DETAILS, id).await.concat()
    }

    async fn of(&self, sql: &'static str, id: &str) -> Vec<String> {
        let rows = self.eye.texts(sql).await;
        let own = rows.iter().filter_map(|row| row.split_once(' '));
        let own = own.filter(|(event, _)| *event == id);
        own.map(|(_, rest)| rest.to_owned()).collect()
    }

    /// Sends the form of a status page; where it leads.
    async fn answers(&self, message: i64, answer: &str) -> String {
        let token = self.web.signer.sign(Purpose::Status, &[message]);
        let request = Request::post(format!("/s/{token}/back"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("answer={answer}")))
            .unwrap();
        let response = router(self.web.clone()).oneshot(request).await.unwrap();
        let location = response.headers().get("location").cloned();
        let location = location.unwrap_or_else(|| panic!("{answer}: {}", response.status()));
        self.planner.drain().await.unwrap();
        location.to_str().unwrap().to_owned()
    }

    /// The status page behind a message.
    async fn page(&self, message: i64) -> String {
        let token = self.web.signer.sign(Purpose::Status, &[message]);
        let request = Request::get(format!("/s/{token}"));
        let request = request.body(Body::empty()).unwrap();
        let response = router(self.web.clone()).oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
