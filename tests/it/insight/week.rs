//! Whoever asks for it reads each Monday how the week went: once, whichever node makes it, with the figures of
//! the insight, in their own language; nobody else does, and not on another day.

use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::language::Language;
use araldo::domain::money::Currency;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, Timestamp, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::users::NewUser;
use araldo::upkeep::{WeekMaking, make_weeks};
use araldo::web::Web;
use araldo::web::auth::password;
use araldo::web::console::WeekLetters;
use axum::http::StatusCode;
use serde_json::json;

use crate::console_browser::{Browser, Page};
use crate::console_seed::PASSWORD;
use crate::support::TestStore;
use crate::support::node::Eye;
use crate::support::town::web;

on_both_databases!(
    the_week_comes_each_monday_once_to_those_who_asked,
    the_mail_has_the_figures_of_the_week_beside_the_week_before,
    whoever_is_shut_out_or_may_not_see_rates_gets_none,
);

/// A Friday, three days before the mail.
const NOW: &str = "2026-11-20T12:00:00Z";
/// Monday, 16 November 2026, as a day counted from 1970.
const MONDAY: i64 = 20_773;
const MAILS: &str = "SELECT address || ' ' || subject || ' ' || text FROM test_send ORDER BY id";

struct Office {
    web: Web,
    eye: Eye,
    clock: Arc<FixedClock>,
    writer: WeekLetters,
    _store: TestStore,
}

impl Office {
    async fn on(store: TestStore) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let console = "https://console.example";
        let office = Self {
            web: web(&store, &clock, &Lifecycle::new()),
            eye: Eye::open(&store.url).await,
            writer: WeekLetters::new(Language::English, "Comune", console, Currency::default()),
            clock,
            _store: store,
        };
        for (name, role) in [
            ("anna", Role::Manager),
            ("bice", Role::Manager),
            ("vito", Role::Viewer),
        ] {
            office.person(&format!("{name}@example.org"), role).await;
        }
        office
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

