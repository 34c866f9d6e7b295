//! A store with a little town in it, and a console over it: for the console's tests.

use std::sync::Arc;

use araldo::channel::sandbox::{Body, Mail, World};
use araldo::domain::clock::FixedClock;
use araldo::domain::ids::{TimeOrderedIds, first_id_at};
use araldo::domain::role::Role;
use araldo::domain::template::Source;
use araldo::domain::token::Signer;
use araldo::domain::{Channel, MessageId, Timestamp, UserId};
use araldo::intake::Limits;
use araldo::intake::inbox::EventInbox;
use araldo::runtime::{Lifecycle, Wake};
use araldo::store::access::users::NewUser;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::templates::WriteContext;
use araldo::store::{Store, StoreUrl};
use araldo::track::Track;
use araldo::web::Web;
use araldo::web::auth::keys::KeyCache;
use araldo::web::auth::password;
use araldo::web::console::{ConsoleState, ProviderFace};
use araldo::web::public::{ContactDetails, Pages};
use chrono::TimeDelta;
use sqlx::SqlitePool;

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
    _folder: tempfile::TempDir,
}

impl Town {
    /// An empty store and a console over it.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("town.db");
        let store = Store::open(&StoreUrl::Sqlite(path.clone()), 4)
            .await
            .unwrap();
        let pool = SqlitePool::connect(&format!("sqlite:{}", path.display()))
            .await
            .unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let face = |name: &str, kind: &str, channel| ProviderFace {
            name: name.into(),
            kind: kind.into(),
            channel,
        };
        let providers = vec![
            face("relay", "smtp", Channel::Email),
            face("gateway", "kannel", Channel::Sms),
        ];
        let ids = Arc::new(TimeOrderedIds::new(clock.clone(), 1));
        let track = Track::start(
            &Lifecycle::new(),
            &store,
            clock.clone(),
            ids.clone(),
            ReceiptHorizon::default(),
        );
        let web = Web {
            door: Arc::default(),
            inbox: EventInbox::start(&Lifecycle::new(), store.clone()),
            store,
            clock: clock.clone(),
            ids,
            track,
            pages: Arc::new(Pages::new(ContactDetails::default(), Arc::default())),
            signer: Signer::new(&[7; 32]),
            public_url: "http://127.0.0.1:8080".into(),
            wake: Arc::new(Wake::default()),
            keys: KeyCache::default(),
            limits: Limits::default(),
            phones: Arc::default(),
            sandbox: Some(Arc::new(World::new(clock.clone()))),
            rules: crate::support::shipped_rules(),
            console: Arc::new(ConsoleState::new(providers, Lifecycle::new())),
        };
        Self {
            web,
            clock,
            pool,
            message: MessageId::new(0),
            _folder: folder,
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
        use araldo::domain::Clock as _;
        self.clock.now()
    }

    /// Microseconds, so many minutes ago.
    fn ago(&self, minutes: i64) -> i64 {
        (self.now() - TimeDelta::minutes(minutes)).as_micros()
    }

