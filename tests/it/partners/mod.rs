//! People of a partner see the cases of its own clients, what these were told and whether they read it,
//! and nothing else; what they ask for beside that is not there, and is written down. The real router
//! over both databases.

mod api;
mod digest;
mod erased;

use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::users::NewUser;
use araldo::web::auth::password;
use araldo::web::routes::Access;
use araldo::web::{Web, routes};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::console_browser::{Browser, Page};
use crate::console_seed::PASSWORD;
use crate::support::TestStore;
use crate::support::node::Eye;
use crate::support::town::web;

on_both_databases!(
    a_partner_sees_its_clients_and_no_others,
    what_is_anothers_is_not_there_and_that_it_was_asked_for_is_written_down,
    every_other_page_of_the_console_is_closed_to_partners,
    reading_is_said_as_far_as_it_is_known_and_addresses_are_masked,
    a_question_reaches_the_staff_and_its_answer_comes_back,
    too_many_or_empty_questions_are_refused_and_what_was_typed_stays,
    people_of_partners_are_invited_with_their_partner_and_stay_of_it,
    whoever_has_no_partner_any_more_sees_nothing,
);

const NOW: &str = "2026-11-22T17:30:00Z";
const MINUTE: i64 = 60_000_000;

/// Two agencies with their clients and cases: `PR-1` and `PR-2` are of clients of `AG-1`, `PR-3` of one
/// of `AG-2`, `PR-4` of one that nobody looks after.
pub(crate) struct Agencies {
    pub(crate) web: Web,
    eye: Eye,
    clock: Arc<FixedClock>,
    _store: TestStore,
}

impl Agencies {
    pub(crate) async fn on(store: TestStore) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let web = web(&store, &clock, &Lifecycle::new());
        let eye = Eye::open(&store.url).await;
        let agencies = Self {
            web,
            eye,
            clock,
            _store: store,
        };
        agencies.clients().await;
        agencies.cases().await;
        for (email, partner) in [("one@ag.example", "AG-1"), ("two@ag.example", "AG-2")] {
            agencies.person(email, Role::Partner, Some(partner)).await;
        }
        let staff = [("admin", Role::Admin), ("viewer", Role::Viewer)];
        for (name, role) in staff {
            let email = format!("{name}@example.org");
            agencies.person(&email, role, None).await;
        }
        agencies
    }

    async fn clients(&self) {
        for (id, reference, name, partner) in [
            (1, "AG-1", "Agenzia Ferri", None),
            (2, "AG-2", "Agenzia Casa", None),
            (11, "C-11", "Maria Rossi", Some("AG-1")),
            (12, "C-12", "Luca Bianchi", Some("AG-1")),
            (13, "C-13", "Anna Verdi", Some("AG-2")),
            (14, "C-14", "Paolo Neri", None),
        ] {
            let client = json!({ "id": id, "ref": reference, "name": name, "partner": partner });
            self.eye.plant([json!({ "client": client })]).await;
        }
    }

    async fn cases(&self) {
        for (number, tracking, engaged, stalled) in [
            (1, "individual", 4, Some("comune")),
            (2, "none", 0, None),
            (3, "individual", 0, None),
            (4, "individual", 0, None),
        ] {
            self.case(number, stalled).await;
            self.told(number, tracking, engaged).await;
        }
    }

    async fn case(&self, number: i64, stalled: Option<&str>) {
        let reference = format!("PR-{number}");
        let at = self.clock.now().as_micros() - 100 * MINUTE;
        let case = json!({ "id": number, "ref": reference, "client_ref": format!("C-1{number}"),
            "state": "in_hand", "opened_at": at, "changed_at": at, "stalled_by": stalled,
            "stalled_at": stalled.map(|_| at + MINUTE) });
        let event = json!({ "id": number, "event_id": reference, "type": "case.opened",
            "subject": reference, "occurred_at": at, "received_at": at });
        let change = json!({ "event_id": number, "case_id": number, "type": "case.opened",
            "state": "in_hand", "owner": "e-distribuzione", "occurred_at": at });
        let plan = json!({ "id": number, "event_id": number, "rule": "case-opened",
            "template": "case-opened", "subject": format!("case:{reference}"), "occurred_at": at });
        for row in [
            json!({ "case_file": case }),
            json!({ "event": event }),
            json!({ "case_change": change }),
            json!({ "plan": plan }),
        ] {
            self.eye.plant([row]).await;
        }
    }

    async fn told(&self, number: i64, tracking: &str, engaged: i64) {
        let at = self.clock.now().as_micros() - 90 * MINUTE;
        let message = json!({ "id": number, "plan_id": number, "client_id": 10 + number,
            "address": format!("+39333000010{number}"), "tracking": tracking,
            "state": "delivered", "engaged": engaged, "due_at": at, "created_at": at,
            "expires_at": at + 1_000 * MINUTE, "accepted_at": at, "final_at": at + MINUTE });
        self.eye.plant([json!({ "message": message })]).await;
    }

    async fn person(&self, email: &str, role: Role, partner: Option<&str>) -> UserId {
        let hash = password::hash(PASSWORD).unwrap();
        let user = NewUser {
            id: UserId::new(self.web.ids.next()),
            email,
            role,
            password_hash: &hash,
        };
        let mut tx = self.web.store.write().await.unwrap();
        tx.users().add(&user, self.clock.now()).await.unwrap();
        if let Some(partner) = partner {
            assert!(tx.users().set_partner(user.id, partner).await.unwrap());
        }
        tx.commit().await.unwrap();
        user.id
    }

    fn browser(&self) -> Browser {
        Browser {
            app: araldo::web::router(self.web.clone()),
            cookie: None,
        }
    }

    pub(crate) async fn logged_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.login(email, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    /// What of these actions was done, oldest first.
    async fn deeds(&self, action: &str) -> Vec<String> {
        let mut tx = self.web.store.read().await.unwrap();
        let mut rows = tx.audit().recent(200).await.unwrap();
        rows.reverse();
        rows.retain(|row| row.action == action);
        let said =
            |row: araldo::store::access::audit::AuditRow| format!("{} {}", row.actor, row.subject);
        rows.into_iter().map(said).collect()
    }
}

