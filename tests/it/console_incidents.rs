//! An incident is declared at the console: what is shown before it is sent is what is planned, it is
//! sent once, and what reaches many is sent by two people. The real router, planner and rules over both
//! databases; nothing leaves, so that what is planned is what is seen.

use araldo::domain::role::Role;
use axum::body::Body;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestStore;

use self::office::Office;

mod guarded;
mod mapped;
mod office;
mod rectified;

on_both_databases!(
    what_is_checked_is_what_is_planned_and_it_is_sent_once,
    what_reaches_many_is_sent_by_two_people,
    an_approval_is_void_once_the_audience_is_another,
    a_viewer_declares_nothing,
    a_sheet_is_read_and_its_faults_are_named,
    a_stale_form_keeps_what_was_typed,
    a_cancellation_says_how_much_had_left,
    it_goes_on_from_its_page,
    three_clients_texts_are_shown_and_that_is_written_down,
    the_pages_speak_italian,
);

const TOWN: &str = "037006";
const MESSAGES: &str = "SELECT count(*) FROM message";
const GOING: &str = "SELECT count(*) FROM message WHERE state IN ('queued', 'held')";
const EVENTS: &str = "SELECT count(*) FROM event WHERE source = 'console'";

async fn what_is_checked_is_what_is_planned_and_it_is_sent_once(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let note = "<script>alert(1)</script>";
    let check = operator
        .declares(&[("municipalities", TOWN), ("note", note)])
        .await;
    let page = operator.get(&check).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for said in [
        "4 clients are concerned.",
        "2 of them get a message.",
        "2 messages go out.",
        "The SMS take about ",
        "the client has no address for this channel",
        "another client with the same address gets it",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    assert_eq!(office.eye.number(EVENTS).await, 0, "looking is not sending");
    assert_eq!(office.eye.number(MESSAGES).await, 0);

    let revision = page.field("revision");
    for _ in 0..2 {
        let sent = operator
            .post(&format!("{check}/send"), &[("revision", &revision)])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(sent.header("location"), check);
    }
    assert!(operator.get(&check).await.text.contains("being planned"));
    office.planned().await;
    assert_eq!(office.eye.number(EVENTS).await, 1);
    assert_eq!(office.eye.number(MESSAGES).await, 4);
    assert_eq!(office.eye.number(GOING).await, 2, "as it was foretold");
    let page = operator.get(&check).await;
    let incident = page.header("location").to_owned();
    assert!(
        incident.starts_with("/console/incidents/E%2D"),
        "{incident}"
    );
    let page = operator.get(&incident).await;
    assert!(page.text.contains("4 messages planned"), "{}", page.text);
    assert!(page.text.contains("It takes longer"), "{}", page.text);
    let deeds = office.deeds().await;
    let sent = deeds.iter().filter(|deed| *deed == "incident.declared");
    assert_eq!(sent.count(), 1, "{deeds:?}");
}

async fn what_reaches_many_is_sent_by_two_people(store: TestStore) {
    let office = Office::on(store, Some(3)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    let admin = office.person(Role::Admin).await;
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    let page = operator.get(&check).await;
    assert!(page.text.contains("more than 3 clients"), "{}", page.text);
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    operator.presses(&check, "ask").await;
    let list = manager.get("/console/incidents").await.text;
    assert!(list.contains("One waits for the approval"), "{list}");
    let forbidden = operator.presses(&check, "approve").await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);

    // Returned without a reason, it stays; with one, its author reads it.
    let refused = manager.presses(&check, "return").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let revision = manager.get(&check).await.field("revision");
    let reason = [("revision", revision.as_str()), ("reason", "Which feeder?")];
    manager.post(&format!("{check}/return"), &reason).await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Which feeder?"), "{page}");
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Approved by manager@example.org"), "{page}");
    operator.presses(&check, "send").await;
    office.planned().await;
    assert_eq!(office.eye.number(GOING).await, 2);

    // An admin may do both, but not for the same.
    let own = admin
        .declares(&[("municipalities", TOWN), ("reference", "G-2")])
        .await;
    admin.presses(&own, "ask").await;
    let page = admin.presses(&own, "approve").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    // Few enough need nobody.
    let few = admin
        .declares(&[("places", "POD-A"), ("reference", "G-3")])
        .await;
    let sent = admin.presses(&few, "send").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
}

async fn an_approval_is_void_once_the_audience_is_another(store: TestStore) {
    let office = Office::on(store, Some(0)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    let sms = json!({ "channel": "sms", "address": "+390000000409" });
    office.client("E", &[sms], "it").await;
    let page = operator.get(&check).await;
    assert!(page.text.contains("ask again"), "{}", page.text);
    let revision = page.field("revision");
    let void = operator
        .post(&format!("{check}/send"), &[("revision", &revision)])
        .await;
    assert_eq!(void.status, StatusCode::CONFLICT);
    assert!(void.text.contains("The approval is void"), "{}", void.text);
    office.planned().await;
    assert_eq!(office.eye.number(EVENTS).await, 0);
    assert!(
        office
            .deeds()
            .await
            .contains(&"incident.approval_void".to_owned())
    );

    // Asked again and approved; then its author writes something else.
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    let edit = format!("{check}/edit");
    let form = operator.get(&edit).await;
    let fields = [
        ("revision", form.field("revision")),
        ("kind", "outage".to_owned()),
        ("municipalities", TOWN.to_owned()),
        ("note", "More soon.".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, it)| (*name, &**it)).collect();
    let changed = operator.post(&edit, &fields).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    operator.presses(&check, "send").await;
    office.planned().await;
    assert_eq!(office.eye.number(GOING).await, 3);
}

async fn a_viewer_declares_nothing(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let viewer = office.person(Role::Viewer).await;
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    for path in ["/console/incidents/new", check.as_str()] {
        assert_eq!(
            viewer.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let send = format!("{check}/send");
    for path in ["/console/incidents/new", send.as_str()] {
        let fields = [("id", "7"), ("kind", "outage"), ("municipalities", TOWN)];
        let page = viewer.post(path, &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    let list = viewer.get("/console/incidents").await.text;
    assert!(!list.contains("/console/incidents/new"), "{list}");
    assert!(!list.contains(&check), "{list}");
    office.planned().await;
    assert_eq!(office.eye.number(EVENTS).await, 0);
}

async fn a_sheet_is_read_and_its_faults_are_named(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let id = operator.get("/console/incidents/new").await.field("id");
    let mut form = Vec::<u8>::new();
    for (name, value) in [("csrf", "csrf"), ("id", id.as_str()), ("kind", "outage")] {
        let head = format!("--x7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        form.extend(format!("{head}{value}\r\n").into_bytes());
    }
    form.extend(
        b"--x7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
    );
    form.extend(b"POD-A;Citt\xE0 alta\r\nPOD-B;POD-A\r\nPOD-X1;via Po\r\n\r\n--x7--\r\n");
    let request = operator
        .0
        .request("POST", "/console/incidents/new")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x7");
    let page = operator
        .0
        .send(request.body(Body::from(form)).unwrap())
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let check = operator.get(page.header("location")).await.text;
    for said in [
        "2 clients are concerned.",
        "One supply point stood there twice.",
        "2 entries are no supply points and were left out: Città alta, via Po",
        "One supply point is not known here, mistyped perhaps: POD-X1",
    ] {
        assert!(check.contains(said), "{said}: {check}");
    }
}

async fn a_stale_form_keeps_what_was_typed(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let id = operator.get("/console/incidents/new").await.field("id");
    // A fault, and everything typed comes back with it.
    let wrong = [
        ("id", id.as_str()),
        ("kind", "delay"),
        ("tags", "line:4"),
        ("expected_end", "2026-03-29T02:30"),
        ("note", "Ten minutes."),
    ];
    let page = operator.post("/console/incidents/new", &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in [
        "line:4",
        "Ten minutes.",
        "2026-03-29T02:30",
        "this is no time",
    ] {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    let edit = format!("{check}/edit");
    let revision = operator.get(&edit).await.field("revision");
    let typed = |note| {
        [
            ("revision", revision.as_str()),
            ("kind", "outage"),
            ("municipalities", TOWN),
            ("note", note),
        ]
    };
    let first = operator.post(&edit, &typed("First.")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let second = operator.post(&edit, &typed("Second.")).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text.contains("Second."), "{}", second.text);
    let page = operator.get(&check).await.text;
    assert!(
        page.contains("First.") && !page.contains("Second."),
        "{page}"
    );
    // A button of a page that shows an older one does nothing.
    let stale = operator
        .post(&format!("{check}/send"), &[("revision", &revision)])
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(office.eye.number(EVENTS).await, 0);
}

async fn a_cancellation_says_how_much_had_left(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator.opens(&office).await;
    office
        .eye
        .execute("UPDATE message SET opened_at = 1 WHERE channel = 'sms' AND state = 'queued'")
        .await;
    office
        .eye
        .execute("UPDATE message SET state = 'sending' WHERE opened_at = 1")
        .await;
    let form = operator
        .get("/console/incidents/G-1/change?as=cancel")
        .await;
    let said = "One message has left, one still waits.";
    assert!(form.text.contains(said), "{}", form.text);
    let done = operator.changes("cancel", &[("note", "A mistake.")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(
        done.header("location"),
        "/console/incidents/G%2D1?done=sent"
    );
    office.planned().await;
    let page = operator.get("/console/incidents/G-1").await.text;
    assert!(
        page.contains("one message had left, one was withdrawn"),
        "{page}"
    );
    let withdrawn = "SELECT count(*) FROM message WHERE state = 'superseded'";
    assert_eq!(office.eye.number(withdrawn).await, 1);
}

async fn it_goes_on_from_its_page(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator.opens(&office).await;
    let planned = office.eye.number(MESSAGES).await;

    // Quietly: the page shows it, and nobody is told.
    let quiet = operator
        .changes("correct", &[("cause", "A squirrel.")])
        .await;
    assert_eq!(quiet.status, StatusCode::SEE_OTHER, "{}", quiet.text);
    office.planned().await;
    assert_eq!(office.eye.number(MESSAGES).await, planned);
    let page = operator.get("/console/incidents/G-1").await.text;
    assert!(page.contains("A squirrel."), "{page}");

    // Without anything new it says so at its field; an end that is missing as well.
    for how in ["update", "extend"] {
        let page = operator.changes(how, &[]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{how}");
    }
    office.clock.advance(TimeDelta::minutes(5));
    let end = [("expected_end", "2026-11-22T20:00")];
    let longer = operator.changes("extend", &end).await;
    assert_eq!(
        longer.header("location"),
        "/console/incidents/G%2D1?done=sent"
    );
    office.planned().await;
    let told = office.eye.number(MESSAGES).await;
    assert!(told > planned, "{told}");
    // The same end once more would tell nobody: that is seen before it is sent.
    office.clock.advance(TimeDelta::minutes(5));
    let again = operator.changes("extend", &end).await;
    let check = again.header("location").to_owned();
    assert!(check.starts_with("/console/declared/"), "{check}");
    let page = operator.get(&check).await.text;
    assert!(page.contains("Nobody is told"), "{page}");

    let stopped = operator.post("/console/incidents/G-1/stop", &[]).await;
    let page = operator.get(stopped.header("location")).await.text;
    assert!(page.contains("messages withdrawn; "), "{page}");
    assert_eq!(office.eye.number(GOING).await, 0);
    office.clock.advance(TimeDelta::minutes(5));
    operator.changes("restore", &[]).await;
    office.planned().await;
    let page = operator.get("/console/incidents/G-1").await.text;
    assert!(page.contains("resolved"), "{page}");
    let over = operator
        .get("/console/incidents/G-1/change?as=update")
        .await;
    assert_eq!(over.status, StatusCode::CONFLICT, "{}", over.text);
}

async fn three_clients_texts_are_shown_and_that_is_written_down(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let note = "A crew is there.";
    let check = operator
        .declares(&[("municipalities", TOWN), ("note", note)])
        .await;
    let page = operator.post(&format!("{check}/texts"), &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for said in [note, "/s/…", "/console/clients/A", "/console/clients/B"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("+390000000401"), "{}", page.text);
    assert!(!page.text.contains("b@mail.example"), "{}", page.text);
    let deeds = office.deeds().await;
    let looks = deeds.iter().filter(|deed| *deed == "client.text_foretold");
    assert_eq!(looks.count(), 2, "{deeds:?}");
}

async fn the_pages_speak_italian(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let italian = [("language", "it")];
    operator.post("/console/language", &italian).await;
    let form = operator.get("/console/incidents/new").await.text;
    assert!(form.contains("<h1>Dichiarare un evento</h1>"), "{form}");
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Sono interessati 4 clienti."), "{page}");
    operator.presses(&check, "send").await;
    office.planned().await;
    let incident = operator.get(&check).await.header("location").to_owned();
    let page = operator.get(&incident).await.text;
    for said in [
        "<dt>Fine prevista</dt>",
        "Serve più tempo",
        "4 messaggi previsti",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
}
