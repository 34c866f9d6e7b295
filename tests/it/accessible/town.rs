//! What there is to be seen: the towns of other tests, with one of everything that has a page.

use std::sync::Arc;

use araldo::domain::language::Language;
use araldo::domain::role::Role;
use araldo::domain::template::Source;
use araldo::domain::token::Purpose;
use araldo::runtime::Lifecycle;
use araldo::store::templates::WriteContext;
use araldo::web::console::{ConsoleState, DeclareSettings};
use axum::http::StatusCode;

use super::Site;
use super::pages::WatchedPage;
use crate::console_browser::{Browser, Page};
use crate::console_seed::{PASSWORD, Town, providers};
use crate::conversations_console::{page_of, promise, promising};
use crate::map_in_the_browser::import_shapes;
use crate::partners::{Agencies, post};
use crate::reader::{MAIL, Reader, SAFETY, TEXT};
use crate::sources::at_console::add_desk;
use crate::support::sqlite;

const FIRST_MAIL: &str = "SELECT min(id) FROM message WHERE channel = 'email'";

/// What stands for `{…}` in addresses.
#[derive(Default)]
pub(super) struct Filled(Vec<(&'static str, String)>);

impl Filled {
    /// What stands for one of them, if somebody made it.
    pub(super) fn of(&self, name: &str) -> Option<String> {
        let mut all = self.0.iter();
        all.find_map(|(of, value)| (*of == name).then(|| value.clone()))
    }

    pub(super) fn address(&self, page: &WatchedPage) -> String {
        let mut address = page.address.to_owned();
        for (name, value) in &self.0 {
            address = address.replace(&format!("{{{name}}}"), value);
        }
        assert!(!address.contains('{'), "nobody made what {address} shows");
        address
    }
}

/// The form that passes on what a conversation says.
fn form_of(conversation: &str) -> String {
    conversation.replace("/console/inbox/", "/console/forwardings/new?conversation=")
}

/// The whole console in Italian, as an admin has it.
pub(super) async fn staffs_site() -> Site {
    let port = Site::port().await;
    let mut town = promising().await;
    add_desk(&mut town).await;
    import_shapes(&town.web.store, &*town.web.ids).await;
    publish(&town).await;
    town.web.public_url = port.1.as_str().into();
    // Whatever is declared or put right waits for a second person, and its page stays.
    let declaring = DeclareSettings {
        approval_above: Some(0),
        ..DeclareSettings::default()
    };
    let console = ConsoleState::new(providers(), Lifecycle::new()).speaking(Language::Italian);
    town.web.console = Arc::new(console.promising(promise()).declaring(declaring));
    let browser = Browser::logged_in(&town, Role::Admin).await;
    let mail = town.eye.number(FIRST_MAIL).await;
    let filled = Filled(vec![
        ("message", format!("/console/messages/{}", town.message)),
        ("mail", format!("/console/messages/{mail}")),
        ("conversation", page_of(&browser).await),
        ("forwarding", form_of(&page_of(&browser).await)),
        ("declared", declared(&browser).await),
        ("rectification", rectification(&browser).await),
        ("invitation", invitation(&browser).await),
        ("person", person(&browser).await),
        ("code", code(&town).await),
    ]);
    let hook = [
        ("name", "crm"),
        ("url", "https://crm.example/araldo"),
        ("types", "message"),
    ];
    let made = post(&browser, "/console/webhooks", &hook).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    Site::serve(port, browser, filled, town)
}

/// Takes in the templates that come with the program, beside those of the town.
async fn publish(town: &Town) {
    let mut tx = town.web.store.write().await.unwrap();
    for source in Source::shipped().unwrap() {
        if source.name == "case-progress" {
            continue;
        }
        let by = WriteContext {
            author: "araldo",
            now: town.now(),
            ids: &*town.web.ids,
        };
        tx.templates().import(&source, by).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn leads_to(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.header("location").to_owned()
}

/// An outage that was declared and not sent.
async fn declared(browser: &Browser) -> String {
    let form = "/console/incidents/new";
    let id = browser.get(form).await.field("id");
    let fields = [
        ("id", id.as_str()),
        ("kind", "outage"),
        ("service", "electricity"),
        ("municipalities", "037006"),
        ("reference", "G-90"),
    ];
    leads_to(&post(browser, form, &fields).await)
}

/// That a message was wrong, which waits for a second person.
async fn rectification(browser: &Browser) -> String {
    let form = browser.get("/console/rectify?plan=71").await;
    let id = form.field("id");
    let fields = [
        ("id", id.as_str()),
        ("plan", "71"),
        ("wrong", "La pratica non è ferma."),
        ("holds", "È presso il distributore."),
    ];
    leads_to(&post(browser, "/console/rectify", &fields).await)
}

/// The link that somebody who is invited gets.
async fn invitation(browser: &Browser) -> String {
    let fields = [("email", "new@example.org"), ("role", "viewer")];
    let page = post(browser, "/console/people", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let start = "/console/invitation/";
    let (_, rest) = page.text.split_once(start).expect(&page.text);
    format!("{start}{}", rest.split_once('"').unwrap().0)
}

/// The page of the first person of the list.
async fn person(browser: &Browser) -> String {
    let page = browser.get("/console/people").await.text;
    let (_, rest) = page.split_once("<a href=\"/console/people/").expect(&page);
    format!("/console/people/{}", rest.split_once('"').unwrap().0)
}

/// The cookie of somebody whose password was right, and whose code is awaited.
async fn code(town: &Town) -> String {
    town.person(Role::Viewer).await;
    let mut tx = town.web.store.write().await.unwrap();
    let viewer = tx.users().lookup("viewer@example.org").await.unwrap();
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let mut factors = tx.second_factors();
    assert!(
        factors
            .set(viewer.unwrap().id, secret, 1, &[])
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let mut browser = Browser::new(town);
    browser.login("viewer@example.org", PASSWORD).await;
    browser.cookie.expect("a cookie of the wait for the code")
}

/// The pages of an agency that has asked something.
pub(super) async fn partners_site() -> Site {
    let port = Site::port().await;
    let mut agencies = Agencies::on(sqlite().await).await;
    let console = ConsoleState::new(Vec::new(), Lifecycle::new()).speaking(Language::Italian);
    agencies.web.console = Arc::new(console);
    agencies.web.public_url = port.1.as_str().into();
    let browser = agencies.logged_in("one@ag.example").await;
    let ask = "/console/partner/cases/PR-1/ask";
    let asked = post(&browser, ask, &[("text", "Quale documento manca?")]).await;
    leads_to(&asked);
    Site::serve(port, browser, Filled::default(), agencies)
}

/// What clients see behind their links.
pub(super) async fn clients_site() -> Site {
    let port = Site::port().await;
    let reader = Reader::on_sqlite().await;
    let link = |way: &str, purpose, message| {
        let token = reader.token(purpose, &[message]);
        format!("/{way}/{token}")
    };
    let filled = Filled(vec![
        ("case", link("s", Purpose::Status, MAIL)),
        ("outage", link("s", Purpose::Status, SAFETY)),
        ("text", link("s", Purpose::Status, TEXT)),
        ("unsubscribe", link("u", Purpose::Unsubscribe, MAIL)),
    ]);
    let browser = Browser {
        app: reader.router(),
        cookie: None,
    };
    Site::serve(port, browser, filled, reader)
}
