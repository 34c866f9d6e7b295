use serde_json::json;

use super::*;
use crate::source::schedule::Schedule;
use crate::source::settings::Baseline;

fn settings(mapping: &str) -> WatchSettings {
    let table: toml::Table = toml::from_str(mapping).unwrap();
    let part = |name: &str| table.get(name).cloned();
    WatchSettings {
        every: Schedule::parse("5s", chrono_tz::Europe::Rome).unwrap(),
        time_zone: chrono_tz::Europe::Rome,
        alarm_after: chrono::TimeDelta::hours(1),
        baseline: Baseline::Silent,
        reconcile: None,
        reconcile_events: false,
        case: part("case").map(|it| it.try_into().unwrap()),
        incident: part("incident").map(|it| it.try_into().unwrap()),
        states: part("states")
            .map(|it| it.try_into().unwrap())
            .unwrap_or_default(),
    }
}

fn mapping(text: &str) -> Mapping {
    Mapping::new("crm", &settings(text), Arc::new(CaseKinds::shipped())).unwrap()
}

fn record(fields: &Value) -> SourceRecord {
    SourceRecord {
        place: "7".to_owned(),
        fields: fields.as_object().unwrap().clone(),
    }
}

const CASE: &str = r#"
[case]
case = "pratica"
client = "C-{{ record.cliente }}"
kind = "{{ record.tipo | lower }}"
state = "stato"
expected_by = "scadenza"
version = "aggiornata"
changed_at = "aggiornata"
[states]
"IN LAVORAZIONE" = "internal_review"
"CHIUSA" = "done"
"#;

fn row(state: &str) -> Value {
    json!({"pratica": " PR-7 ", "cliente": 12, "tipo": "VOLTURA", "stato": state,
        "scadenza": "2026-12-01", "aggiornata": "2026-11-24 10:00:00.5"})
}

fn event(mapping: &Mapping, row: &Value, known: bool) -> Value {
    let mapped = mapping.map(&record(row)).unwrap();
    let now = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
    let event = mapping.event(&mapped, known, false, now).unwrap();
    json!({"type": &*event.kind, "id": &*event.id, "source": &*event.source,
        "time": event.occurred_at, "data": serde_json::from_str::<Value>(&event.data).unwrap()})
}

#[test]
fn their_record_becomes_an_event_in_our_words() {
    let mapping = mapping(CASE);
    assert_eq!(
        event(&mapping, &row("IN LAVORAZIONE"), false),
        json!({"type": "case.opened", "id": "PR-7:2026-11-24 10:00:00.5", "source": "/v1/sources/crm",
            "time": "2026-11-24T09:00:00.500Z",
            "data": {"case": "PR-7", "client": "C-12", "kind": "voltura", "state": "internal_review",
                "expected_by": "2026-12-01"}})
    );
    let kind = |state, known| event(&mapping, &row(state), known)["type"].clone();
    assert_eq!(kind("IN LAVORAZIONE", true), "case.state_changed");
    assert_eq!(kind("CHIUSA", true), "case.closed");
    assert_eq!(kind("CHIUSA", false), "case.closed");
}

#[test]
fn a_state_that_is_not_listed_is_passed_on_and_named() {
    let mapped = mapping(CASE).map(&record(&row("SOSPESA"))).unwrap();
    assert_eq!(mapped.unlisted.as_deref(), Some("SOSPESA"));
    let mapped = mapping(CASE).map(&record(&row("CHIUSA"))).unwrap();
    assert_eq!(mapped.unlisted, None);
}

#[test]
fn the_same_state_is_the_same_event_and_another_is_another() {
    let without = CASE.replace("version = \"aggiornata\"", "");
    let mapping = mapping(&without);
    let id = |state| event(&mapping, &row(state), true)["id"].clone();
    assert_eq!(id("CHIUSA"), id("CHIUSA"));
    assert_ne!(id("CHIUSA"), id("IN LAVORAZIONE"));
}

