//! Who comes in: with a password and a code, or by an identity provider, on good days and on bad ones. The real
//! router over both databases; the provider is a server of the test's own that keeps to the protocol.

mod bound;
mod by_provider;
mod issuer;
mod second_factor;

use std::collections::BTreeMap;
use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::users::{NewUser, User};
use araldo::web::Web;
use araldo::web::auth::password;
use araldo::web::console::{ConsoleState, SignInSettings};
use axum::http::{StatusCode, header};

use crate::console_browser::{Browser, Page};
use crate::console_seed::PASSWORD;
use crate::support::TestStore;
use crate::support::town::web;

/// A console with an admin and whoever is added.
struct House {
    web: Web,
    clock: Arc<FixedClock>,
    _store: TestStore,
}

impl House {
    async fn on(store: TestStore, settings: SignInSettings) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T17:30:00Z"));
        let mut house = Self {
            web: web(&store, &clock, &Lifecycle::new()),
            clock,
            _store: store,
        };
        house.sign_in_by(settings);
        house.person("admin@example.org", Role::Admin).await;
        house
    }

    /// From now on people come in like this.
    fn sign_in_by(&mut self, settings: SignInSettings) {
        let console = ConsoleState::new(Vec::new(), Lifecycle::new()).signing_in(settings);
        self.web.console = Arc::new(console);
    }

    async fn person(&self, email: &str, role: Role) {
        let hash = password::hash(PASSWORD).unwrap();
        let user = NewUser {
            id: UserId::new(self.web.ids.next()),
            email,
            role,
            password_hash: &hash,
        };
        let mut tx = self.web.store.write().await.unwrap();
        tx.users().add(&user, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn user(&self, email: &str) -> Option<User> {
        let mut tx = self.web.store.read().await.unwrap();
        tx.users().lookup(email).await.unwrap()
    }

    fn visitor(&self) -> Visitor {
        Visitor {
            browser: Browser {
                app: araldo::web::router(self.web.clone()),
                cookie: None,
            },
            jar: BTreeMap::new(),
        }
    }

    /// Somebody whose password alone lets them in.
    async fn logged_in(&self, email: &str) -> Visitor {
        let mut visitor = self.visitor();
        let page = visitor.login(email).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        visitor
    }

    /// What was done, oldest first, but for logins.
    async fn deeds(&self) -> Vec<String> {
        let mut tx = self.web.store.read().await.unwrap();
        let mut rows = tx.audit().recent(50).await.unwrap();
        rows.reverse();
        let said = rows.into_iter().map(|row| {
            let detail = row.detail.unwrap_or_default();
            let said = format!("{} {} {} {detail}", row.actor, row.action, row.subject);
            said.trim_end().to_owned()
        });
        said.filter(|said| !said.contains("session.began"))
            .collect()
    }
}

/// A browser that keeps every cookie it is given.
struct Visitor {
    browser: Browser,
    jar: BTreeMap<String, String>,
}

impl Visitor {
    async fn get(&mut self, path: &str) -> Page {
        let page = self.browser.get(path).await;
        self.keep(&page);
        page
    }

    /// Without the word of a session.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.browser.post(path, fields).await;
        self.keep(&page);
        page
    }

    /// A form of the console, from the page `from`.
    async fn send(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(from).await.field("csrf");
        let all = [&[("csrf", csrf.as_str())][..], fields].concat();
        self.post(path, &all).await
    }

    async fn login(&mut self, email: &str) -> Page {
        let fields = [("email", email), ("password", PASSWORD)];
        self.post("/console/login", &fields).await
    }

    /// Whether a page of the console opens.
    async fn is_in(&mut self) -> bool {
        self.get("/console/now").await.status == StatusCode::OK
    }

    fn keep(&mut self, page: &Page) {
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, rest) = cookie.split_once('=').unwrap();
            match rest.split(';').next().unwrap() {
                "" => drop(self.jar.remove(name)),
                value => drop(self.jar.insert(name.to_owned(), value.to_owned())),
            }
        }
        self.show();
    }

    /// Has these cookies and no others.
    fn hold(&mut self, jar: &BTreeMap<String, String>) {
        self.jar.clone_from(jar);
        self.show();
    }

    fn show(&mut self) {
        let all: Vec<String> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.browser.cookie = (!all.is_empty()).then(|| all.join("; "));
    }
}

fn leads_to(page: &Page) -> &str {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.header("location")
}
