//! What keeps an incident from being told by one person, too late, or to nobody by mistake.

use araldo::domain::Clock as _;
use araldo::domain::role::Role;
use axum::http::StatusCode;
use chrono::TimeDelta;

use super::office::{Office, Person};
use super::{EVENTS, MESSAGES, TOWN};
use crate::support::TestStore;

on_both_databases!(
    a_quiet_correction_waits_where_many_hear_it_later,
    what_is_over_is_not_updated,
    a_form_drawn_before_another_word_is_refused,
    whoever_wrote_any_of_it_does_not_approve_it,
    what_waits_is_an_alarm_for_those_who_may_act,
    only_approvers_approve_where_the_settings_say_so,
    a_time_that_has_passed_is_refused,
    a_service_is_chosen_from_a_list,
    names_in_a_sheet_are_no_supply_points,
    what_was_pasted_is_forgotten,
);

async fn a_quiet_correction_waits_where_many_hear_it_later(store: TestStore) {
    let office = Office::on(store, Some(3)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    operator.opens_with(&manager, &office).await;
    let told = office.eye.number(MESSAGES).await;
    let quiet = operator
        .changes("correct", &[("cause", "A squirrel.")])
        .await;
    let check = quiet.header("location").to_owned();
    assert!(check.starts_with("/console/declared/"), "{check}");
    let page = operator.get(&check).await.text;
    assert!(page.contains("reaches 4 clients in these words"), "{page}");
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    let sent = operator.presses(&check, "send").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    office.planned().await;
    let page = operator.get("/console/incidents/G-1").await.text;
    assert!(page.contains("A squirrel."), "{page}");
    assert_eq!(office.eye.number(MESSAGES).await, told, "nobody is told");

    // One that is opened quietly is said aloud by the clock as well.
    let fields = [
        ("municipalities", TOWN),
        ("quiet", "yes"),
        ("reference", "G-2"),
    ];
    let check = operator.declares(&fields).await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("more than 3 clients"), "{page}");
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
}

async fn what_is_over_is_not_updated(store: TestStore) {
    let office = Office::on(store, Some(3)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    operator.opens_with(&manager, &office).await;
    let end = [("expected_end", "2026-11-22T20:00")];
    let longer = operator.changes("extend", &end).await;
    let check = longer.header("location").to_owned();
    operator.presses(&check, "ask").await;
    manager.presses(&check, "approve").await;
    // Three of the four were told: few enough.
    office.clock.advance(TimeDelta::minutes(5));
    let over = operator.changes("restore", &[]).await;
    assert_eq!(
        over.header("location"),
        "/console/incidents/G%2D1?done=sent"
    );
    office.planned().await;
    let events = office.eye.number(EVENTS).await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("The incident is over by now"), "{page}");
    assert!(!page.contains(&format!("{check}/send")), "{page}");
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("over by now"), "{}", refused.text);
    office.planned().await;
    assert_eq!(office.eye.number(EVENTS).await, events, "nothing was sent");
    let deeds = office.deeds().await;
    assert!(
        deeds.contains(&"incident.approval_void".to_owned()),
        "{deeds:?}"
    );
}