#[test]
fn a_column_that_is_not_there_is_named_with_those_that_are() {
    let mut row = row("CHIUSA");
    row.as_object_mut().unwrap().remove("stato");
    let fault = mapping(CASE).map(&record(&row)).unwrap_err();
    assert_eq!(fault.pointer, "/state");
    assert!(
        fault.detail.contains("no column `stato`") && fault.detail.contains("pratica"),
        "{fault}"
    );
    let wrong = CASE.replace("record.tipo", "record.kind");
    let fault = mapping(&wrong)
        .map(&record(&self::row("CHIUSA")))
        .unwrap_err();
    assert_eq!(fault.pointer, "/kind");
}

#[test]
fn an_empty_column_leaves_its_field_out_unless_the_expression_says_what_it_means() {
    let mut row = row("CHIUSA");
    row["cliente"] = Value::Null;
    let mapped = mapping(CASE).map(&record(&row)).unwrap();
    let now = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
    let fault = mapping(CASE).event(&mapped, true, false, now).unwrap_err();
    assert!(
        fault.detail.contains("`client` is missing") && fault.detail.contains("record.cliente"),
        "{fault}"
    );
    let said = CASE.replace("C-{{ record.cliente }}", "{{ record.cliente or 'desk' }}");
    assert_eq!(event(&mapping(&said), &row, true)["data"]["client"], "desk");
}

#[test]
fn an_expression_that_is_none_is_refused_when_it_is_read() {
    for (wrong, says) in [
        ("{{ record. }}", "not an expression"),
        ("{{ record.a", "no `}}`"),
        ("{% if record.a %}b{% endif %}", "only {{ expressions }}"),
        ("", "it is empty"),
    ] {
        let text = CASE.replace("\"stato\"", &format!("'{wrong}'"));
        let kinds = Arc::new(CaseKinds::shipped());
        let fault = Mapping::new("crm", &settings(&text), kinds)
            .unwrap_err()
            .to_string();
        assert!(
            fault.starts_with("`state`") && fault.contains(says),
            "{fault}"
        );
    }
}

#[test]
fn an_incident_ends_when_its_record_says_so() {
    let mapping = mapping(
        r#"
[incident]
incident = "codice"
kind = "{{ 'outage' }}"
service = "{{ 'electricity' }}"
began_at = "inizio"
ended = "{{ record.fine is not none }}"
version = "rev"
area.municipalities = "comuni"
area.tags = "{{ ['line:' ~ record.linea] }}"
"#,
    );
    let row = |end: Value| {
        json!({"codice": "G-1", "inizio": "2026-11-24T08:00:00", "fine": end, "rev": 3,
            "comuni": "037006; 037008", "linea": 4})
    };
    let began = event(&mapping, &row(Value::Null), false);
    assert_eq!(began["type"], "incident.opened");
    assert_eq!(began["data"]["began_at"], "2026-11-24T07:00:00.000000Z");
    assert_eq!(
        began["data"]["area"],
        json!({"municipalities": ["037006", "037008"], "tags": ["line:4"]})
    );
    assert_eq!(
        event(&mapping, &row(Value::Null), true)["type"],
        "incident.updated"
    );
    assert_eq!(
        event(&mapping, &row(json!("x")), true)["type"],
        "incident.resolved"
    );
}

#[test]
fn an_editor_can_promise_the_next_word_and_correct_quietly() {
    let mapping = mapping(
        r#"
[incident]
incident = "codice"
kind = "{{ 'outage' }}"
parent = "padre"
next_update = "prossimo"
quiet = "refuso"
version = "rev"
area.municipalities = "comuni"
"#,
    );
    let row = |typo: Value| {
        json!({"codice": "G-1", "padre": "G-0", "prossimo": "2026-11-24T08:00:00",
            "refuso": typo, "rev": 3, "comuni": "037006"})
    };
    let loud = event(&mapping, &row(json!("no")), true);
    assert_eq!(loud["data"]["next_update"], "2026-11-24T07:00:00.000000Z");
    assert_eq!(loud["data"]["quiet"], Value::Null);
    assert_eq!(loud["data"]["parent"], "G-0");
    let quiet = event(&mapping, &row(json!(1)), true);
    assert_eq!(quiet["data"]["quiet"], true);
}