/// Sends a form with the session's word.
pub(crate) async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get("/console/me").await.field("csrf");
    let all = [&[("csrf", csrf.as_str())][..], fields].concat();
    browser.post(path, &all).await
}

async fn a_partner_sees_its_clients_and_no_others(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let mut one = agencies.browser();
    let page = one.login("one@ag.example", PASSWORD).await;
    assert_eq!(page.header("location"), "/console/partner");
    assert_eq!(one.get("/").await.header("location"), "/console/partner");

    let list = one.get("/console/partner").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.text);
    for theirs in [
        "PR-1",
        "PR-2",
        "Maria Rossi",
        "Luca Bianchi",
        "Agenzia Ferri",
    ] {
        assert!(list.text.contains(theirs), "{theirs}: {}", list.text);
    }
    for not_theirs in ["PR-3", "PR-4", "Anna Verdi", "Paolo Neri", "Agenzia Casa"] {
        assert!(!list.text.contains(not_theirs), "{not_theirs}");
    }
    for closed in [
        "/console/search",
        "/console/now",
        "/console/people",
        "class=\"health\"",
    ] {
        assert!(!list.text.contains(closed), "{closed}");
    }
    for (asked, found, missed) in [
        ("show=stalled", "PR-1", "PR-2"),
        ("q=bianchi", "PR-2", "PR-1"),
        ("q=pr-1", "PR-1", "PR-2"),
    ] {
        let page = one.get(&format!("/console/partner?{asked}")).await.text;
        assert!(
            page.contains(found) && !page.contains(missed),
            "{asked}: {page}"
        );
    }
    for asked in ["q=verdi", "q=PR-3", "state=elsewhere"] {
        let page = one.get(&format!("/console/partner?{asked}")).await.text;
        assert!(page.contains("No case here."), "{asked}: {page}");
    }
    let case = one.get("/console/partner/cases/PR-1").await;
    assert_eq!(case.status, StatusCode::OK);
    assert!(case.text.contains("stands still"), "{}", case.text);

    let two = agencies.logged_in("two@ag.example").await;
    let list = two.get("/console/partner").await.text;
    assert!(list.contains("PR-3") && !list.contains("PR-1"), "{list}");
    // A client that goes to another agency takes its cases along.
    agencies
        .eye
        .execute("UPDATE client SET partner = 'AG-2' WHERE ref = 'C-11'")
        .await;
    assert!(two.get("/console/partner").await.text.contains("PR-1"));
    let gone = one.get("/console/partner/cases/PR-1").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

