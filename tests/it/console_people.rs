//! People of the console look after themselves: an admin invites and gets a link, the person sets a
//! password by it, once; roles and locks hold at once; the last admin stays; and all of it stands in
//! the audit. The real router over both databases.

use std::collections::BTreeSet;
use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::token::Purpose;
use araldo::domain::{Clock as _, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::actions::AuditAction;
use araldo::store::access::audit::AuditEntry;
use araldo::store::access::users::NewUser;
use araldo::web::Web;
use araldo::web::auth::password;
use axum::body::Body;
use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::architecture::files;
use crate::console_browser::{Browser, Page};
use crate::console_seed::PASSWORD;
use crate::nothing_is_dead::{code, is_test};
use crate::support::TestStore;
use crate::support::town::web;

on_both_databases!(
    who_is_invited_sets_a_password_once_and_logs_in,
    a_link_ends_after_three_days_and_with_a_newer_one,
    only_admins_see_people_and_the_audit,
    the_last_admin_stays,
    another_role_and_a_lock_end_the_sessions,
    a_person_changes_the_own_password_and_ends_other_sessions,
    the_audit_shows_all_of_it_and_runs_nothing,
);

const NEW: &str = "three plain words";

/// A console with an admin and nobody else.
struct House {
    web: Web,
    clock: Arc<FixedClock>,
    _store: TestStore,
}

impl House {
    async fn on(store: TestStore) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T17:30:00Z"));
        let web = web(&store, &clock, &Lifecycle::new());
        let house = Self {
            web,
            clock,
            _store: store,
        };
        house.person("admin@example.org", Role::Admin).await;
        house
    }

    async fn person(&self, email: &str, role: Role) -> UserId {
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
        user.id
    }

    fn browser(&self) -> Browser {
        Browser {
            app: araldo::web::router(self.web.clone()),
            cookie: None,
        }
    }

    async fn logged_in(&self, email: &str, password: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.login(email, password).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    async fn admin(&self) -> Browser {
        self.logged_in("admin@example.org", PASSWORD).await
    }

    async fn id(&self, email: &str) -> UserId {
        let mut tx = self.web.store.read().await.unwrap();
        tx.users().lookup(email).await.unwrap().unwrap().id
    }

    /// What was done, oldest first.
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

/// Sends a form with the session's word.
async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get("/console/me").await.field("csrf");
    let all = [&[("csrf", csrf.as_str())][..], fields].concat();
    browser.post(path, &all).await
}

async fn invite(admin: &Browser, email: &str, role: &str) -> Page {
    let fields = [("email", email), ("role", role)];
    post(admin, "/console/people", &fields).await
}

/// The path of the link that a page shows.
fn link(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let start = "readonly value=\"http://127.0.0.1:8080";
    let from = page.text.find(start).expect("a link") + start.len();
    page.text[from..].split('"').next().unwrap().to_owned()
}

async fn set(browser: &Browser, link: &str, password: &str, again: &str) -> Page {
    let fields = [("password", password), ("again", again)];
    browser.post(link, &fields).await
}

async fn who_is_invited_sets_a_password_once_and_logs_in(store: TestStore) {
    let house = House::on(store).await;
    let admin = house.admin().await;
    let page = invite(&admin, "Anna@Example.org", "operator").await;
    let link = link(&page);
    assert!(link.starts_with("/console/invitation/"), "{link}");
    let listed = admin.get("/console/people").await.text;
    assert!(listed.contains("anna@example.org") && listed.contains("invited"));
    assert!(!listed.contains("/console/invitation/"), "shown once");
    let again = invite(&admin, "anna@example.org", "viewer").await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let mut anna = house.browser();
    let none = anna.login("anna@example.org", "").await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED, "no password yet");
    let seen = anna.get(&link).await;
    assert!(seen.text.contains("anna@example.org"), "{}", seen.text);
    for (password, twice, says) in [
        (NEW, "three other words", "are not the same"),
        ("elevenchars", "elevenchars", "At least 12 characters"),
        ("anna@example.org", "anna@example.org", "must not be"),
        ("password1234", "password1234", "guessed first"),
    ] {
        let page = set(&anna, &link, password, twice).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(page.text.contains(says), "{password}: {}", page.text);
    }
    let done = set(&anna, &link, NEW, NEW).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let to = done.header("location");
    assert!(to.starts_with("/console/login"), "{to}");
    let told = house.browser().get(to).await.text;
    assert!(told.contains("Your password is set."), "{told}");
    let anna = house.logged_in("anna@example.org", NEW).await;
    assert_eq!(anna.get("/console/now").await.status, StatusCode::OK);

    let twice = set(&house.browser(), &link, PASSWORD, PASSWORD).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert_eq!(
        house.browser().get(&link).await.status,
        StatusCode::NOT_FOUND
    );
    house.logged_in("anna@example.org", NEW).await;
    assert_eq!(
        house.deeds().await,
        [
            "admin@example.org user.invited anna@example.org operator",
            "console login session.refused anna@example.org",
            "anna@example.org user.password_set anna@example.org",
        ]
    );
}

