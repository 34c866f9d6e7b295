//! Who writes a text can have it sent to themselves: it arrives once, in the form of a real message and
//! marked as a test, whatever crashes; and it counts nowhere.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use araldo::channel::{BuildContext, ProviderSettings};
use araldo::dispatch::{
    Dispatcher, DispatcherParts, DispatcherSettings, FloodGuard, ProviderRoute, ProviderRoutes,
};
use araldo::domain::address::PhonePolicy;
use araldo::domain::client::SuppressionReason;
use araldo::domain::clock::FixedClock;
use araldo::domain::links::Links;
use araldo::domain::mail_return::MailReturns;
use araldo::domain::retry::RetrySchedule;
use araldo::domain::role::Role;
use araldo::domain::token::Signer;
use araldo::domain::{Address, Channel, Clock, NodeId, UserId};
use araldo::runtime::{Lifecycle, Wake};
use araldo::store::access::users::NewUser;
use araldo::store::cluster::nodes::NewNode;
use araldo::web::Web;
use araldo::web::auth::password;
use araldo_sandbox::gateway::{Answer, Gateway};
use araldo_sandbox::smtp::{Act, At, Server};
use araldo_sandbox::{Apart, apart};
use axum::http::StatusCode;
use chrono::TimeDelta;
use futures_util::FutureExt as _;

use crate::console_browser::{Browser, Page};
use crate::console_seed::{NOW, PASSWORD};
use crate::support::TestStore;
use crate::support::node::{Eye, sums_close};
use crate::support::town::web;
use crate::template_from_nothing::{PATH, make, press};

const MAIL: [(&str, &str); 3] = [
    ("subject", "Manca un documento"),
    (
        "markdown",
        "Pratica {{ case.ref }}: **manca** un documento.\n\n[Lo segua qui]({{ links.status }})\n",
    ),
    ("action", "test"),
];

/// What arrived, as it stood on the wire.
#[derive(Default)]
struct Arrived {
    mails: Mutex<Vec<Vec<u8>>>,
    /// Each with whether a report was asked for.
    texts: Mutex<Vec<(String, String, bool)>>,
}

impl Arrived {
    fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().unwrap().clone()
    }

    fn texts(&self) -> Vec<(String, String, bool)> {
        self.texts.lock().unwrap().clone()
    }
}

/// An operator at the console, a node that sends, a relay and a gateway.
struct Office {
    web: Web,
    browser: Browser,
    clock: Arc<FixedClock>,
    eye: Eye,
    arrived: Arc<Arrived>,
    relay: u16,
    gateway: String,
    lifecycle: Lifecycle,
    slot: u8,
    _serving: [Apart; 2],
}

impl Drop for Office {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

impl Office {
    async fn open(store: &TestStore) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let lifecycle = Lifecycle::new();
        let web = web(store, &clock, &lifecycle);
        let arrived = Arc::<Arrived>::default();
        let kept = Arc::clone(&arrived);
        let relay = Server::open(move |step| {
            if step.at == At::Dot {
                kept.mails.lock().unwrap().push(step.mail.to_vec());
            }
            Act::Usual
        });
        let relay = relay.unwrap().keeping_mails();
        let kept = Arc::clone(&arrived);
        let gateway = Gateway::open(move |sms| {
            let text = sms.field("text").unwrap_or_default();
            let reported = sms.field("dlr-url").is_some();
            let mut texts = kept.texts.lock().unwrap();
            texts.push((sms.to(), text, reported));
            Answer::Accepted
        });
        let gateway = gateway.unwrap();
        let mut office = Self {
            browser: Browser {
                app: araldo::web::router(web.clone()),
                cookie: None,
            },
            eye: Eye::open(&store.url).await,
            relay: relay.port(),
            gateway: gateway.url(),
            web,
            clock,
            arrived,
            lifecycle,
            slot: 0,
            _serving: [
                apart(relay.serve()).unwrap(),
                apart(gateway.serve()).unwrap(),
            ],
        };
        office.person(Role::Operator).await;
        office.log_in(Role::Operator).await;
        let page = make(&office.browser, &[]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        office
    }