async fn a_form_drawn_before_another_word_is_refused(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator.opens(&office).await;
    let path = "/console/incidents/G-1/change";
    let form = operator.get(&format!("{path}?as=update")).await;
    let (id, seen) = (form.field("id"), form.field("seen"));
    operator.changes("update", &[("note", "One.")]).await;
    office.planned().await;
    office.clock.advance(TimeDelta::minutes(5));
    let events = office.eye.number(EVENTS).await;
    let fields = [
        ("id", id.as_str()),
        ("seen", seen.as_str()),
        ("as", "update"),
        ("note", "Two."),
    ];
    let stale = operator.post(path, &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    for said in ["Somebody else changed the incident", "Two."] {
        assert!(stale.text.contains(said), "{said}: {}", stale.text);
    }
    assert_eq!(office.eye.number(EVENTS).await, events);
    // Sent again, it is meant as it is.
    let (id, seen) = (stale.field("id"), stale.field("seen"));
    let fields = [
        ("id", id.as_str()),
        ("seen", seen.as_str()),
        ("as", "update"),
        ("note", "Two."),
    ];
    let sent = operator.post(path, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
}

/// Saves a draft with this note.
async fn saves(person: &Person, check: &str, note: &str) {
    let edit = format!("{check}/edit");
    let revision = person.get(&edit).await.field("revision");
    let fields = [
        ("revision", revision.as_str()),
        ("kind", "outage"),
        ("service", "electricity"),
        ("municipalities", TOWN),
        ("note", note),
    ];
    let saved = person.post(&edit, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
}

async fn whoever_wrote_any_of_it_does_not_approve_it(store: TestStore) {
    let office = Office::on(store, Some(0)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    let admin = office.person(Role::Admin).await;
    let fields = [("municipalities", TOWN), ("note", "Mine.")];
    let check = admin.declares(&fields).await;
    // Saved by another as it stood, and then with another word.
    for note in ["Mine.", "Ours."] {
        saves(&operator, &check, note).await;
        operator.presses(&check, "ask").await;
        let own = admin.presses(&check, "approve").await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "{note}: {}", own.text);
    }
    let page = admin.get(&check).await.text;
    assert!(!page.contains(&format!("{check}/approve")), "{page}");
    let revision = manager.get(&check).await.field("revision");
    // Whoever looks through it and saves changes nothing.
    saves(&operator, &check, "Ours.").await;
    assert_eq!(manager.get(&check).await.field("revision"), revision);
    manager.presses(&check, "approve").await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Approved by manager@example.org"), "{page}");
}

async fn what_waits_is_an_alarm_for_those_who_may_act(store: TestStore) {
    let office = Office::on(store, Some(0)).await;
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    operator.presses(&check, "ask").await;
    // What the first page shows is a few seconds old at most.
    office.clock.advance(TimeDelta::seconds(5));
    let page = manager.get("/console/now").await.text;
    assert!(page.contains("One incident waits for approval"), "{page}");
    assert!(page.contains(&check), "{page}");
    let page = operator.get("/console/now").await.text;
    assert!(!page.contains("waits for approval"), "{page}");
    let revision = manager.get(&check).await.field("revision");
    let reason = [("revision", revision.as_str()), ("reason", "Which feeder?")];
    manager.post(&format!("{check}/return"), &reason).await;
    office.clock.advance(TimeDelta::seconds(5));
    let page = operator.get("/console/now").await.text;
    assert!(page.contains("was returned, and waits for you"), "{page}");
    operator
        .post("/console/language", &[("language", "it")])
        .await;
    let page = operator.get("/console/now").await.text;
    assert!(page.contains("è stato restituito"), "{page}");
    let page = manager.get("/console/now").await.text;
    assert!(!page.contains("waits for approval"), "{page}");
}

async fn only_approvers_approve_where_the_settings_say_so(store: TestStore) {
    let office = Office::on(store, Some(0)).await.for_approvers();
    let operator = office.person(Role::Operator).await;
    let manager = office.person(Role::Manager).await;
    let approver = office.person(Role::Approver).await;
    let check = operator.declares(&[("municipalities", TOWN)]).await;
    operator.presses(&check, "ask").await;
    let page = manager.get(&check).await.text;
    assert!(!page.contains(&format!("{check}/approve")), "{page}");
    let revision = approver.get(&check).await.field("revision");
    let form = [("revision", revision.as_str())];
    let refused = manager.post(&format!("{check}/approve"), &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    approver.presses(&check, "approve").await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Approved by approver@example.org"), "{page}");

    let own = approver.declares(&[("municipalities", TOWN)]).await;
    approver.presses(&own, "ask").await;
    let revision = approver.get(&own).await.field("revision");
    let form = [("revision", revision.as_str())];
    let refused = approver.post(&format!("{own}/approve"), &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
}

/// What comes of the form for a new incident.
async fn declared(person: &Person, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let id = person.get("/console/incidents/new").await.field("id");
    let usual = [
        ("id", id.as_str()),
        ("kind", "outage"),
        ("municipalities", TOWN),
    ];
    let all = [&usual[..], fields].concat();
    let page = person.post("/console/incidents/new", &all).await;
    (page.status, page.text)
}

async fn a_time_that_has_passed_is_refused(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    for field in ["expected_end", "next_update"] {
        let passed = [(field, "2026-11-22T10:00")];
        let (status, page) = declared(&operator, &passed).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.contains("this has passed already"), "{page}");
        let (status, page) = declared(&operator, &[(field, "2026-11-22T10:27")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    }
    operator
        .post("/console/language", &[("language", "it")])
        .await;
    let (_, page) = declared(&operator, &[("expected_end", "2026-11-22T10:00")]).await;
    assert!(page.contains("è già passato"), "{page}");
}

async fn a_service_is_chosen_from_a_list(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    operator
        .post("/console/language", &[("language", "it")])
        .await;
    let form = operator.get("/console/incidents/new").await.text;
    let option = "<option value=\"electricity\">energia elettrica</option>";
    assert!(form.contains(option), "{form}");
    for wrong in [
        [("service", "luce"), ("service_other", "")],
        [("service", "other"), ("service_other", "")],
    ] {
        let (status, page) = declared(&operator, &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(page.contains("scegliere un servizio"), "{page}");
    }
    let other = [("service", "other"), ("service_other", "illuminazione")];
    let (status, page) = declared(&operator, &other).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

async fn names_in_a_sheet_are_no_supply_points(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let sheet = "POD, Nome\npod-a, Davide\nP O D - B, Anna\n";
    let check = operator.declares(&[("places", sheet)]).await;
    let page = operator.get(&check).await.text;
    for said in [
        "2 clients are concerned.",
        "4 entries are no supply points and were left out: POD, Nome, Davide, Anna",
        "POD-A, POD-B",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Nobody here has it: that is sent only by whoever says so.
    let check = operator.declares(&[("places", "IT999E1")]).await;
    let page = operator.get(&check).await.text;
    assert!(page.contains("Send although nobody is told"), "{page}");
    let refused = operator.presses(&check, "send").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let revision = operator.get(&check).await.field("revision");
    let fields = [("revision", revision.as_str()), ("nobody", "yes")];
    let sent = operator.post(&format!("{check}/send"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
}

async fn what_was_pasted_is_forgotten(store: TestStore) {
    let office = Office::on(store, None).await;
    let operator = office.person(Role::Operator).await;
    let pasted = "SELECT count(*) FROM declared_incident WHERE notes LIKE '%Davide%'";
    let fields = [("places", "POD-A, Davide")];
    for button in ["send", "withdraw"] {
        let check = operator.declares(&fields).await;
        assert_eq!(office.eye.number(pasted).await, 1, "{button}");
        operator.presses(&check, button).await;
        assert_eq!(office.eye.number(pasted).await, 0, "{button}");
    }
    operator.declares(&fields).await;
    office.clock.advance(TimeDelta::hours(1));
    let before = office.clock.now();
    let mut tx = office.store.write().await.unwrap();
    tx.declared().forget_notes(before).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.eye.number(pasted).await, 0);
}
