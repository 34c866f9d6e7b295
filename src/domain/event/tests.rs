use serde_json::json;

use super::*;

fn received() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

fn case_event() -> Value {
    json!({"specversion": "1.0", "id": "crm-84311", "source": "/crm", "type": "case.state_changed",
        "time": "2026-11-22T09:14:00+01:00", "subject": "PR-2026-00412",
        "data": {"case": "PR-2026-00412", "client": "C-1001", "kind": "voltura",
            "state": "sent_to_distributor", "owner": "e-distribuzione", "expected_by": "2026-11-29"}})
}

fn incident_event() -> Value {
    json!({"specversion": "1.0", "id": "oms-77-1", "source": "/oms", "type": "incident.opened",
        "data": {"incident": "G-77", "kind": "outage", "service": "electricity",
            "area": {"municipalities": ["037006"], "tags": ["feeder:BO-12"]},
            "began_at": "2026-11-22T17:58:00+01:00", "expected_end": "2026-11-22T20:30:00+01:00"}})
}

fn fault_of(change: impl FnOnce(&mut Value)) -> FieldError {
    let mut event = case_event();
    change(&mut event);
    Event::parse(&event, received()).unwrap_err()
}

#[test]
fn a_case_event_is_read_with_its_data() {
    let event = Event::parse(&case_event(), received()).unwrap();
    assert_eq!(event.kind, "case.state_changed");
    assert_eq!(event.occurred_at.to_string(), "2026-11-22T08:14:00.000Z");
    let EventData::Case(step, data) = &event.data else {
        panic!("not a case: {:?}", event.data)
    };
    assert_eq!(*step, CaseStep::StateChanged);
    assert_eq!(data.expected_by.unwrap().to_string(), "2026-11-29");
    assert_eq!(event.raw["owner"], "e-distribuzione");
}

#[test]
fn an_absent_time_is_the_time_of_receipt() {
    let event = Event::parse(&incident_event(), received()).unwrap();
    assert_eq!(event.occurred_at, received());
}

#[test]
fn every_required_attribute_is_missed_by_name() {
    for name in ["id", "source", "type", "specversion"] {
        let fault = fault_of(|event| {
            event.as_object_mut().unwrap().remove(name);
        });
        assert_eq!(fault.pointer, format!("/{name}"));
        assert_eq!(fault.detail, format!("`{name}` is missing"));
    }
    for name in ["case", "client", "kind", "state"] {
        let fault = fault_of(|event| {
            event["data"].as_object_mut().unwrap().remove(name);
        });
        assert_eq!(fault.pointer, format!("/data/{name}"));
    }
}

#[test]
fn a_time_without_a_zone_is_refused_with_what_would_be_right() {
    let fault = fault_of(|event| event["time"] = "2026-11-22T09:14:00".into());
    assert_eq!(fault.pointer, "/time");
    assert!(fault.detail.contains("a time with a zone such as"));
    let fault = fault_of(|event| event["data"]["expected_by"] = "domani".into());
    assert_eq!(fault.pointer, "/data/expected_by");
}

#[test]
fn wrong_types_and_versions_are_named() {
    let fault = fault_of(|event| event["id"] = 17.into());
    assert_eq!(fault.detail, "`id` is `17`, not a text");
    assert_eq!(
        fault_of(|e| e["specversion"] = "0.3".into()).pointer,
        "/specversion"
    );
    assert_eq!(fault_of(|e| e["data"] = json!([1])).pointer, "/data");
    assert_eq!(
        fault_of(|e| e["datacontenttype"] = "text/xml".into()).pointer,
        "/datacontenttype"
    );
    let fault = fault_of(|e| e["data_base64"] = "AA==".into());
    assert_eq!(fault.pointer, "/data_base64");
}

#[test]
fn a_note_of_ten_thousand_characters_is_refused() {
    let fault = fault_of(|event| event["data"]["note"] = "n".repeat(10_000).into());
    assert_eq!(fault.pointer, "/data/note");
    assert!(fault.detail.contains("at most 2000"));
}

#[test]
fn an_unknown_type_is_accepted() {
    let event = json!({"specversion": "1.0", "id": "1", "source": "/x", "type": "meter.read",
        "data": {"kwh": 7}});
    let event = Event::parse(&event, received()).unwrap();
    assert_eq!(event.data, EventData::Other);
    assert_eq!(event.raw["kwh"], 7);
}