    async fn logged_in(&self, email: &str) -> Browser {
        let mut browser = Browser {
            app: araldo::web::router(self.web.clone()),
            cookie: None,
        };
        let page = browser.login(email, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    /// Asks for the mail, or for none any more.
    async fn wants(&self, email: &str, wanted: &str) -> Page {
        let browser = self.logged_in(email).await;
        let csrf = browser.get("/console/me").await.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("wanted", wanted)];
        browser.post("/console/me/week", &fields).await
    }

    async fn at(&self, time: &str) -> usize {
        self.clock
            .advance(Timestamp::parse(time).unwrap() - self.clock.now());
        self.weeks().await
    }

    async fn weeks(&self) -> usize {
        let making = WeekMaking {
            store: &self.web.store,
            ids: &*self.web.ids,
            writer: &self.writer,
            zone: chrono_tz::Europe::Rome,
            now: self.clock.now(),
            wall: self.clock.now(),
        };
        make_weeks(&making).await.unwrap()
    }
}

async fn the_week_comes_each_monday_once_to_those_who_asked(store: TestStore) {
    let office = Office::on(store).await;
    let anna = office.logged_in("anna@example.org").await;
    let me = anna.get("/console/me").await.text;
    assert!(me.contains("Send me the week each Monday"), "{me}");
    let asked = office.wants("anna@example.org", "yes").await;
    assert_eq!(asked.header("location"), "/console/me?done=week");
    let me = anna.get("/console/me").await.text;
    assert!(me.contains("Send me no more"), "{me}");

    assert_eq!(office.weeks().await, 0, "it is Friday");
    assert_eq!(office.at("2026-11-22T12:00:00Z").await, 0, "it is Sunday");
    assert_eq!(
        office.at("2026-11-23T05:59:59Z").await,
        0,
        "before seven in Rome"
    );
    office.clock.advance(chrono::TimeDelta::seconds(1));
    // Two nodes that look at once, and both again.
    let (one, other) = tokio::join!(office.weeks(), office.weeks());
    assert_eq!(one + other, 1);
    assert_eq!(office.at("2026-11-23T22:00:00Z").await, 0, "once");
    assert_eq!(office.at("2026-11-24T06:30:00Z").await, 0, "it is Tuesday");
    // A Monday on which no node looked is not made up for.
    assert_eq!(
        office.at("2026-12-01T06:30:00Z").await,
        0,
        "it is Tuesday again"
    );
    assert_eq!(office.at("2026-12-07T06:00:00Z").await, 1);
    // Summer time: seven is an hour earlier in UTC, from the Monday after the change on.
    assert_eq!(office.at("2027-03-22T05:59:59Z").await, 0, "winter still");
    assert_eq!(office.at("2027-03-22T06:00:00Z").await, 1);
    assert_eq!(office.at("2027-03-29T04:59:59Z").await, 0);
    assert_eq!(office.at("2027-03-29T05:00:00Z").await, 1);
    assert_eq!(office.eye.texts(MAILS).await.len(), 4);

    let ended = office.wants("anna@example.org", "no").await;
    assert_eq!(ended.header("location"), "/console/me?done=week");
    assert_eq!(office.at("2027-04-05T06:00:00Z").await, 0, "not any more");
}

async fn the_mail_has_the_figures_of_the_week_beside_the_week_before(store: TestStore) {
    let office = Office::on(store).await;
    let day = |day: i64, template: &str, sums: serde_json::Value| {
        let mut row = json!({ "day": day, "template": template, "channel": "sms" });
        let all = sums.as_object().unwrap().clone();
        row.as_object_mut().unwrap().extend(all);
        json!({ "rollup": row })
    };
    let usual = |read: i64| {
        json!({ "planned": 1000, "accepted": 1000, "reporting": 1000, "delivered": 970,
            "reached": 1000, "clicks_measurable": 1000, "clicked": 100, "read_measurable": 1000,
            "read": read, "replied": 12, "priced": 1000, "cost": 90_000_000 })
    };
    let before = json!({ "planned": 500, "accepted": 500, "reporting": 500, "delivered": 400,
        "reached": 500, "read_measurable": 500, "read": 250 });
    let outside = json!({ "planned": 7000, "accepted": 7000, "priced": 7000, "cost": 1 });
    office
        .eye
        .plant([
            day(MONDAY, "case_waiting", usual(300)),
            day(MONDAY + 6, "avviso", usual(900)),
            day(MONDAY - 7, "avviso", before),
            // The day of the mail itself, and one too long ago, are in neither.
            day(MONDAY + 7, "avviso", outside.clone()),
            day(MONDAY - 8, "avviso", outside),
        ])
        .await;
    office.wants("anna@example.org", "yes").await;
    office.wants("bice@example.org", "yes").await;
    let italian = "UPDATE console_user SET language = 'it' WHERE email = 'bice@example.org'";
    office.eye.execute(italian).await;
    assert_eq!(office.at("2026-11-23T06:00:00Z").await, 2);

    // Lines are broken where they are long, and signs stand with their numbers.
    let mails = office.eye.texts(MAILS).await;
    let flat: Vec<String> = mails
        .iter()
        .map(|mail| mail.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for said in [
        "anna@example.org The week from 2026-11-16 to 2026-11-22",
        "planned: 2,000 (the week before: 500)",
        "delivered: 1,940 · 97 % (96.2–97.7 %) (the week before: 80 %",
        "clicked: 200 · 10 %",
        "read: 1,200 · 60 %",
        "replied: 24 · 1.2 %",
        "cost: €180.00 (the week before: not known)",
        "case_waiting is read less than the other templates.",
        "https://console.example/console/templates/case_waiting",
        "https://console.example/console/insight?from=2026-11-16&to=2026-11-22",
        "https://console.example/console/me",
    ] {
        assert!(flat[0].contains(said), "no `{said}` in {}", flat[0]);
    }
    for said in [
        "previsti: 2.000 (la settimana prima: 500)",
        "costo: 180,00 € (la settimana prima: non noto)",
    ] {
        assert!(flat[1].contains(said), "no `{said}` in {}", flat[1]);
    }
    let html = office
        .eye
        .texts("SELECT html FROM test_send ORDER BY id")
        .await;
    assert!(html[0].contains("lang=\"en\"") && html[1].contains("lang=\"it\""));
    for written in [
        "href=\"https://console.example/console/me\"",
        "#0b57a4",
        "Comune",
    ] {
        assert!(html[0].contains(written), "{written}: {}", html[0]);
    }
    // The same as the page says, of the same days.
    let anna = office.logged_in("anna@example.org").await;
    let page = anna
        .get("/console/insight?from=2026-11-16&to=2026-11-22")
        .await;
    assert!(
        page.text
            .contains("In this period: €180.00. In the period before: not known.")
    );
}

async fn whoever_is_shut_out_or_may_not_see_rates_gets_none(store: TestStore) {
    let office = Office::on(store).await;
    office.wants("anna@example.org", "yes").await;
    office.wants("bice@example.org", "yes").await;
    let vito = office.logged_in("vito@example.org").await;
    let me = vito.get("/console/me").await.text;
    assert!(!me.contains("/console/me/week"), "{me}");
    let refused = office.wants("vito@example.org", "yes").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for sql in [
        "UPDATE console_user SET disabled_at = 1 WHERE email = 'anna@example.org'",
        "UPDATE console_user SET role = 'viewer' WHERE email = 'bice@example.org'",
    ] {
        office.eye.execute(sql).await;
    }
    assert_eq!(office.at("2026-11-23T06:00:00Z").await, 0);
    assert!(office.eye.texts(MAILS).await.is_empty());
}
