//! An office whose people declare incidents in a town of four clients.

use std::sync::Arc;

use araldo::domain::address::PhonePolicy;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock, Tracking, UserId};
use araldo::plan::{Planner, PlannerSettings};
use araldo::runtime::{Lifecycle, Wake};
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::NewUser;
use araldo::store::templates::WriteContext;
use araldo::template::Source;
use araldo::web::Web;
use araldo::web::console::{ConsoleState, DeclareSettings};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::console_browser::{Browser, Page};
use crate::support::node::Eye;
use crate::support::town::web;
use crate::support::{TestStore, shipped_rules};

use super::TOWN;

/// Clients of one town, and the people of an office.
pub(super) struct Office {
    pub(super) store: TestStore,
    pub(super) clock: Arc<FixedClock>,
    pub(super) eye: Eye,
    pub(super) web: Web,
    pub(super) planner: Planner,
}

impl Office {
    /// `A` has a telephone and `D` the same, `B` reads English mails, `C` has no address.
    pub(super) async fn on(store: TestStore, approval_above: Option<u32>) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T10:30:00+01:00"));
        let declaring = DeclareSettings {
            approval_above,
            ..DeclareSettings::default()
        };
        let console = ConsoleState::new(Vec::new(), Lifecycle::new()).declaring(declaring);
        let web = web(&store, &clock, &Lifecycle::new());
        let planner = || {
            Planner::new(
                (*store).clone(),
                Arc::clone(&clock) as Arc<dyn Clock>,
                Arc::clone(&web.ids),
                Arc::new(Wake::default()),
                settings(),
                shipped_rules(),
            )
        };
        let (planner, rehearsal) = (planner(), Arc::new(planner()));
        let web = Web {
            console: Arc::new(console),
            rehearsal,
            ..web
        };
        let office = Self {
            eye: Eye::open(&store.url).await,
            store,
            clock,
            web,
            planner,
        };
        office.publish().await;
        let sms = |number| json!({ "channel": "sms", "address": number });
        office.client("A", &[sms("+390000000401")], "it").await;
        let mail = json!({ "channel": "email", "address": "b@mail.example" });
        office.client("B", &[mail], "en").await;
        office.client("C", &[], "it").await;
        office.client("D", &[sms("+390000000401")], "it").await;
        office
    }

    /// The same where managers may not approve, and whatever is declared is approved.
    pub(super) fn for_approvers(mut self) -> Self {
        let declaring = DeclareSettings {
            approval_above: Some(0),
            approvers_only: true,
            ..DeclareSettings::default()
        };
        let console = ConsoleState::new(Vec::new(), Lifecycle::new()).declaring(declaring);
        self.web.console = Arc::new(console);
        self
    }

    pub(super) async fn publish(&self) {
        let mut tx = self.store.write().await.unwrap();
        for source in Source::shipped().unwrap() {
            let by = WriteContext {
                author: "araldo",
                now: self.clock.now(),
                ids: &*self.web.ids,
            };
            tx.templates().import(&source, by).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub(super) async fn client(&self, reference: &str, contacts: &[Value], locale: &str) {
        let client = json!({ "client": reference, "name": "Maria Rossi", "locale": locale,
            "contacts": contacts, "places": [{ "place": format!("POD-{reference}"),
                "kind": "pod", "municipality": TOWN }] });
        let client = araldo::intake::client::parse(&client, &PhonePolicy::default()).unwrap();
        let mut tx = self.store.write().await.unwrap();
        let (now, ids) = (self.clock.now(), &*self.web.ids);
        tx.clients().put_many(&[&client], now, ids).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody of this role, logged in.
    pub(super) async fn person(&self, role: Role) -> Person {
        let secret = format!("{:x<43}", role.as_str());
        let (now, user) = (self.clock.now(), UserId::new(self.web.ids.next()));
        let new = NewUser {
            id: user,
            email: &format!("{role}@example.org"),
            role,
            password_hash: "none",
        };
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()));
        let session = NewSession {
            token_hash: &digest,
            user,
            csrf: "csrf",
            expires_at: now + TimeDelta::hours(1),
        };
        let mut tx = self.store.write().await.unwrap();
        tx.users().add(&new, now).await.unwrap();
        tx.sessions().begin(&session, now).await.unwrap();
        tx.commit().await.unwrap();
        Person(Browser {
            app: araldo::web::router(self.web.clone()),
            cookie: Some(format!("araldo={secret}")),
        })
    }

    pub(super) async fn planned(&self) {
        self.planner.drain().await.unwrap();
    }

    /// What people did, the newest first.
    pub(super) async fn deeds(&self) -> Vec<String> {
        let mut tx = self.store.read().await.unwrap();
        let deeds = tx.audit().recent(50).await.unwrap();
        deeds.into_iter().map(|deed| deed.action).collect()
    }
}

pub(super) fn settings() -> PlannerSettings {
    PlannerSettings {
        quiet_hours: None,
        opens: Tracking::Aggregate,
        clicks: true,
        zone: chrono_tz::Europe::Rome,
        contact: json!({ "organisation": { "name": "Sportello" }, "contact": {} }),
        case_kinds: CaseKinds::shipped(),
        small_area: 500,
        material: TimeDelta::minutes(30),
    }
}

pub(super) struct Person(pub(super) Browser);

impl Person {
    pub(super) async fn get(&self, path: &str) -> Page {
        self.0.get(path).await
    }

    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let all = [&[("csrf", "csrf")][..], fields].concat();
        self.0.post(path, &all).await
    }

    /// Fills in the form for an outage in the town; where it leads.
    pub(super) async fn declares(&self, fields: &[(&str, &str)]) -> String {
        let id = self.get("/console/incidents/new").await.field("id");
        let usual = [
            ("id", id.as_str()),
            ("kind", "outage"),
            ("service", "electricity"),
        ];
        let page = self
            .post("/console/incidents/new", &[&usual[..], fields].concat())
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        page.header("location").to_owned()
    }

    /// Presses a button of the check page, as it stands there.
    pub(super) async fn presses(&self, path: &str, button: &str) -> Page {
        let revision = self.get(path).await.field("revision");
        self.post(&format!("{path}/{button}"), &[("revision", &revision)])
            .await
    }

    /// Declares an outage in the town called `G-1`, and sends it.
    pub(super) async fn opens(&self, office: &Office) {
        let fields = [("municipalities", TOWN), ("reference", "G-1")];
        let check = self.declares(&fields).await;
        let sent = self.presses(&check, "send").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        office.planned().await;
        office.clock.advance(TimeDelta::minutes(5));
    }

    /// The same where another person has to approve it.
    pub(super) async fn opens_with(&self, second: &Person, office: &Office) {
        let fields = [("municipalities", TOWN), ("reference", "G-1")];
        let check = self.declares(&fields).await;
        self.presses(&check, "ask").await;
        second.presses(&check, "approve").await;
        let sent = self.presses(&check, "send").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        office.planned().await;
        office.clock.advance(TimeDelta::minutes(5));
    }

    /// Sends one of the small forms about `G-1`.
    pub(super) async fn changes(&self, how: &str, fields: &[(&str, &str)]) -> Page {
        let form = format!("/console/incidents/G-1/change?as={how}");
        let form = self.get(&form).await;
        let (id, seen) = (form.field("id"), form.field("seen"));
        let usual = [("id", id.as_str()), ("seen", seen.as_str()), ("as", how)];
        let all = [&usual[..], fields].concat();
        self.post("/console/incidents/G-1/change", &all).await
    }
}