async fn a_link_ends_after_three_days_and_with_a_newer_one(store: TestStore) {
    let house = House::on(store).await;
    let first = link(&invite(&house.admin().await, "anna@example.org", "viewer").await);
    house.clock.advance(TimeDelta::hours(72));
    let late = set(&house.browser(), &first, NEW, NEW).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert!(late.text.contains("This link is not good"), "{}", late.text);

    let admin = house.admin().await;
    let listed = admin.get("/console/people").await.text;
    assert!(listed.contains("invitation ran out"), "{listed}");
    let renew = format!(
        "/console/people/{}/invitation",
        house.id("anna@example.org").await
    );
    let second = link(&post(&admin, &renew, &[]).await);
    let third = link(&post(&admin, &renew, &[]).await);
    let old = house.browser().get(&second).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND, "a newer took its place");

    // What opens something else opens nothing here.
    let status = house.web.signer.sign(Purpose::Status, &[7]);
    let session = admin.cookie.as_deref().unwrap().split_once('=').unwrap().1;
    for token in [status.as_str(), session, "1"] {
        let path = format!("/console/invitation/{token}");
        let page = set(&house.browser(), &path, NEW, NEW).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{token}");
    }
    let browser = house.browser();
    let request = browser.request("POST", &third);
    let request = request.header("origin", "https://evil.example");
    let form = Body::from(format!("password={NEW}&again={NEW}"));
    let refused = browser.send(request.body(form).unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = set(&house.browser(), &third, NEW, NEW).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

async fn only_admins_see_people_and_the_audit(store: TestStore) {
    let house = House::on(store).await;
    let admin = house.id("admin@example.org").await;
    for role in [Role::Viewer, Role::Operator, Role::Manager] {
        let email = format!("{role}@example.org");
        house.person(&email, role).await;
        let browser = house.logged_in(&email, PASSWORD).await;
        let now = browser.get("/console/now").await.text;
        assert!(!now.contains("href=\"/console/people\""), "{role}");
        for path in ["/console/people", "/console/audit", "/console/audit.csv"] {
            let status = browser.get(path).await.status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{role} {path}");
        }
        let invited = invite(&browser, "x@example.org", "admin").await;
        assert_eq!(invited.status, StatusCode::FORBIDDEN, "{role}");
        for verb in ["invitation", "role", "lock", "unlock"] {
            let path = format!("/console/people/{admin}/{verb}");
            let page = post(&browser, &path, &[("role", "viewer")]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{role} {verb}");
        }
    }
    let page = house.admin().await.get("/console/now").await.text;
    assert!(page.contains("href=\"/console/people\""), "{page}");
    assert_eq!(house.deeds().await, Vec::<String>::new());
}

async fn the_last_admin_stays(store: TestStore) {
    let house = House::on(store).await;
    let admin = house.admin().await;
    let me = house.id("admin@example.org").await;
    let lock = format!("/console/people/{me}/lock");
    let role = format!("/console/people/{me}/role");
    // Whoever was only invited cannot administer yet.
    invite(&admin, "second@example.org", "admin").await;
    for (path, fields) in [(&lock, &[][..]), (&role, &[("role", "viewer")][..])] {
        let page = post(&admin, path, fields).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{path}");
        assert!(page.text.contains("last person who can administer"));
    }
    assert_eq!(admin.get("/console/people").await.status, StatusCode::OK);

    let third = house.person("third@example.org", Role::Admin).await;
    let page = post(&admin, &role, &[("role", "viewer")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let third_browser = house.logged_in("third@example.org", PASSWORD).await;
    let page = post(
        &third_browser,
        &format!("/console/people/{third}/lock"),
        &[],
    )
    .await;
    assert_eq!(page.status, StatusCode::CONFLICT, "now they are the last");
}

async fn another_role_and_a_lock_end_the_sessions(store: TestStore) {
    let house = House::on(store).await;
    let anna = house.person("anna@example.org", Role::Viewer).await;
    let admin = house.admin().await;
    let hers = house.logged_in("anna@example.org", PASSWORD).await;
    let path = |verb: &str| format!("/console/people/{anna}/{verb}");
    post(&admin, &path("role"), &[("role", "viewer")]).await;
    assert_eq!(hers.get("/console/now").await.status, StatusCode::OK);
    post(&admin, &path("role"), &[("role", "manager")]).await;
    assert_eq!(hers.get("/console/now").await.status, StatusCode::SEE_OTHER);
    let hers = house.logged_in("anna@example.org", PASSWORD).await;
    assert_eq!(hers.get("/console/insight").await.status, StatusCode::OK);

    let given = link(&post(&admin, &path("invitation"), &[]).await);
    let asked = admin.get("/console/people").await.text;
    let folded = |what: &str, sure: &str| {
        let from = asked.find(&format!("<summary class=\"button small\">{what}<"));
        let (closed, _) = asked[from.unwrap()..].split_once("</details>").unwrap();
        closed.contains(sure)
    };
    assert!(folded("Lock", "Yes, lock them") && folded("Change role", "Yes, change it"));
    post(&admin, &path("lock"), &[]).await;
    assert_eq!(hers.get("/console/now").await.status, StatusCode::SEE_OTHER);
    let refused = house.browser().login("anna@example.org", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let gone = set(&house.browser(), &given, NEW, NEW).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let none = post(&admin, &path("invitation"), &[]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    post(&admin, &path("unlock"), &[]).await;
    house.logged_in("anna@example.org", PASSWORD).await;
    assert_eq!(
        house.deeds().await,
        [
            "admin@example.org user.role_changed anna@example.org viewer → manager",
            "admin@example.org user.link_renewed anna@example.org",
            "admin@example.org user.disabled anna@example.org open → locked",
            "admin@example.org user.enabled anna@example.org locked → open",
        ]
    );
}

async fn a_person_changes_the_own_password_and_ends_other_sessions(store: TestStore) {
    let house = House::on(store).await;
    house.person("anna@example.org", Role::Viewer).await;
    let at_home = house.logged_in("anna@example.org", PASSWORD).await;
    let at_work = house.logged_in("anna@example.org", PASSWORD).await;
    let boss = house.admin().await;
    let page = at_work.get("/console/me").await.text;
    assert_eq!(page.matches("name=\"session\"").count(), 1, "{page}");
    assert!(page.contains("<code>0.0.0.0/24</code>"), "{page}");
    assert!(page.contains("this one"), "{page}");

    let listed = boss.get("/console/me").await.text;
    assert_eq!(
        listed.matches("name=\"session\"").count(),
        0,
        "only one's own"
    );
    let other = at_work.get("/console/me").await.field("session");
    let stranger = post(&boss, "/console/me/sessions", &[("session", &other)]).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert_eq!(at_home.get("/console/now").await.status, StatusCode::OK);
    post(&at_work, "/console/me/sessions", &[("session", &other)]).await;
    let home = at_home.get("/console/now").await.status;
    assert_eq!(home, StatusCode::SEE_OTHER);

    let at_home = house.logged_in("anna@example.org", PASSWORD).await;
    let change = async |old: &str| {
        let fields = [("old", old), ("password", NEW), ("again", NEW)];
        post(&at_work, "/console/me/password", &fields).await.status
    };
    assert_eq!(
        change("not the old one").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(at_home.get("/console/now").await.status, StatusCode::OK);
    assert_eq!(change(PASSWORD).await, StatusCode::SEE_OTHER);
    assert_eq!(at_work.get("/console/now").await.status, StatusCode::OK);
    let home = at_home.get("/console/now").await.status;
    assert_eq!(home, StatusCode::SEE_OTHER);
    let old = house.browser().login("anna@example.org", PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    house.logged_in("anna@example.org", NEW).await;

    for _ in 0..5 {
        assert_eq!(change("a guess").await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(change("a guess").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        house.deeds().await,
        [
            "anna@example.org session.ended_elsewhere anna@example.org 1",
            "anna@example.org user.password_changed anna@example.org",
            "console login session.refused anna@example.org",
        ]
    );
}

async fn the_audit_shows_all_of_it_and_runs_nothing(store: TestStore) {
    let house = House::on(store).await;
    let odd = "<script>alert(1)</script>@example.org";
    let id = house.person(odd, Role::Viewer).await;
    let admin = house.admin().await;
    let role = format!("/console/people/{id}/role");
    post(&admin, &role, &[("role", "operator")]).await;
    for page in ["/console/people", "/console/audit"] {
        let text = admin.get(page).await.text;
        assert!(!text.contains("<script>alert"), "{page}: {text}");
        assert!(text.contains("alert(1)"), "{page}: {text}");
    }
    let page = admin.get("/console/audit").await.text;
    for said in ["role changed", "viewer → operator", "logged in"] {
        assert!(page.contains(&format!(">{said}</td>")), "{said}: {page}");
    }
    let lines = async |query: &str| {
        let text = admin.get(&format!("/console/audit?{query}")).await.text;
        text.matches("class=\"name\"><time").count()
    };
    assert_eq!(lines("").await, 2);
    assert_eq!(lines("action=user.role_changed").await, 1);
    assert_eq!(lines("action=user.disabled").await, 0);
    assert_eq!(lines("person=admin%40example.org").await, 2);
    assert_eq!(lines("person=nobody%40example.org").await, 0);
    assert_eq!(lines("day=2026-11-22").await, 2);
    assert_eq!(lines("day=2026-11-21").await, 0);
    let wrong = admin.get("/console/audit?day=yesterday").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);

    let csv = admin
        .get("/console/audit.csv?action=user.role_changed")
        .await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.text,
        format!(
            "at,actor,action,subject,detail\r\n2026-11-22T17:30:00.000Z,admin@example.org,\
             user.role_changed,{odd},viewer → operator\r\n"
        )
    );

    // As many as a page holds, and one: the second page begins where the first ended.
    let mut tx = house.web.store.write().await.unwrap();
    for _ in 0..49 {
        let entry = AuditEntry::new("command line", "dispatch.paused", "all nodes");
        let (id, now) = (house.web.ids.next(), house.clock.now());
        tx.audit().append(id, now, &entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let first = admin.get("/console/audit").await.text;
    assert_eq!(first.matches("class=\"name\"><time").count(), 50);
    let next = first.split("rel=\"next\" href=\"").nth(1).expect("older");
    let next = next.split('"').next().unwrap();
    let second = admin.get(next).await.text;
    assert_eq!(
        second.matches("class=\"name\"><time").count(),
        1,
        "{second}"
    );

    post(&admin, "/console/language", &[("language", "it")]).await;
    let page = admin.get("/console/audit?day=2026-11-22").await.text;
    assert!(page.contains("<h1>Registro delle azioni</h1>"), "{page}");
    let page = admin.get("/console/audit?action=user.role_changed").await;
    assert!(page.text.contains(">ruolo cambiato</td>"));
    assert!(page.text.contains(">lettore → operatore</td>"));
}

/// Words such as `user.invited` in a file that writes to the audit.
fn actions(text: &str) -> BTreeSet<String> {
    let lines = code(text).join("\n");
    let is_action = |word: &&str| {
        let plain = |part: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c == '_';
            !part.is_empty() && part.chars().all(fits)
        };
        let both = word.split_once('.');
        both.is_some_and(|(what, done)| plain(what) && plain(done))
    };
    let quoted = lines.split('"').filter(is_action);
    quoted.map(str::to_owned).collect()
}

#[test]
fn what_is_written_to_the_audit_has_its_word() {
    let known: BTreeSet<&str> = AuditAction::ALL.iter().map(|it| it.as_str()).collect();
    let mut found = BTreeSet::new();
    for path in files("src", ".rs").iter().filter(|path| !is_test(path)) {
        let text = std::fs::read_to_string(path).unwrap();
        let writes = ["AuditEntry", "note(", "audit("];
        if writes.iter().any(|way| text.contains(way)) {
            found.extend(actions(&text));
        }
    }
    let strange: Vec<_> = found
        .iter()
        .filter(|word| !known.contains(word.as_str()))
        .collect();
    assert_eq!(
        strange,
        Vec::<&String>::new(),
        "name them in store::access::actions and in locales/, as people-deed-…"
    );
    let unsaid: Vec<_> = known
        .iter()
        .filter(|word| !found.contains(**word))
        .collect();
    assert_eq!(unsaid, Vec::<&&str>::new(), "nobody writes these any more");
}