#[test]
fn control_characters_are_taken_out_of_the_data_that_templates_see() {
    let mut event = case_event();
    event["data"]["note"] = "uno\u{0}\u{202E}due".into();
    let event = Event::parse(&event, received()).unwrap();
    assert_eq!(event.raw["note"], "unodue");
}

#[test]
fn the_fingerprint_ignores_order_and_sees_every_value() {
    let mut turned = serde_json::Map::new();
    for (name, value) in case_event().as_object().unwrap().iter().rev() {
        turned.insert(name.clone(), value.clone());
    }
    let first = Event::parse(&case_event(), received()).unwrap().fingerprint;
    let later = received() + chrono::TimeDelta::hours(1);
    let same = Event::parse(&turned.into(), later).unwrap();
    assert_eq!(first, same.fingerprint);
    let mut other = case_event();
    other["data"]["state"] = "waiting".into();
    assert_ne!(first, Event::parse(&other, received()).unwrap().fingerprint);
}

#[test]
fn an_opening_must_say_what_and_where_a_correction_need_not() {
    for name in ["kind", "area"] {
        let mut event = incident_event();
        event["data"].as_object_mut().unwrap().remove(name);
        let fault = Event::parse(&event.clone(), received()).unwrap_err();
        assert_eq!(fault.pointer, format!("/data/{name}"));
        event["type"] = "incident.updated".into();
        assert!(Event::parse(&event, received()).is_ok());
    }
}

#[test]
fn an_incident_is_the_fold_of_its_events() {
    let at = Timestamp::from_micros;
    let opened = match Event::parse(&incident_event(), at(0)).unwrap().data {
        EventData::Incident(_, data) => data,
        other => panic!("{other:?}"),
    };
    let update = |fields: Value| IncidentData::parse(IncidentStep::Updated, &fields).unwrap();
    let mut incident = Incident::begin(IncidentStep::Opened, &opened, at(1));
    incident.add(
        IncidentStep::Updated,
        &update(json!({"incident": "G-77", "expected_end": "2026-11-22T22:00:00Z"})),
        at(2),
    );
    assert_eq!(incident.service.as_deref(), Some("electricity"));
    assert_eq!(
        incident.expected_end.unwrap().to_string(),
        "2026-11-22T22:00:00.000Z"
    );
    incident.add(
        IncidentStep::Resolved,
        &update(json!({"incident": "G-77"})),
        at(3),
    );
    incident.add(
        IncidentStep::Updated,
        &update(json!({"incident": "G-77", "cause": "cabin fault"})),
        at(4),
    );
    assert_eq!(incident.state, IncidentState::Resolved);
    assert_eq!(incident.closed_at, Some(at(3)));
    assert_eq!((incident.opened_at, incident.changed_at), (at(1), at(4)));
}

#[test]
fn a_direct_request_prefers_the_clients_channel_and_knows_its_fields() {
    let parse = |data| EventData::parse(MESSAGE_REQUESTED, &data);
    let EventData::Direct(request) =
        parse(json!({"client": "C-1", "template": "notice", "variables": {"title": "x"}})).unwrap()
    else {
        panic!("not a direct request")
    };
    assert_eq!(
        request.channels,
        [crate::domain::rule::ChannelChoice::Preferred]
    );
    let fault = parse(json!({"client": "C-1", "template": "n", "channels": ["fax"]})).unwrap_err();
    assert_eq!(fault.pointer, "/channels/0");
    let fault = parse(json!({"client": "C-1", "template": "n", "vars": {}})).unwrap_err();
    assert_eq!(fault.pointer, "/vars");
}

#[test]
fn an_arrival_is_the_event_in_the_form_it_is_kept_in() {
    let mut wrong = case_event();
    wrong["data"]["state"] = Value::Null;
    let mut marked = case_event();
    marked["data"]["note"] = "uno\u{0}due".into();
    let direct = json!({"specversion": "1.0", "id": "9", "source": "/x", "type": MESSAGE_REQUESTED,
        "data": {"client": "C-1", "template": "n", "vars": {}}});
    for value in [
        case_event(),
        incident_event(),
        wrong,
        marked,
        direct,
        json!([1]),
    ] {
        let arrival = Arrival::parse(Tree::from(&value), received());
        let event = Event::parse(&value, received());
        assert_eq!(
            arrival,
            event.as_ref().map(Arrival::from).map_err(Clone::clone)
        );
    }
}