    async fn sql(&self, text: &'static str, values: &[&dyn Value]) {
        let mut query = sqlx::query(text);
        for value in values {
            query = value.bind(query);
        }
        query
            .execute(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    async fn clients(&self) {
        for (number, name) in NAMES.iter().enumerate() {
            let id = 1_000 + i64::try_from(number).unwrap();
            self.sql(
                "INSERT INTO client VALUES ($1, $2, $3, $4, 'it', 'Europe/Rome', 'sms', 'agency-7', 1260, 480, 'granted', $5, $5)",
                &[&id, &format!("C-{id}"), name, &name.to_lowercase(), &self.ago(9_000)],
            ).await;
            if number != 5 {
                self.sql(
                    "INSERT INTO contact_point VALUES ($1, $2, 'sms', $3, 0, 1)",
                    &[&(id * 10), &id, &format!("+39333000{id}")],
                )
                .await;
                self.sql(
                    "INSERT INTO contact_point VALUES ($1, $2, 'email', $3, 1, 0)",
                    &[&(id * 10 + 1), &id, &format!("client{id}@mail.example")],
                )
                .await;
            }
            let offset = f64::from(u32::try_from(number).unwrap()) * 0.004;
            self.sql(
                "INSERT INTO place VALUES ($1, $2, $3, 'pod', '037006', '40121', $4, $5)",
                &[
                    &(id * 10),
                    &id,
                    &format!("IT001E{id}00000"),
                    &(44.48 + offset),
                    &(11.33 + (offset * 7.3) % 0.05),
                ],
            )
            .await;
        }
        self.sql("INSERT INTO topic_choice VALUES (1000, 'surveys', 0)", &[])
            .await;
        self.sql("INSERT INTO suppression VALUES ('email', 'client1000@mail.example', 'hard_bounce', NULL, $1)", &[&self.ago(600)]).await;
    }

    async fn event(&self, id: i64, name: &str, kind: &str, subject: &str, minutes: i64) {
        self.sql(
            "INSERT INTO event \
     (id, source, event_id, type, subject, occurred_at, received_at, data, body_hash, state, detail) \
     VALUES ($1, '/crm', $2, $3, $4, $5, $6, '{}', 'h', 'planned', NULL)",
            &[
                &id,
                &name.to_owned(),
                &kind.to_owned(),
                &subject.to_owned(),
                &self.ago(minutes),
                &(self.ago(minutes) + 210_000),
            ],
        )
        .await;
    }

    async fn plan(
        &self,
        id: i64,
        event: i64,
        (rule, lane, class): (&str, &str, &str),
        subject: &str,
        planned: i64,
        minutes: i64,
    ) {
        self.sql(
            "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, class, lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, variables, state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES ($1, $2, $3, $4, NULL, 2, 'cases', $5, $6, $7, $8, NULL, NULL, NULL, '{}', '{}', 'planned', 0, $9, 1, $8, $8, $8)",
            &[&id, &event, &rule.to_owned(), &rule.to_owned(), &class.to_owned(), &lane.to_owned(), &subject.to_owned(), &(self.ago(minutes) + 300_000), &planned],
        ).await;
    }

    /// A message with its attempt when it was accepted.
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
        let (accepted_at, reason): (Option<i64>, Option<String>) = (
            accepted.then_some(at + 1_300_000),
            match state {
                "suppressed" => Some("no_contact".into()),
                "held" => Some("quiet_hours".into()),
                _ => None,
            },
        );
        let address = if channel == "sms" {
            format!("+39333000{client}")
        } else {
            format!("client{client}@mail.example")
        };
        self.sql(
            "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES ($1, $2, $3, $1, $4, $5, 'it', $6, 'individual', '{}', $7, $8, $9, $10, NULL, 1, NULL, 1, 1, 0, 0, $11, NULL, 0, 0, 0, $9, NULL, $12, NULL)",
            &[&id, &plan, &client, &channel.to_owned(), &address, &lane.to_owned(), &state.to_owned(), &reason, &at, &(at + 86_400_000_000),
              &accepted.then_some("gateway".to_owned()), &accepted_at],
        ).await;
        if accepted {
            self.sql("INSERT INTO attempt VALUES ($1, 1, 'gateway', $2, 1, $3, $4, 'accepted', NULL, '202', NULL, NULL)",
                &[&id, &format!("m{id}-1"), &(at + 900_000), &(at + 1_300_000)]).await;
        }
        if state == "delivered" {
            self.sql("INSERT INTO receipt VALUES ($1, 'gateway', $2, $1, 'delivered', '1', NULL, NULL, $3)",
                &[&id, &format!("{id}-1"), &(at + 5_400_000)]).await;
        }
    }

    async fn case(&mut self) {
        self.sql("INSERT INTO case_file VALUES (50, 'PR-1', 'C-1000', 'voltura', 'sent_to_distributor', 'e-distribuzione', NULL, '2026-11-26', $1, $2, NULL)",
            &[&self.ago(3_000), &self.ago(40)]).await;
        for (event, state, minutes) in [(60, "opened", 3_000), (61, "sent_to_distributor", 40)] {
            let kind = if event == 60 {
                "case.opened"
            } else {
                "case.state_changed"
            };
            self.event(event, &format!("crm-{event}"), kind, "PR-1", minutes)
                .await;
            self.sql("INSERT INTO case_change VALUES ($1, 50, $2, $3, 'e-distribuzione', NULL, NULL, $4)",
                &[&event, &kind.to_owned(), &state.to_owned(), &self.ago(minutes)]).await;
        }
        self.plan(
            71,
            61,
            ("case-progress", "normal", "service"),
            "case:PR-1",
            1,
            40,
        )
        .await;
        let id = first_id_at(Timestamp::from_micros(self.ago(40)));
        self.send(id, 71, 1_000, ("sms", "normal"), "delivered", 40)
            .await;
        self.sql(
            "INSERT INTO link VALUES (1, 'https://www.example.org/pratica', 0)",
            &[],
        )
        .await;
        self.sql("INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) VALUES (1, $1, 'clicked', 'machine', 'link preview agent', 1, NULL, $2)", &[&id, &(self.ago(40) + 7_000_000)]).await;
        self.sql("INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) VALUES (2, $1, 'clicked', 'human', 'one link, plausible agent', 1, NULL, $2)", &[&id, &self.ago(31)]).await;
        self.sql("UPDATE message SET engaged = 12 WHERE id = $1", &[&id])
            .await;
        self.message = MessageId::new(id);
    }

    async fn outage(&self) {
        let area = r#"{"municipalities":["037006"],"polygon":[[44.47,11.32],[44.48,11.40],[44.53,11.41],[44.54,11.33]]}"#;
        self.sql("INSERT INTO incident VALUES (80, 'G-77', 'outage', 'going_on', 'electricity', 'severe', $1, 'cabin fault', NULL, $2, $3, $2, $2, NULL)",
            &[&area.to_owned(), &self.ago(25), &(self.ago(0) + 7_200_000_000)]).await;
        self.event(90, "oms-77-1", "incident.opened", "G-77", 24)
            .await;
        self.sql(
            "INSERT INTO incident_change VALUES (90, 80, 'incident.opened', '{}', $1)",
            &[&self.ago(24)],
        )
        .await;
        self.plan(
            91,
            90,
            ("incident-started", "urgent", "safety"),
            "incident:G-77",
            20,
            24,
        )
        .await;
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
                self.sql("UPDATE message SET engaged = 4 WHERE id = $1", &[&id])
                    .await;
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
        self.sql(
            "UPDATE plan SET template_version_id = $1 WHERE template = 'case-progress'",
            &[&draft.get()],
        )
        .await;
        let variables =
            r#"{"client":{"name":"Maria Rossi"},"case":{"ref":"PR-1","owner":"e-distribuzione"}}"#;
        self.sql(
            "UPDATE message SET variables = $1 WHERE id = $2",
            &[&variables.to_owned(), &self.message.get()],
        )
        .await;
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
                "Subject: Interruzione in corso, aggiornamento {number}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Buongiorno</h1><p>La corrente torna alle 20:30. <a href=\"https://a.example/c/x{number}\">Stato</a></p>"
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
                self.sql("INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, clicked_machine, replied, measurable, anonymous_opens) VALUES ($1, 'case-progress', $2, $3, $4, $5, $6, $7, $8, 2, 1, $9, $10, $11, 9, 3, $12, 0)",
                    &[&(day - back), &version, &channel.to_owned(), &(sent + 12), &12_i64, &sent, &part(94), &part(3), &part(share), &part(20), &part(share / 2), &part(80)]).await;
            }
        }
        self.sql("INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, clicked_machine, replied, measurable, anonymous_opens) VALUES ($1, 'incident-started', 2, 'sms', 8, 0, 8, 7, 1, 0, 0, 3, 0, 3, 0, 0, 7, 0)", &[&day]).await;
        self.sql("UPDATE rollup SET reporting = CASE channel WHEN 'sms' THEN accepted ELSE delivered END, reached = accepted - undelivered, clicks_measurable = measurable, read_measurable = measurable, read = opened + replied, opened = CASE channel WHEN 'sms' THEN 0 ELSE opened END, measurable = CASE channel WHEN 'sms' THEN 0 ELSE measurable END", &[]).await;
        self.sql("INSERT INTO node VALUES (1, 0, 'araldo-1', 'web,source,plan,dispatch,track', '0.1.0', $1, $2, NULL)", &[&self.ago(300), &self.ago(0)]).await;
        self.sql("INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_at, last_used_at) VALUES (1, 'crm', 'k7f3a2b1', 'x', 'events:write clients:write', $1, $2)", &[&self.ago(9_000), &self.ago(2)]).await;
    }
}

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

/// What can stand for `$n`.
trait Value: Sync {
    fn bind<'q>(&self, query: Query<'q>) -> Query<'q>;
}
type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, <sqlx::Sqlite as sqlx::Database>::Arguments>;
macro_rules! value { ($($kind:ty)+) => { $(
    impl Value for $kind {
        fn bind<'q>(&self, query: Query<'q>) -> Query<'q> { query.bind(self.to_owned()) }
    }
)+ } }
value!(i64 i32 f64 String Option<i64> Option<String>);
impl Value for &'static str {
    fn bind<'q>(&self, query: Query<'q>) -> Query<'q> {
        query.bind(*self)
    }
}
