//! A body that holds up many cases gets one list of them, says on a page that it has it, and is
//! written to once more when it does not.

use araldo::domain::token::Purpose;
use araldo::web::router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::office::Office;
use crate::support::TestStore;

on_both_databases!(
    a_body_gets_one_list_and_one_reminder_and_then_peace,
    a_list_that_is_acknowledged_on_its_page_is_not_sent_again,
    a_body_that_nobody_named_is_shown_and_gets_nothing,
    a_few_cases_make_no_list,
);

const REPORTS: &str = "SELECT m.state FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN client c ON c.id = m.client_id WHERE p.rule = 'body-report' AND c.ref = 'DISTRIBUTORE' \
    ORDER BY m.id";
const LAST: &str = "SELECT CAST(max(m.id) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE p.rule = 'body-report'";
/// Nothing is sent here, so it is said that it was.
const SENT: &str = "UPDATE message SET state = 'accepted', opens = 1, opened_at = due_at, \
    accepted_at = due_at WHERE state = 'queued'";
/// The morning on which cases of `BEGIN` stall.
const MORNING: &str = "2026-12-10T07:00:00Z";
const BEGIN: &str = "2026-12-01T10:00:00Z";

/// An office with so many cases that wait for this body since the 1st.
async fn office(store: TestStore, cases: usize, owner: Option<&str>) -> Office {
    let mut office = Office::open(store, BEGIN, 1).await;
    office
        .client("DISTRIBUTORE", "+390000000601", json!({}))
        .await;
    for case in 1..=cases {
        let name = format!("PR-{case}");
        let owner = json!({ "owner": owner });
        office
            .say("case.opened", &name, "waiting_distributor", owner)
            .await;
    }
    office.look().await;
    office
}

async fn reports(office: &Office) -> Vec<serde_json::Value> {
    let said = office.said().await.into_iter();
    let reports = said.filter(|(kind, _)| kind == "body.stalled");
    reports.map(|(_, data)| data).collect()
}

async fn a_body_gets_one_list_and_one_reminder_and_then_peace(store: TestStore) {
    let mut office = office(store, 6, None).await;
    office.set(MORNING);
    office.look().await;
    office.look().await;
    let made = reports(&office).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0]["body"], "distributore");
    assert_eq!(made[0]["count"], 6);
    assert_eq!(made[0]["cases"][0]["case"], "PR-1");
    assert_eq!(made[0]["cases"][5]["since"], "2026-12-01T10:00:00.000Z");
    // Of the clients nothing but the contact of the body itself.
    assert!(!made[0].to_string().contains("C-1"), "{}", made[0]);
    assert_eq!(office.eye.texts(REPORTS).await.len(), 1);
    // One moves; Friday and Monday are the two working days.
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.set("2026-12-14T06:59:00Z");
    office.look().await;
    assert_eq!(reports(&office).await.len(), 1);
    office.set("2026-12-14T07:00:00Z");
    office.look().await;
    office.look().await;
    let made = reports(&office).await;
    assert_eq!(made.len(), 2, "{made:?}");
    assert_eq!(
        (&made[1]["chased"], &made[1]["count"]),
        (&json!(true), &json!(5))
    );
    assert_eq!(made[1]["number"], made[0]["number"]);
    office.set("2026-12-16T12:00:00Z");
    office.look().await;
    assert_eq!(reports(&office).await.len(), 2);
    // They stall once more, and that makes a list of its own.
    office.set("2026-12-17T07:00:00Z");
    office.look().await;
    let made = reports(&office).await;
    assert_eq!(made.len(), 3, "{made:?}");
    assert_eq!(made[2]["number"], 2);
}

impl Office {
    pub(super) async fn page(&self, method: Method, path: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        let answer = router(self.web.clone()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, String::from_utf8_lossy(&body).into_owned())
    }
}

async fn a_list_that_is_acknowledged_on_its_page_is_not_sent_again(store: TestStore) {
    let mut office = office(store, 5, None).await;
    office.set(MORNING);
    office.look().await;
    office.eye.execute(SENT).await;
    let message = office.eye.number(LAST).await;
    let path = format!("/s/{}", office.web.signer.sign(Purpose::Status, &[message]));
    let (status, page) = office.page(Method::GET, &path).await;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "Pratiche ferme presso distributore",
        "PR-1",
        "PR-5",
        "/received",
        "Da confermare",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    // To look is not to say so.
    let standing = async |office: &Office| {
        let mut tx = office.store.read().await.unwrap();
        tx.bodies().standing().await.unwrap().remove(0)
    };
    let before = standing(&office).await;
    assert_eq!((before.cases, before.acknowledged_at), (5, None));
    let (status, _) = office.page(Method::POST, &format!("{path}/received")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let after = standing(&office).await;
    assert_eq!(after.acknowledged_at, Some(office.now()));
    let (_, page) = office
        .page(Method::GET, &format!("{path}?done=received"))
        .await;
    assert!(
        page.contains("Confermato") && page.contains("sappiamo che avete"),
        "{page}"
    );
    assert!(!page.contains("/received"), "{page}");
    office.set("2026-12-14T07:00:00Z");
    office.look().await;
    assert_eq!(reports(&office).await.len(), 1);
    // All move: the body is not shown any more.
    for case in 1..=5 {
        office
            .say("case.closed", &format!("PR-{case}"), "done", json!({}))
            .await;
    }
    let mut tx = office.store.read().await.unwrap();
    assert!(tx.bodies().standing().await.unwrap().is_empty());
}

async fn a_body_that_nobody_named_is_shown_and_gets_nothing(store: TestStore) {
    let mut office = office(store, 5, Some("comune")).await;
    office.set(MORNING);
    office.look().await;
    assert!(reports(&office).await.is_empty());
    let mut tx = office.store.read().await.unwrap();
    let standing = tx.bodies().standing().await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].body.as_str(), standing[0].cases),
        ("comune", 5)
    );
    assert_eq!(standing[0].made_at, None);
}

async fn a_few_cases_make_no_list(store: TestStore) {
    let mut office = office(store, 4, None).await;
    office.set(MORNING);
    office.look().await;
    assert!(reports(&office).await.is_empty());
}