async fn what_is_anothers_is_not_there_and_that_it_was_asked_for_is_written_down(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let known = one.get("/console/partner/cases/PR-3").await;
    let unknown = one.get("/console/partner/cases/PR-9").await;
    for page in [&known, &unknown] {
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
        assert!(!page.text.contains("Anna"), "{}", page.text);
    }
    let same = |page: &Page| page.text.replace("PR-3", "PR-9");
    assert_eq!(
        same(&known),
        same(&unknown),
        "nothing tells that there is one"
    );
    let asked = post(
        &one,
        "/console/partner/cases/PR-3/ask",
        &[("text", "And this one?")],
    );
    assert_eq!(asked.await.status, StatusCode::NOT_FOUND);
    let kept = "SELECT CAST(count(*) AS BIGINT) FROM partner_question";
    assert_eq!(agencies.eye.number(kept).await, 0);
    assert_eq!(
        agencies.deeds("partner.refused").await,
        ["PR-3", "PR-9", "PR-3"].map(|case| format!("one@ag.example {case}"))
    );
}

async fn every_other_page_of_the_console_is_closed_to_partners(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let table = routes();
    let mut closed = Vec::new();
    for route in table.table() {
        let is_staffs = matches!(route.access, Access::Person | Access::Right(_));
        if !is_staffs || route.method != Method::GET {
            continue;
        }
        let open = |part: &str| part.starts_with('{');
        let parts = route.path.split('/');
        let filled: Vec<&str> = parts
            .map(|part| if open(part) { "PR-3" } else { part })
            .collect();
        let page = one.get(&filled.join("/")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", route.path);
        closed.push(format!("one@ag.example {}", route.path));
    }
    assert!(closed.len() > 20, "{closed:?}");
    assert_eq!(agencies.deeds("partner.refused").await, closed);
    let api = one.request("GET", "/v1/cases").body(Body::empty()).unwrap();
    let api = one.send(api).await;
    assert_eq!(api.status, StatusCode::UNAUTHORIZED, "{}", api.text);
    let viewer = agencies.logged_in("viewer@example.org").await;
    let theirs = viewer.get("/console/partner").await;
    assert_eq!(theirs.status, StatusCode::FORBIDDEN, "not the staff's");
}

/// What a page says of reading, between its label and the end of the badge.
fn badge_of_reading(page: &str) -> &str {
    let from = page.find(" · Read").or_else(|| page.find(" · Letto"));
    let rest = &page[from.expect("what is said of reading")..];
    rest.split("</p>").next().unwrap()
}

async fn reading_is_said_as_far_as_it_is_known_and_addresses_are_masked(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let two = agencies.logged_in("two@ag.example").await;
    for (browser, case, english, italian) in [
        (&one, "PR-1", "yes", "sì"),
        (&one, "PR-2", "cannot be known", "non si può sapere"),
        (&two, "PR-3", "no", "no"),
    ] {
        let path = format!("/console/partner/cases/{case}");
        for (language, said) in [("en", english), ("it", italian)] {
            post(browser, "/console/language", &[("language", language)]).await;
            let page = browser.get(&path).await.text;
            let reading = badge_of_reading(&page);
            assert!(
                reading.contains(&format!(" {said}</span>")),
                "{case}: {reading}"
            );
            assert!(page.contains("•••"), "{page}");
            assert!(!page.contains("3330000"), "an address in clear: {page}");
            let asks = ["Ask the tutor", "Chiedi al tutor"][usize::from(language == "it")];
            assert!(page.contains(asks), "{page}");
        }
    }
    // What is counted without saying who is no "no".
    let aggregate = "UPDATE message SET tracking = 'aggregate' WHERE id = 3";
    agencies.eye.execute(aggregate).await;
    let page = two.get("/console/partner/cases/PR-3").await.text;
    let reading = badge_of_reading(&page);
    assert!(reading.contains("non si può sapere</span>"), "{reading}");
}

async fn a_question_reaches_the_staff_and_its_answer_comes_back(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let path = "/console/partner/cases/PR-1";
    let text = "Which <b>paper</b> is missing?";
    let sent = post(&one, &format!("{path}/ask"), &[("text", text)]).await;
    assert_eq!(
        sent.header("location"),
        "/console/partner/cases/PR%2D1#questions"
    );
    let waits = one.get(path).await.text;
    assert!(waits.contains("No answer yet."), "{waits}");
    assert!(waits.contains("Which &#60;b&#62;paper"), "{waits}");

    let viewer = agencies.logged_in("viewer@example.org").await;
    let seen = viewer.get("/console/replies").await.text;
    assert!(
        seen.contains("Agenzia Ferri") && seen.contains("one@ag.example"),
        "{seen}"
    );
    assert!(
        !seen.contains("/console/questions/"),
        "a viewer answers nothing"
    );
    let admin = agencies.logged_in("admin@example.org").await;
    let seen = admin.get("/console/replies").await.text;
    let action = seen.split_once("action=\"/console/questions/").unwrap().1;
    let id = action.split_once("/answer\"").unwrap().0.to_owned();
    let answer = format!("/console/questions/{id}/answer");
    let refused = post(&viewer, &answer, &[("text", "No.")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let empty = post(&admin, &answer, &[("text", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(&admin, &answer, &[("text", "The deed of sale.")]).await;
    assert_eq!(done.header("location"), "/console/replies");
    let late = post(&admin, &answer, &[("text", "Somebody was first.")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert!(late.text.contains("answered meanwhile"), "{}", late.text);
    let kept = "Somebody was first.</textarea>";
    assert!(late.text.contains(kept), "{}", late.text);
    let answered = one.get(path).await.text;
    assert!(answered.contains("The deed of sale."), "{answered}");
    assert!(
        !answered.contains("Somebody was first."),
        "the first answer stands"
    );
    assert!(
        !answered.contains("admin@example.org"),
        "nobody of the staff is named"
    );
    let two = agencies.logged_in("two@ag.example").await;
    agencies
        .eye
        .execute("UPDATE client SET partner = 'AG-2' WHERE ref = 'C-11'")
        .await;
    let theirs = two.get(path).await.text;
    assert!(
        !theirs.contains("The deed of sale."),
        "what the other agency asked"
    );
    assert_eq!(
        agencies.deeds("question.asked").await,
        ["one@ag.example PR-1"]
    );
    assert_eq!(
        agencies.deeds("question.answered").await,
        ["admin@example.org PR-1"]
    );
}

async fn too_many_or_empty_questions_are_refused_and_what_was_typed_stays(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let ask = "/console/partner/cases/PR-2/ask";
    let long = "x".repeat(2_001);
    for text in ["", "  \n ", &long] {
        let page = post(&one, ask, &[("text", text)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(&format!(">{text}</textarea>")));
    }
    for _ in 0..5 {
        let page = post(&one, ask, &[("text", "When?")]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    let page = post(&one, ask, &[("text", "And now?")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("And now?</textarea>"), "{}", page.text);
    assert!(page.text.contains("please telephone"), "{}", page.text);
}

async fn people_of_partners_are_invited_with_their_partner_and_stay_of_it(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let admin = agencies.logged_in("admin@example.org").await;
    let invite = async |role: &str, partner: &str| {
        let fields = [
            ("email", "new@ag.example"),
            ("role", role),
            ("partner", partner),
        ];
        post(&admin, "/console/people", &fields).await
    };
    for (role, partner, says) in [
        ("partner", "", "choose both or neither"),
        ("viewer", "AG-1", "choose both or neither"),
        ("partner", "AG-9", "nobody&#39;s partner is called so"),
    ] {
        let page = invite(role, partner).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{role} {partner}");
        assert!(page.text.contains(says), "{role} {partner}: {}", page.text);
        assert!(page.text.contains("value=\"new@ag.example\""), "kept");
    }
    let page = invite("partner", "AG-2").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("/console/invitation/"), "{}", page.text);
    assert_eq!(
        agencies.deeds("partner.invited").await,
        ["admin@example.org AG-2"]
    );
    let mut tx = agencies.web.store.read().await.unwrap();
    let mut id = async |email| tx.users().lookup(email).await.unwrap().unwrap().id;
    let (theirs, staffs) = (id("new@ag.example").await, id("viewer@example.org").await);
    drop(tx);
    for (person, role) in [(theirs, "viewer"), (staffs, "partner")] {
        let path = format!("/console/people/{person}/role");
        let page = post(&admin, &path, &[("role", role)]).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{role}");
    }
}

async fn whoever_has_no_partner_any_more_sees_nothing(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    agencies
        .eye
        .execute("UPDATE console_user SET partner = NULL WHERE email = 'one@ag.example'")
        .await;
    for path in [
        "/console/partner",
        "/console/partner/cases/PR-1",
        "/console/now",
    ] {
        let page = one.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.text);
    }
    assert_eq!(one.get("/console/me").await.status, StatusCode::OK);
}