#[test]
fn a_local_time_on_the_nights_when_clocks_change_is_a_time() {
    let told = |text: &str| moment(json!(text), chrono_tz::Europe::Rome).unwrap();
    assert_eq!(told("2026-03-29T02:30:00"), "2026-03-29T01:30:00.000000Z");
    assert_eq!(told("2026-10-25T02:30:00"), "2026-10-25T00:30:00.000000Z");
    assert_eq!(
        told("2026-11-24 10:00:00+02:00"),
        "2026-11-24T10:00:00+02:00"
    );
    assert_eq!(told("2026-12-01"), "2026-12-01");
    for far in [
        "-262143-01-01 00:00:00",
        "+262142-12-31 23:59:59",
        "0001-01-01 00:00:00",
    ] {
        let text = moment(json!(far), chrono_tz::Europe::Rome).unwrap();
        assert!(
            Timestamp::parse(&text).is_err() || text.starts_with("0001"),
            "{text}"
        );
    }
}

#[test]
fn another_step_that_the_mapping_chooses_is_another_event() {
    let chosen = CASE.replace(
        "version = \"aggiornata\"",
        "event = \"{{ 'case.closed' if record.stato == 'CHIUSA' else 'case.opened' }}\"",
    );
    let chosen = chosen.replace("state = \"stato\"", "state = \"{{ 'received' }}\"");
    let mapping = mapping(&chosen);
    let (open, over) = (
        event(&mapping, &row("NUOVA"), false),
        event(&mapping, &row("CHIUSA"), true),
    );
    assert_eq!(
        (&open["type"], &over["type"]),
        (&json!("case.opened"), &json!("case.closed"))
    );
    assert_ne!(open["id"], over["id"]);
}

#[test]
fn a_mapping_chooses_no_type_that_only_araldo_makes() {
    for kind in [
        "case.stalled",
        "incident.confirm",
        "incident.reopened",
        "body.stalled",
    ] {
        let chosen = CASE.replace(
            "version = \"aggiornata\"",
            &format!("event = \"{{{{ '{kind}' }}}}\""),
        );
        let mapping = mapping(&chosen);
        let mapped = mapping.map(&record(&row("CHIUSA"))).unwrap();
        let now = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
        let fault = mapping.event(&mapped, true, false, now).unwrap_err();
        assert!(
            fault.detail.contains("made by Araldo only"),
            "{kind}: {fault}"
        );
    }
}

#[test]
fn works_that_vanish_before_they_begin_are_called_off() {
    let mapping = mapping(
        r#"
[incident]
incident = "codice"
kind = "tipo"
began_at = "inizio"
ended = "ended"
changed_at = "aggiornato"
area.municipalities = "comuni"
"#,
    );
    let row = |kind: &str, gone_at: Value| {
        json!({"codice": "L-1", "tipo": kind, "inizio": "2026-11-24T11:00:00Z",
            "aggiornato": "2026-11-20T08:00:00Z", "comuni": "037006", "ended": true,
            "vanished": true, "_gone_at": gone_at})
    };
    let before = json!("2026-11-24T10:59:00Z");
    let begun = json!("2026-11-24T11:00:00Z");
    for (kind, gone_at, becomes) in [
        ("planned_outage", &before, "incident.cancelled"),
        ("planned_outage", &begun, "incident.resolved"),
        ("planned_outage", &Value::Null, "incident.resolved"),
        ("outage", &before, "incident.resolved"),
    ] {
        let made = event(&mapping, &row(kind, gone_at.clone()), true);
        assert_eq!(made["type"], becomes, "{kind} {gone_at}");
        // It changed days ago; that it is gone was seen now.
        assert_eq!(made["time"], "2026-11-24T12:00:00.000Z");
    }
    let mut shown = row("planned_outage", Value::Null);
    (shown["ended"], shown["vanished"]) = (json!(false), json!(false));
    let made = event(&mapping, &shown, true);
    assert_eq!(made["type"], "incident.updated");
    assert_eq!(made["time"], "2026-11-20T08:00:00.000Z");
}