#[test]
fn a_time_ahead_counts_as_now_and_the_claim_is_kept_beside() {
    use chrono::TimeDelta;
    let at = |ahead: TimeDelta| {
        let mut event = case_event();
        event["time"] = (received() + ahead).to_string().into();
        Arrival::parse(Tree::from(&event), received())
    };
    let behind = at(TimeDelta::minutes(-3)).unwrap();
    assert_eq!(behind.occurred_at, received() - TimeDelta::minutes(3));
    assert_eq!((behind.claimed_at, behind.ahead()), (None, None));
    let near = at(TimeDelta::minutes(5)).unwrap();
    assert_eq!(near.occurred_at, received());
    assert_eq!(near.claimed_at, Some(received() + TimeDelta::minutes(5)));
    assert_eq!(near.ahead(), None, "clocks may be so far apart");
    let wrong = at(TimeDelta::hours(2)).unwrap();
    assert_eq!(wrong.occurred_at, received());
    assert_eq!(wrong.ahead(), Some(TimeDelta::hours(2)));
    assert!(at(TimeDelta::hours(24)).is_ok());
    for no_clock in [TimeDelta::hours(25), TimeDelta::days(-10_000)] {
        let fault = at(no_clock).unwrap_err();
        assert_eq!(fault.pointer, "/time");
        assert!(fault.detail.contains("leave `time` out"), "{fault}");
    }
}

#[test]
fn what_is_foreseen_lies_within_a_calendar() {
    let wrong = |pointer: &str, event: &Value| {
        let fault = Event::parse(event, received()).unwrap_err();
        assert_eq!(fault.pointer, format!("/data/{pointer}"), "{fault}");
    };
    for time in ["9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"] {
        for name in ["began_at", "expected_end"] {
            let mut event = incident_event();
            event["data"][name] = time.into();
            wrong(name, &event);
        }
        let mut event = case_event();
        event["data"]["expected_by"] = time.into();
        wrong("expected_by", &event);
    }
    let mut event = case_event();
    event["data"]["expected_by"] = "9999-12-31".into();
    wrong("expected_by", &event);
    // What was stored before there was such a limit is still read.
    assert!(EventData::parse("case.opened", &event["data"]).is_ok());
    let mut event = incident_event();
    event["data"]["expected_end"] = "2026-11-22T16:00:00+01:00".into();
    wrong("expected_end", &event);
}

#[test]
fn the_fingerprint_is_of_what_is_said_and_not_of_how_it_is_carried() {
    let of = |event: &Value| Event::parse(event, received()).unwrap().fingerprint;
    let first = of(&case_event());
    let carried = |name: &str, value: Value| {
        let mut event = case_event();
        event[name] = value;
        of(&event)
    };
    assert_eq!(carried("time", "2026-11-22T08:14:00Z".into()), first);
    assert_eq!(carried("traceparent", "00-4bf9-00f0-01".into()), first);
    assert_eq!(carried("datacontenttype", "application/json".into()), first);
    for (name, value) in [
        ("id", json!("crm-84312")),
        ("source", json!("/crm2")),
        ("type", json!("case.closed")),
        ("subject", json!("PR-2")),
        ("subject", Value::Null),
        ("time", json!("2026-11-22T08:14:01Z")),
        ("time", Value::Null),
    ] {
        assert_ne!(carried(name, value), first, "{name}");
    }
    assert!(is_comparable(&first));
    assert!(
        !is_comparable(&first[2..]),
        "as the first versions made them"
    );
}

#[test]
fn fingerprints_are_those_that_stored_events_have() {
    let value = json!({"specversion": "1.0", "id": "1", "source": "/x", "type": "t",
        "time": "2026-11-22T08:14:00Z", "data": {"note": "è".repeat(700),
        "list": [1, -2, 0.5, true, false, null, [], {}]}});
    let fingerprint = Event::parse(&value, received()).unwrap().fingerprint;
    assert_eq!(
        fingerprint,
        "2:b11e0efac84013b0671c5aa8cc199d681ef5f52befbe34e2134bb83ddee7b0f4"
    );
}

