//! A store with a little town in it, and a console over it: for the console's tests.

use std::sync::Arc;

use araldo::channel::sandbox::{Body, Mail, World};
use araldo::domain::clock::FixedClock;
use araldo::domain::ids::first_id_at;
use araldo::domain::role::Role;
use araldo::domain::template::Source;
use araldo::domain::{Channel, Clock as _, MessageId, Timestamp, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::users::NewUser;
use araldo::store::templates::WriteContext;
use araldo::web::Web;
use araldo::web::auth::password;
use araldo::web::console::{ConsoleState, ProviderFace};
use araldo::web::public::{ContactDetails, Pages};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::SqlitePool;

use crate::support::node::Eye;
use crate::support::town::{overlay, web};
use crate::support::{TestStore, sqlite};

/// The time at which the town's clock stands.
pub(crate) const NOW: &str = "2026-11-22T17:30:00Z";
/// The password of everybody in it.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A store, a console over it, and the clock both go by.
pub(crate) struct Town {
    pub web: Web,
    pub clock: Arc<FixedClock>,
    pub pool: SqlitePool,
    /// The first of its messages: delivered, clicked, answered for.
    pub message: MessageId,
    pub eye: Eye,
    _store: TestStore,
}

impl Town {
    /// An empty store and a console over it.
    pub(crate) async fn empty() -> Self {
        let store = sqlite().await;
        let eye = Eye::open(&store.url).await;
        let Eye::Sqlite(pool) = &eye else {
            panic!("a SQLite store")
        };
        let clock = Arc::new(FixedClock::at(NOW));
        let web = Web {
            pages: Arc::new(Pages::new(ContactDetails::default(), Arc::default())),
            sandbox: Some(Arc::new(World::new({
                let clock = clock.clone();
                move || clock.now().to_utc().into()
            }))),
            console: Arc::new(ConsoleState::new(providers(), Lifecycle::new())),
            ..web(&store, &clock, &Lifecycle::new())
        };
        Self {
            web,
            clock,
            pool: pool.clone(),
            message: MessageId::new(0),
            eye,
            _store: store,
        }
    }

    /// The same with people, clients, a case, an outage and their messages.
    pub(crate) async fn lively() -> Self {
        let mut town = Self::empty().await;
        for role in Role::ALL {
            town.person(*role).await;
        }
        town.clients().await;
        town.case().await;
        town.outage().await;
        town.operation().await;
        town.templates().await;
        town.arrivals();
        town
    }

    /// Adds `ROLE@example.org`.
    pub(crate) async fn person(&self, role: Role) {
        let hash = password::hash(PASSWORD).unwrap();
        let user = NewUser {
            id: UserId::new(self.web.ids.next()),
            email: &format!("{role}@example.org"),
            role,
            password_hash: &hash,
        };
        let mut tx = self.web.store.write().await.unwrap();
        tx.users().add(&user, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Microseconds, so many minutes ago.
    fn ago(&self, minutes: i64) -> i64 {
        (self.now() - TimeDelta::minutes(minutes)).as_micros()
    }

    async fn row(&self, table: &'static str, row: Value) {
        self.eye.plant([json!({ table: row })]).await;
    }

    async fn clients(&self) {
        for (number, name) in NAMES.iter().enumerate() {
            let id = 1_000 + i64::try_from(number).unwrap();
            let since = self.ago(9_000);
            let client = json!({ "id": id, "ref": format!("C-{id}"), "name": name,
                "partner": "agency-7", "quiet_from": 1260, "quiet_to": 480,
                "tracking_consent": "granted", "created_at": since, "updated_at": since });
            self.row("client", client).await;
            let sms = json!({ "id": id * 10, "client_id": id, "address": address(id, "sms") });
            let email = json!({ "id": id * 10 + 1, "client_id": id, "channel": "email",
                "address": address(id, "email"), "position": 1, "verified": false });
            if number != 5 {
                self.row("contact_point", sms).await;
                self.row("contact_point", email).await;
            }
            let offset = f64::from(u32::try_from(number).unwrap()) * 0.004;
            let place = json!({ "id": id * 10, "client_id": id,
                "code": format!("IT001E{id}00000"), "lat": 44.48 + offset,
                "lon": 11.33 + (offset * 7.3) % 0.05 });
            self.row("place", place).await;
        }
        let choice = json!({ "client_id": 1000, "topic": "surveys", "wanted": false });
        self.row("topic_choice", choice).await;
        let bar = json!({ "channel": "email", "address": address(1000, "email"),
            "reason": "hard_bounce", "created_at": self.ago(600) });
        self.row("suppression", bar).await;
    }

    async fn event(&self, id: i64, name: &str, kind: &str, subject: &str, minutes: i64) {
        let at = self.ago(minutes);
        let event = json!({ "id": id, "event_id": name, "type": kind, "subject": subject,
            "occurred_at": at, "received_at": at + 210_000 });
        self.row("event", event).await;
    }

    /// A plan; `more`: what is not as usual.
    async fn plan(&self, id: i64, event: i64, rule: &str, minutes: i64, more: Value) {
        let at = self.ago(minutes) + 300_000;
        let mut plan = json!({ "id": id, "event_id": event, "rule": rule, "template": rule,
            "version": 2, "suppressed": 1, "occurred_at": at, "due_at": at, "created_at": at,
            "finished_at": at });
        overlay(&mut plan, &more);
        self.row("plan", plan).await;
    }

    /// A message with its attempt when it was accepted, and its receipt when it was delivered.
    async fn send(
        &self,
        id: i64,
        plan: i64,
        client: i64,
        (channel, lane): (&str, &str),
        state: &str,
        minutes: i64,
    ) {
        let at = self.ago(minutes) + 400_000;
        let accepted = matches!(
            state,
            "accepted" | "delivered" | "undelivered" | "unconfirmed"
        );
        let reason = match state {
            "suppressed" => Some("no_contact"),
            "held" => Some("quiet_hours"),
            _ => None,
        };
        let message = json!({ "id": id, "plan_id": plan, "client_id": client,
            "channel": channel, "address": address(client, channel), "lane": lane,
            "tracking": "individual", "state": state, "reason": reason, "due_at": at,
            "expires_at": at + 86_400_000_000, "created_at": at,
            "provider": accepted.then_some("gateway"),
            "accepted_at": accepted.then_some(at + 1_300_000) });
        self.row("message", message).await;
        if accepted {
            let attempt = json!({ "message_id": id, "reference": format!("m{id}-1"),
                "opened_at": at + 900_000, "closed_at": at + 1_300_000 });
            self.row("attempt", attempt).await;
        }
        if state == "delivered" {
            let receipt = json!({ "id": id, "key": format!("{id}-1"), "message_id": id,
                "received_at": at + 5_400_000 });
            self.row("receipt", receipt).await;
        }
    }

    async fn engaged(&self, message: i64, engaged: i64) {
        sqlx::query("UPDATE message SET engaged = $1 WHERE id = $2")
            .bind(engaged)
            .bind(message)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    async fn case(&mut self) {
        let case = json!({ "id": 50, "ref": "PR-1", "client_ref": "C-1000",
            "state": "sent_to_distributor", "expected_by": "2026-11-26",
            "opened_at": self.ago(3_000), "changed_at": self.ago(40) });
        self.row("case_file", case).await;
        for (event, kind, state, minutes) in [
            (60, "case.opened", "opened", 3_000),
            (61, "case.state_changed", "sent_to_distributor", 40),
        ] {
            self.event(event, &format!("crm-{event}"), kind, "PR-1", minutes)
                .await;
            let change = json!({ "event_id": event, "case_id": 50, "type": kind, "state": state,
                "owner": "e-distribuzione", "occurred_at": self.ago(minutes) });
            self.row("case_change", change).await;
        }
        let about = json!({ "subject": "case:PR-1" });
        self.plan(71, 61, "case-progress", 40, about).await;
        let id = first_id_at(Timestamp::from_micros(self.ago(40)));
        self.send(id, 71, 1_000, ("sms", "normal"), "delivered", 40)
            .await;
        let link = json!({ "id": 1, "url": "https://www.example.org/pratica" });
        self.row("link", link).await;
        for (click, verdict, grounds, at) in [
            (1, "machine", "link preview agent", self.ago(40) + 7_000_000),
            (2, "human", "one link, plausible agent", self.ago(31)),
        ] {
            let click = json!({ "id": click, "message_id": id, "kind": "clicked",
                "verdict": verdict, "grounds": grounds, "link_id": 1, "at": at });
            self.row("engagement", click).await;
        }
        self.engaged(id, 12).await;
        self.message = MessageId::new(id);
    }

    async fn outage(&self) {
        let area = json!({ "municipalities": ["037006"],
            "polygon": [[44.47, 11.32], [44.48, 11.40], [44.53, 11.41], [44.54, 11.33]] });
        let began = self.ago(25);
        let incident = json!({ "id": 80, "ref": "G-77", "severity": "severe", "area": area,
            "cause": "cabin fault", "began_at": began,
            "expected_end": self.ago(0) + 7_200_000_000_i64, "opened_at": began,
            "changed_at": began });
        self.row("incident", incident).await;
        self.event(90, "oms-77-1", "incident.opened", "G-77", 24)
            .await;
        let change = json!({ "event_id": 90, "incident_id": 80, "occurred_at": self.ago(24) });
        self.row("incident_change", change).await;
        let about = json!({ "subject": "incident:G-77", "lane": "urgent", "class": "safety",
            "planned": 20 });
        self.plan(91, 90, "incident-started", 24, about).await;
        let states = [
            "delivered",
            "delivered",
            "accepted",
            "queued",
            "undelivered",
            "suppressed",
            "unknown",
            "held",
            "delivered",
            "delivered",
        ];
        for number in 0..20_i64 {
            let state = states[usize::try_from(number % 10).unwrap()];
            let id = first_id_at(Timestamp::from_micros(self.ago(24))) + number;
            let channel = if number % 3 == 2 { "email" } else { "sms" };
            self.send(id, 91, 1_000 + number, (channel, "urgent"), state, 24)
                .await;
            if number % 10 == 8 {
                self.engaged(id, 4).await;
            }
        }
    }

    /// Takes in a template in two versions, the second written at the console.
    async fn templates(&self) {
        let mut source: Source = serde_json::from_str(TEMPLATE).unwrap();
        let mut tx = self.web.store.write().await.unwrap();
        let by = |author| WriteContext {
            author,
            now: self.now(),
            ids: &*self.web.ids,
        };
        tx.templates().import(&source, by("araldo")).await.unwrap();
        let italian = source.parts.get_mut("it").unwrap();
        let text = italian
            .sms
            .clone()
            .unwrap()
            .replace("passata a", "ora presso");
        italian.sms = Some(text);
        let author = "operator@example.org";
        let draft = tx
            .templates()
            .save_draft(&source, by(author))
            .await
            .unwrap();
        tx.templates().publish(draft, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        sqlx::query("UPDATE plan SET template_version_id = $1 WHERE template = 'case-progress'")
            .bind(draft.get())
            .execute(&self.pool)
            .await
            .unwrap();
        let variables =
            r#"{"client":{"name":"Maria Rossi"},"case":{"ref":"PR-1","owner":"e-distribuzione"}}"#;
        sqlx::query("UPDATE message SET variables = $1 WHERE id = $2")
            .bind(variables)
            .bind(self.message.get())
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// What the sandbox's handsets and mailboxes got.
    fn arrivals(&self) {
        let world = self.web.sandbox.as_ref().unwrap();
        for number in 0..5 {
            let text = format!(
                "Enel: interruzione in corso nella Sua zona. Ripristino previsto alle 20:30. Stato: https://a.example/s/AbCdEf{number}"
            );
            world.receive(
                &format!("+3900010{number}"),
                "ARALDO",
                Body::Sms(text),
                Some(&number.to_string()),
            );
            let raw = format!(
                "Reply-To: risposte@example.it\r\nSubject: Interruzione in corso, aggiornamento {number}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Buongiorno</h1><p>La corrente torna alle 20:30. <a href=\"https://a.example/c/x{number}\">Stato</a></p>"
            );
            let mail = Mail::parse(raw.as_bytes());
            world.receive(
                &format!("client{number}@mail.example"),
                "avvisi@example.it",
                Body::Mail(mail),
                None,
            );
        }
    }

    async fn operation(&self) {
        let day = self.now().utc_day();
        for back in 0..14_i64 {
            for (channel, version, share) in [("sms", 2, 62), ("email", 2, 41), ("sms", 1, 35)] {
                let sent = 400 + (back * 97) % 300;
                let part = |percent: i64| sent * percent / 100;
                let sums = json!({ "day": day - back, "template": "case-progress",
                    "version": version, "channel": channel, "planned": sent + 12,
                    "suppressed": 12, "accepted": sent, "delivered": part(94),
                    "undelivered": part(3), "unconfirmed": 2, "unknown": 1, "opened": part(share),
                    "opened_machine": part(20), "clicked": part(share / 2), "clicked_machine": 9,
                    "replied": 3, "measurable": part(80) });
                self.row("rollup", sums).await;
            }
        }
        let sums = json!({ "day": day, "template": "incident-started", "version": 2,
            "channel": "sms", "planned": 8, "accepted": 8, "delivered": 7, "undelivered": 1,
            "opened": 3, "clicked": 3, "measurable": 7 });
        self.row("rollup", sums).await;
        self.eye.execute(WHOLE).await;
        let node = json!({ "id": 1, "name": "araldo-1", "roles": "web,source,plan,dispatch,track",
            "started_at": self.ago(300), "heartbeat_at": self.ago(0) });
        self.row("node", node).await;
        let key = json!({ "id": 1, "name": "crm", "prefix": "k7f3a2b1", "secret_hash": "x",
            "scopes": "events:write clients:write", "created_at": self.ago(9_000),
            "last_used_at": self.ago(2) });
        self.row("api_key", key).await;
    }
}

/// What its messages leave by.
pub(crate) fn providers() -> Vec<ProviderFace> {
    let face = |name: &str, kind: &str, channel| ProviderFace {
        name: name.into(),
        kind: kind.into(),
        channel,
    };
    vec![
        face("relay", "smtp", Channel::Email),
        face("gateway", "kannel", Channel::Sms),
    ]
}

/// Where a client is reached.
fn address(client: i64, channel: &str) -> String {
    if channel == "sms" {
        format!("+39333000{client}")
    } else {
        format!("client{client}@mail.example")
    }
}

/// What follows from the other sums; no SMS is ever opened.
const WHOLE: &str = "UPDATE rollup SET \
    reporting = CASE channel WHEN 'sms' THEN accepted ELSE delivered + undelivered END, \
    reached = accepted - undelivered, clicks_measurable = measurable, \
    read_measurable = measurable, read = opened + replied, \
    opened = CASE channel WHEN 'sms' THEN 0 ELSE opened END, \
    measurable = CASE channel WHEN 'sms' THEN 0 ELSE measurable END";

const NAMES: [&str; 20] = [
    "Maria Rossi",
    "Luca Bianchi",
    "Giulia Ferrari",
    "Marco Esposito",
    "Anna Romano",
    "Paolo Ricci",
    "Elena Marino",
    "Andrea Greco",
    "Sara Bruno",
    "Davide Gallo",
    "Chiara Conti",
    "Matteo De Luca",
    "Francesca Costa",
    "Giorgio Mancini",
    "Laura Rizzo",
    "Stefano Lombardi",
    "Silvia Moretti",
    "Roberto Barbieri",
    "Paola Fontana",
    "<script>alert(1)</script> & Figli",
];

/// A template with both channels in Italian and an SMS in English.
const TEMPLATE: &str = r#"{
    "name": "case-progress", "topic": "cases",
    "description": "Sent when a case moves on to its next step.",
    "variables": [
        {"name": "client.name", "description": "Name", "required": true, "example": "Maria Rossi"},
        {"name": "case.ref", "description": "Number of the case", "required": true, "example": "PR-2026-00412"},
        {"name": "case.owner", "description": "The body it is with", "example": "e-distribuzione"}
    ],
    "parts": {
        "it": {
            "sms": "Pratica {{ case.ref }} passata a {% if case.owner %}{{ case.owner }}{% else %}un altro ente{% endif %}.",
            "email_subject": "La Sua pratica {{ case.ref }}",
            "email_mjml": "<mjml><mj-body><mj-section><mj-column><mj-text font-size=\"20px\">La Sua pratica {{ case.ref }}</mj-text><mj-text>Gentile {{ client.name }}, la pratica procede.</mj-text><mj-button href=\"https://www.example.org/pratica\">Vedi lo stato</mj-button></mj-column></mj-section></mj-body></mjml>"
        },
        "en": {
            "sms": "Case {{ case.ref }} moves on.",
            "email_subject": "Your case {{ case.ref }}",
            "email_mjml": "<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ client.name }}, your case moves on.</mj-text></mj-column></mj-section></mj-body></mjml>"
        }
    }
}"#;
