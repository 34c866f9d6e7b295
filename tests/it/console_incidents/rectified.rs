//! Whoever got a wrong message is told so, and nobody else: by the real states of the messages, once, and by
//! two people where many are told.

use araldo::domain::role::Role;
use araldo::domain::token::Purpose;
use axum::http::StatusCode;

use super::office::{Office, Person};
use crate::console_browser::Page;
use crate::support::TestStore;

on_both_databases!(
    exactly_those_who_got_it_are_told_and_once,
    what_reaches_many_is_put_right_by_two_people,
    nobody_is_told_of_what_never_left,
    whoever_may_not_declare_rectifies_nothing,
);

/// Nothing leaves here: the SMS of `A` was accepted, nobody knows of the mail of `B`.
const LEAVE: [&str; 2] = [
    "UPDATE message SET state = 'accepted', opens = 1, opened_at = created_at, \
     accepted_at = created_at WHERE state = 'queued' AND channel = 'sms'",
    "UPDATE message SET state = 'unknown', opens = 1, opened_at = created_at \
     WHERE state = 'queued' AND channel = 'email'",
];
/// Of the rectification, each as `CLIENT CHANNEL STATE`.
const TOLD: &str = "SELECT c.ref || ' ' || m.channel || ' ' || m.state FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN client c ON c.id = m.client_id \
    WHERE p.template = 'rectified' ORDER BY 1";
const PLAN: &str = "SELECT min(id) FROM plan WHERE template <> 'rectified'";
const A_MESSAGE: &str = "SELECT min(id) FROM message WHERE state = 'accepted'";

const SAID: [(&str, &str); 2] = [
    ("wrong", "The outage is not in via Roma."),
    ("holds", "It is in <b>via Milano</b>"),
];

/// Chooses the plan and says what was wrong.
async fn says(person: &Person, office: &Office) -> Page {
    let plan = office.eye.number(PLAN).await;
    let form = person.get(&format!("/console/rectify?plan={plan}")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    let (id, plan) = (form.field("id"), plan.to_string());
    let of = [("id", id.as_str()), ("plan", plan.as_str())];
    person
        .post("/console/rectify", &[&of[..], &SAID].concat())
        .await
}

async fn exactly_those_who_got_it_are_told_and_once(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator.opens(&office).await;
    for leave in LEAVE {
        office.eye.execute(leave).await;
    }
    let incident = operator.get("/console/incidents/G-1").await.text;
    assert!(
        incident.contains("/console/rectify?event=declared"),
        "{incident}"
    );
    let plan = office.eye.number(PLAN).await;
    let form = operator
        .get(&format!("/console/rectify?plan={plan}"))
        .await
        .text;
    assert!(form.contains("Clients: 2"), "{form}");
    for row in ["sms</th>1</td>0</td>", "</th>0</td>1</td>"] {
        let cells = form.split("<td role=\"cell\" data-word=");
        let cells = cells.map(|cell| cell.split_once(" class=\"n\">").map_or(cell, |it| it.1));
        let cells: String = cells.collect();
        assert!(cells.contains(row), "{row}: {form}");
    }
    let sent = says(&operator, &office).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = operator.get(sent.header("location")).await.text;
    assert!(page.contains("sent") && !page.contains("<b>via"), "{page}");
    office.planned().await;
    // C has no address and D shares that of A: neither got anything.
    assert_eq!(
        office.eye.texts(TOLD).await,
        ["A sms queued", "B email queued"]
    );
    // It is said at the message, and on the client's own page.
    let message = office.eye.number(A_MESSAGE).await;
    let page = operator
        .get(&format!("/console/messages/{message}"))
        .await
        .text;
    assert!(
        page.contains("This message was wrong: The outage is not in via Roma."),
        "{page}"
    );
    let token = office.web.signer.sign(Purpose::Status, &[message]);
    let page = operator.get(&format!("/s/{token}")).await.text;
    assert!(page.contains("Questo messaggio era sbagliato"), "{page}");
    assert!(
        page.contains("&#60;b&#62;via Milano") || page.contains("&lt;b&gt;via Milano"),
        "{page}"
    );
    let again = says_again(&operator, plan).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let deeds = office.deeds().await;
    let sent = deeds.iter().filter(|deed| *deed == "rectification.sent");
    assert_eq!(sent.count(), 1, "{deeds:?}");
}

/// As from a form that was drawn before.
async fn says_again(person: &Person, plan: i64) -> Page {
    let plan = plan.to_string();
    let of = [("id", "77"), ("plan", plan.as_str())];
    person
        .post("/console/rectify", &[&of[..], &SAID].concat())
        .await
}

async fn what_reaches_many_is_put_right_by_two_people(store: TestStore) {
    let office = Office::on(store, Some(1)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    operator.opens_with(&manager, &office).await;
    for leave in LEAVE {
        office.eye.execute(leave).await;
    }
    let written = says(&operator, &office).await;
    let one = written.header("location").to_owned();
    office.planned().await;
    assert!(
        office.eye.texts(TOLD).await.is_empty(),
        "nobody is told before it is approved"
    );
    for (person, page) in [
        (&operator, "/console/rectify"),
        (&manager, "/console/incidents"),
    ] {
        let list = person.get(page).await.text;
        assert!(list.contains(&one), "{list}");
    }
    let own = operator.presses(&one, "approve").await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
    let stale = manager
        .post(&format!("{one}/approve"), &[("revision", "7")])
        .await;
    assert_eq!(stale.status, StatusCode::SEE_OTHER, "{}", stale.text);
    office.planned().await;
    assert!(
        office.eye.texts(TOLD).await.is_empty(),
        "of another revision"
    );
    let revision = manager.get(&one).await.field("revision");
    let why = [("revision", revision.as_str()), ("reason", "Which street?")];
    manager.post(&format!("{one}/refuse"), &why).await;
    let page = operator.get(&one).await.text;
    assert!(
        page.contains("Which street?") && !page.contains("/approve"),
        "{page}"
    );
    // What was refused is written anew, and approved.
    let one = says(&operator, &office).await.header("location").to_owned();
    manager.presses(&one, "approve").await;
    office.planned().await;
    assert_eq!(office.eye.texts(TOLD).await.len(), 2);
}

async fn nobody_is_told_of_what_never_left(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator.opens(&office).await;
    let plan = office.eye.number(PLAN).await;
    let form = operator
        .get(&format!("/console/rectify?plan={plan}"))
        .await
        .text;
    assert!(
        form.contains("Clients: 0") && !form.contains("name=\"wrong\""),
        "{form}"
    );
    let refused = says_again(&operator, plan).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    // Half a text is none, and what was typed stays.
    for leave in LEAVE {
        office.eye.execute(leave).await;
    }
    let plan = plan.to_string();
    let half = [
        ("id", "78"),
        ("plan", plan.as_str()),
        ("wrong", "Not via Roma"),
    ];
    let page = operator.post("/console/rectify", &half).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Not via Roma"), "{}", page.text);
}

async fn whoever_may_not_declare_rectifies_nothing(store: TestStore) {
    let office = Office::on(store, None).await;
    let viewer = office.person(Role::Viewer).await;
    let page = viewer.get("/console/rectify").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert_eq!(says_again(&viewer, 1).await.status, StatusCode::FORBIDDEN);
}