fn incident_of(events: &[(&str, Value)]) -> Incident {
    let read = |(kind, data): &(&str, Value)| {
        let step: IncidentStep = kind.parse().unwrap();
        let mut data = data.clone();
        data["incident"] = "G-77".into();
        (step, IncidentData::parse(step, &data).unwrap())
    };
    let at = Timestamp::from_micros;
    let mut events = events.iter().map(read).zip(1..);
    let ((step, data), time) = events.next().unwrap();
    let mut incident = Incident::begin(step, &data, at(time));
    for ((step, data), time) in events {
        incident.add(step, &data, at(time));
    }
    incident
}

fn an_opening() -> (&'static str, Value) {
    (
        "incident.opened",
        json!({"kind": "outage", "area": {"municipalities": ["037006"]},
            "expected_end": "2026-11-22T20:00:00Z"}),
    )
}

#[test]
fn small_moves_are_no_news_until_they_add_up_and_any_other_change_is() {
    let told = incident_of(&[an_opening()]);
    let half_an_hour = chrono::TimeDelta::minutes(30);
    let is_news = |changes: &[Value]| {
        let updates = changes.iter().cloned();
        let updates = updates.map(|data| ("incident.updated", data));
        let events: Vec<_> = std::iter::once(an_opening()).chain(updates).collect();
        incident_of(&events).is_news_since(&told, half_an_hour)
    };
    let end = |time: &str| json!({ "expected_end": time });
    assert!(!is_news(&[json!({})]), "the same again");
    assert!(!is_news(&[end("2026-11-22T20:20:00Z")]));
    assert!(!is_news(&[end("2026-11-22T19:31:00Z")]));
    assert!(is_news(&[
        end("2026-11-22T20:20:00Z"),
        end("2026-11-22T20:30:00Z")
    ]));
    for change in [
        json!({"began_at": "2026-11-22T17:00:00Z"}),
        json!({"cause": "cabin fault"}),
        json!({"note": "A crew is there."}),
        json!({"severity": "severe"}),
        json!({"service": "electricity"}),
        json!({"area": {"municipalities": ["037006", "037020"]}}),
        json!({"next_update": "2026-11-22T19:00:00Z"}),
    ] {
        assert!(is_news(std::slice::from_ref(&change)), "{change}");
    }
    let anything = incident_of(&[an_opening()]).is_news_since(&told, chrono::TimeDelta::zero());
    assert!(anything, "where every event is to be told");
}

#[test]
fn what_the_clock_makes_changes_nothing_and_a_promise_is_kept_by_any_word() {
    let promise = (
        "incident.updated",
        json!({"next_update": "2026-11-22T19:00:00Z"}),
    );
    let promised = incident_of(&[an_opening(), promise.clone()]);
    assert_eq!(
        promised.next_update.unwrap().to_string(),
        "2026-11-22T19:00:00.000Z"
    );
    for reckoned in [
        "incident.overdue",
        "incident.reminder",
        "incident.confirm",
        "incident.uncovered",
        "incident.left",
        "incident.compensation",
    ] {
        let data = json!({"expected_end": "2026-11-22T23:00:00Z"});
        let after = incident_of(&[an_opening(), promise.clone(), (reckoned, data)]);
        assert_eq!(after, promised, "{reckoned}");
    }
    let quiet = ("incident.updated", json!({"note": "x", "quiet": true}));
    let corrected = incident_of(&[an_opening(), promise.clone(), quiet]);
    assert_eq!(corrected.next_update, promised.next_update);
    for word in ["incident.updated", "incident.resolved"] {
        let kept = incident_of(&[an_opening(), promise.clone(), (word, json!({}))]);
        assert_eq!(kept.next_update, None, "{word}");
    }
}

#[test]
fn quiet_and_told_again_contradict_each_other() {
    let mut event = incident_event();
    event["data"]["quiet"] = true.into();
    assert!(Event::parse(&event, received()).is_ok());
    event["data"]["tell_again"] = true.into();
    let fault = Event::parse(&event, received()).unwrap_err();
    assert_eq!(fault.pointer, "/data/tell_again");
    let mut event = incident_event();
    event["data"]["parent"] = event["data"]["incident"].clone();
    let fault = Event::parse(&event, received()).unwrap_err();
    assert_eq!(fault.pointer, "/data/parent");
}