    async fn person(&self, role: Role) {
        let hash = password::hash(PASSWORD).unwrap();
        let user = NewUser {
            id: UserId::new(self.web.ids.next()),
            email: &format!("{role}@example.org"),
            role,
            password_hash: &hash,
        };
        let mut tx = self.web.store.write().await.unwrap();
        tx.users().add(&user, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn log_in(&mut self, role: Role) {
        let email = format!("{role}@example.org");
        let page = self.browser.login(&email, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }

    /// A node that sends, with a relay and a gateway of whom it knows nothing yet.
    async fn node(&mut self) -> Dispatcher {
        let id = NodeId::new(self.web.ids.next());
        self.slot += 1;
        let node = NewNode {
            id,
            slot: self.slot,
            name: format!("node-{}", self.slot),
            roles: String::from("dispatch"),
        };
        let mut tx = self.web.store.write().await.unwrap();
        tx.nodes().register(&node).await.unwrap();
        tx.commit().await.unwrap();
        let relay = format!(
            "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
             from = \"Araldo <avvisi@example.it>\"\nconnect_timeout = \"10s\"\n",
            self.relay
        );
        let gateway = format!(
            "kind = \"kannel\"\nurl = \"{}\"\nusername = \"a\"\npassword = \"b\"\nfrom = \"ARALDO\"\n",
            self.gateway
        );
        let routes = vec![self.route("gateway", &gateway), self.route("relay", &relay)];
        Dispatcher::new(DispatcherParts {
            store: self.web.store.clone(),
            clock: Arc::clone(&self.web.clock),
            ids: Arc::clone(&self.web.ids),
            routes: ProviderRoutes::new(routes),
            node: id,
            node_name: node.name,
            links: Links::new(Arc::from("http://localhost"), Signer::new(b"test"), true),
            settings: settings(),
            wake: Arc::new(Wake::default()),
        })
    }

    fn route(&self, name: &str, settings: &str) -> ProviderRoute {
        let settings: ProviderSettings = toml::from_str(settings).unwrap();
        let context = BuildContext {
            public_url: String::from("http://127.0.0.1:8080"),
            signer: Signer::new(b"test"),
            returns: MailReturns::default(),
            clock: Arc::clone(&self.web.clock),
            lifecycle: self.lifecycle.clone(),
            sandbox: None,
            desk: None,
        };
        let provider = araldo::channel::build(name, &settings, &context).unwrap();
        ProviderRoute::new(provider, None)
    }

    async fn editor(&self, channel: &str) -> Page {
        let path = format!("{PATH}?locale=it&channel={channel}");
        self.browser.get(&path).await
    }

    /// Presses the button under a text that is not saved.
    async fn test(&self, page: &Page, set: &[(&str, &str)]) -> Page {
        let id = page.field("test");
        let set = [set, &[("test", id.as_str())]].concat();
        press(&self.browser, page, &set).await
    }

    async fn states(&self) -> Vec<String> {
        let states = "SELECT state || ' ' || address || subject || text || html FROM test_send \
            ORDER BY id";
        self.eye.texts(states).await
    }
}

fn settings() -> DispatcherSettings {
    DispatcherSettings {
        window: 8,
        reserved: BTreeMap::new(),
        claim: 8,
        heartbeat: Duration::ZERO,
        node_ttl: TimeDelta::hours(1),
        retry: RetrySchedule {
            base: TimeDelta::seconds(10),
            cap: TimeDelta::minutes(20),
            max_tries: 3,
        },
        flood: FloodGuard {
            per_hour: 5,
            per_day: 9,
        },
        quiet_hours: None,
        reconcile_after: TimeDelta::seconds(30),
        reconcile_attempts: 2,
        sms_horizon: TimeDelta::hours(24),
        email_horizon: TimeDelta::hours(36),
    }
}

fn said(page: &Page, said: &str) {
    assert!(page.text.contains(said), "{said}: {}", page.text);
}

/// Rows of everything that a message would have left behind.
const TRACES: &str = "SELECT CAST((SELECT count(*) FROM message) + (SELECT count(*) FROM attempt) \
    + (SELECT count(*) FROM receipt) + (SELECT count(*) FROM engagement) \
    + (SELECT count(*) FROM rollup) + (SELECT count(*) FROM client) \
    + (SELECT count(*) FROM event) AS BIGINT)";

async fn a_mail_arrives_once_as_it_was_typed_and_counts_nowhere(store: TestStore) {
    let mut office = Office::open(&store).await;
    let mut node = office.node().await;
    let page = office.editor("email").await;
    let asked = office.test(&page, &MAIL).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    said(&asked, "The test is on its way.");
    said(&asked, "it waits for a provider.");
    said(&asked, "Lo segua qui");
    // The same form once more, as when the page is loaded again.
    let again = office.test(&page, &MAIL).await;
    said(&again, "This test was asked for already.");
    for _ in 0..3 {
        node.step().await.unwrap();
    }

    let mails = office.arrived.mails();
    assert_eq!(mails.len(), 1);
    let parser = mail_parser::MessageParser::default();
    let mail = parser.parse(&mails[0]).unwrap();
    assert_eq!(mail.subject(), Some("[Prova] Manca un documento"));
    let to = mail.to().and_then(|to| to.first()).unwrap();
    assert_eq!(to.address(), Some("operator@example.org"));
    let from = mail.from().and_then(|from| from.first()).unwrap();
    assert_eq!(from.address(), Some("avvisi@example.it"));
    let (html, text) = (mail.body_html(0).unwrap(), mail.body_text(0).unwrap());
    assert!(html.contains("<strong>manca</strong>"), "{html}");
    let words: Vec<_> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("un documento"), "{text}");
    for ours in ["127.0.0.1:8080", "http://localhost"] {
        assert!(!html.contains(ours) && !text.contains(ours), "{html}");
    }
    let head = String::from_utf8_lossy(&mails[0]);
    assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    assert!(!head.contains("List-Unsubscribe"), "{head}");

    let again = press(
        &office.browser,
        &asked,
        &[MAIL[0], MAIL[1], ("action", "preview")],
    )
    .await;
    said(&again, "relay took it.");
    assert_eq!(office.states().await, ["sent "]);
    assert_eq!(office.eye.number(TRACES).await, 0);
    sums_close(&office.eye).await;
    crate::support::invariants::hold_at(&office.web.store, office.clock.now()).await;

    let mut tx = office.web.store.read().await.unwrap();
    let told = tx.audit().recent(1).await.unwrap();
    assert_eq!(told[0].action, "template.test_sent");
    assert_eq!(told[0].detail.as_deref(), Some("it email"));
    let draft = &tx.templates().versions("case-documents").await.unwrap()[0];
    let saved = draft.source.parts["it"].email_subject.as_deref();
    assert_ne!(saved, Some("Manca un documento"), "a test saves nothing");
}

async fn an_sms_goes_to_the_number_that_is_typed(store: TestStore) {
    let mut office = Office::open(&store).await;
    let mut node = office.node().await;
    let page = office.editor("sms").await;
    let text = |number| {
        [
            ("sms", "Manca un documento: {{ case.ref }}"),
            ("test_number", number),
            ("action", "test"),
        ]
    };
    for wrong in ["", "051", "nobody"] {
        let page = office.test(&page, &text(wrong)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        said(&page, "No SMS can go to this number");
        said(&page, "Manca un documento: {{ case.ref }}</textarea>");
    }
    let number = "333 1234567";
    bar(&office, number).await;
    let barred = office.test(&page, &text(number)).await;
    assert_eq!(barred.status, StatusCode::UNPROCESSABLE_ENTITY);
    said(&barred, "This address must not be used");
    let fault = [
        ("sms", "{{ nobody.knows }}"),
        text("3331234568")[1],
        MAIL[2],
    ];
    let fault = office.test(&page, &fault).await;
    assert_eq!(fault.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(office.states().await, Vec::<String>::new());

    let asked = office.test(&page, &text("333 1234568")).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    node.step().await.unwrap();
    node.step().await.unwrap();
    let texts = office.arrived.texts();
    let [(to, shown, reported)] = &texts[..] else {
        panic!("{texts:?}");
    };
    assert_eq!(to, "+393331234568");
    assert!(shown.starts_with("[Prova] Manca un documento: "), "{shown}");
    assert!(!reported, "a report would be about nobody");
    let mut tx = office.web.store.read().await.unwrap();
    let told = tx.audit().recent(1).await.unwrap();
    drop(tx);
    assert_eq!(told[0].action, "template.test_sent");
    assert_eq!(told[0].detail.as_deref(), Some("it sms •••568"));
    said(&office.editor("sms").await, "gateway took it.");
    assert_eq!(office.states().await, ["sent "]);
    assert_eq!(office.eye.number(TRACES).await, 0);
}

async fn bar(office: &Office, number: &str) {
    let address = Address::parse(Channel::Sms, number, &PhonePolicy::default()).unwrap();
    let mut tx = office.web.store.write().await.unwrap();
    let why = SuppressionReason::Stop;
    let now = office.clock.now();
    tx.suppressions()
        .suppress(&address, why, None, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn a_person_has_so_many_in_an_hour(store: TestStore) {
    let office = Office::open(&store).await;
    let mut page = office.editor("email").await;
    for _ in 0..20 {
        page = office.test(&page, &MAIL).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let page = office.test(&page, &MAIL).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    said(&page, "You have sent 20 tests within an hour");
    said(&page, "Lo segua qui");
    assert_eq!(office.states().await.len(), 20);
}

async fn a_viewer_sends_none(store: TestStore) {
    let mut office = Office::open(&store).await;
    let page = office.editor("email").await;
    let id = page.field("test");
    office.person(Role::Viewer).await;
    office.log_in(Role::Viewer).await;
    let theirs = office.editor("email").await;
    assert!(!theirs.text.contains("value=\"test\""), "{}", theirs.text);
    let csrf = theirs.field("csrf");
    let set = [
        &[("csrf", csrf.as_str()), ("test", id.as_str())][..],
        &[("locale", "it"), ("channel", "email")],
        &MAIL,
    ];
    let page = office.browser.post(PATH, &set.concat()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(office.states().await, Vec::<String>::new());
}

async fn what_no_provider_takes_waits_and_is_given_up(store: TestStore) {
    let mut office = Office::open(&store).await;
    // Nobody listens there any more.
    office.relay = Server::open(|_| Act::Usual).unwrap().port();
    let mut node = office.node().await;
    let page = office.editor("email").await;
    let page = office.test(&page, &MAIL).await;
    node.step().await.unwrap();
    node.step().await.unwrap();
    let states = office.states().await;
    assert!(states[0].starts_with("waiting operator@"), "{states:?}");
    said(&page, "it waits for a provider.");

    office.clock.advance(TimeDelta::minutes(11));
    said(
        &office.editor("email").await,
        "no provider took it within 10 minutes.",
    );
    node.step().await.unwrap();
    assert_eq!(office.states().await, ["expired "]);
    said(
        &office.editor("email").await,
        "no provider took it within 10 minutes.",
    );
}

async fn what_may_have_left_at_a_crash_is_not_sent_again(store: TestStore) {
    let mut office = Office::open(&store).await;
    let mut node = office.node().await;
    let page = office.editor("email").await;
    office.test(&page, &MAIL).await;
    arm();
    let crashed = AssertUnwindSafe(node.step()).catch_unwind().await;
    assert!(crashed.is_err_and(|cause| cause.is::<Crash>()), "no crash");
    drop(node);

    let mut other = office.node().await;
    for _ in 0..3 {
        other.step().await.unwrap();
    }
    office.clock.advance(TimeDelta::minutes(11));
    other.step().await.unwrap();
    assert_eq!(office.states().await, ["unknown "]);
    assert_eq!(office.arrived.mails().len(), 0);
    said(
        &office.editor("email").await,
        "which has not answered. It may have arrived",
    );
}

/// What unwinds.
struct Crash;

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// The next test that begins on this thread takes its node with it; others never see it.
fn arm() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        fail::cfg_callback("test-send-begun", || {
            if ARMED.take() {
                resume_unwind(Box::new(Crash));
            }
        })
        .unwrap();
    });
    ARMED.set(true);
}

on_both_databases!(
    a_mail_arrives_once_as_it_was_typed_and_counts_nowhere,
    an_sms_goes_to_the_number_that_is_typed,
    a_person_has_so_many_in_an_hour,
    a_viewer_sends_none,
    what_no_provider_takes_waits_and_is_given_up,
    what_may_have_left_at_a_crash_is_not_sent_again,
);
