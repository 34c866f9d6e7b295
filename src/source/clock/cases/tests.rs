//! What is said of one case, without a store.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta};

use super::*;
use crate::domain::CaseId;
use crate::domain::calendar::WorkingDays;
use crate::domain::event::CaseData;
use crate::source::clock::IncidentTimes;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn settings() -> ClockSettings {
    ClockSettings {
        zone: chrono_tz::Europe::Rome,
        working_days: WorkingDays::default(),
        stalled_times: 3,
        silent_after_days: 10,
        body_report_at: 5,
        chase_after_days: 2,
        bodies: BTreeMap::new(),
        body_names: BTreeMap::new(),
        compensation: Vec::new(),
        survey: None,
        incidents: IncidentTimes {
            overdue_grace: TimeDelta::minutes(30),
            confirm_after: TimeDelta::minutes(30),
            announce_days: 3,
            remind_at: NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
            material: TimeDelta::minutes(30),
            approval_above: None,
        },
    }
}

/// A case that waits for the distributor since Tuesday the 1st of December 2026.
fn waiting(state: &str) -> ClockedCase {
    ClockedCase {
        id: CaseId::new(7),
        data: CaseData {
            case: "PR-1".to_owned(),
            client: "C-1".to_owned(),
            kind: "voltura".to_owned(),
            state: state.to_owned(),
            owner: None,
            expected_by: None,
            note: None,
        },
        state_since: at("2026-12-01T10:00:00Z"),
        seen_at: Some(at("2026-12-01T10:00:00Z")),
        clock_step: 0,
        told_at: Some(at("2026-12-01T10:00:00Z")),
        silent_at: None,
    }
}

fn judged(case: &ClockedCase, now: &str) -> (ClockDecision, Vec<Arrival>) {
    let (settings, kinds) = (settings(), CaseKinds::shipped());
    let rules = CaseRules {
        settings: &settings,
        kinds: &kinds,
        now: at(now),
    };
    rules.judge(case)
}

#[test]
fn a_case_that_stalls_says_who_holds_it_since_when_and_when_it_is_looked_at_again() {
    let (decision, said) = judged(&waiting("waiting_distributor"), "2026-12-10T07:00:00Z");
    let [event] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!(&*event.kind, "case.stalled");
    assert_eq!(&*event.id, "PR-1:stalled:1796119200::1");
    let data: Value = serde_json::from_str(&event.data).unwrap();
    let expected = json!({
        "case": "PR-1", "client": "C-1", "kind": "voltura", "state": "waiting_distributor",
        "owner": "distributore", "since": "2026-12-01T10:00:00.000Z", "threshold": 1,
        "next_check": "2026-12-17",
    });
    assert_eq!(data, expected);
    assert_eq!(CaseReminder::of(&data).unwrap().threshold, 1);
    let stalled = decision.stalled.unwrap();
    assert_eq!(stalled.0, "distributore");
    assert_eq!(decision.look_at, Some(at("2026-12-17T07:00:00Z")));
}

#[test]
fn a_state_in_which_the_client_is_awaited_says_nothing_however_long_it_lasts() {
    for state in ["documents_missing", "done"] {
        let (decision, said) = judged(&waiting(state), "2028-01-01T09:00:00Z");
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(decision.look_at, None);
    }
}

#[test]
fn a_client_who_heard_nothing_for_ten_working_days_hears_that() {
    let mut case = waiting("appointment_unknown");
    let (decision, said) = judged(&case, "2026-12-16T06:00:00Z");
    assert!(said.is_empty());
    assert_eq!(decision.look_at, Some(at("2026-12-16T07:00:00Z")));
    let (decision, said) = judged(&case, "2026-12-16T07:00:00Z");
    assert_eq!(&*said[0].kind, "case.silent");
    // Ten working days later, over Christmas.
    assert_eq!(decision.look_at, Some(at("2026-12-31T07:00:00Z")));
    case.silent_at = Some(at("2026-12-16T07:00:00Z"));
    assert!(judged(&case, "2026-12-16T07:00:01Z").1.is_empty());
    // Nobody waits for news who never heard of the case from here.
    case.told_at = None;
    assert!(judged(&case, "2027-12-16T07:00:00Z").1.is_empty());
}

#[test]
fn a_client_who_is_told_that_the_case_stalls_is_not_told_of_silence_besides() {
    let mut case = waiting("waiting_distributor");
    case.clock_step = 1;
    let (decision, said) = judged(&case, "2026-12-16T12:00:00Z");
    let kinds: Vec<&str> = said.iter().map(|event| &*event.kind).collect();
    assert_eq!(kinds, ["case.stalled"]);
    assert_eq!(decision.step, 2);
}
