//! Each event that Araldo knows is told once by the rules that come along.

use crate::config::rules;
use crate::domain::case_kind::CaseKinds;

/// The shipped rules that an event matches.
fn matching(kind: &str, state: &str, incident: &str) -> String {
    let rules = rules::load(None).unwrap();
    let environment = minijinja::Environment::new();
    let context = minijinja::context! {
        event => minijinja::context! { data => minijinja::context! { state } },
        incident => minijinja::context! { kind => incident },
    };
    let holds = |when: &String| {
        let expression = environment.compile_expression(when).unwrap();
        expression.eval(&context).unwrap().is_true()
    };
    let names: Vec<_> = rules
        .iter()
        .filter(|rule| rule.on.iter().any(|on| on == kind))
        .filter(|rule| rule.when.as_ref().is_none_or(holds))
        .map(|rule| rule.name.as_str())
        .collect();
    names.join(" ")
}

#[test]
fn every_ordinary_event_matches_exactly_one_of_the_shipped_rules() {
    assert_eq!(matching("case.opened", "received", ""), "case-opened");
    assert_eq!(matching("case.closed", "done", ""), "case-closed");
    // For the client, and for whoever looks after them.
    let stalled = matching("case.stalled", "received", "");
    assert_eq!(stalled, "case-stalled case-stalled-tutor");
    assert_eq!(matching("case.due_soon", "", ""), "case-stalled-tutor");
    assert_eq!(matching("case.silent", "", ""), "case-silent");
    assert_eq!(matching("case.survey_due", "done", ""), "survey");
    assert_eq!(
        matching("case.survey_reminder", "done", ""),
        "survey-reminder"
    );
    assert_eq!(matching("body.stalled", "", ""), "body-report");
    assert_eq!(matching("body.forwarded", "", ""), "body-forwarding");
    assert_eq!(matching("reply.forwarded", "", ""), "reply-forwarded");
    for (state, rule) in [
        ("sent_to_distributor", "case-progress"),
        ("waiting", "case-waiting"),
        ("permits_pending", "case-waiting"),
        ("waiting_for_distributor", "case-waiting"),
        ("documents_missing", "case-needs-you"),
        ("waiting_for_client", "case-needs-you"),
        ("internal_review", ""),
    ] {
        assert_eq!(matching("case.state_changed", state, ""), rule);
    }
    for state in CaseKinds::shipped().iter().flat_map(|kind| &kind.states) {
        let expected = usize::from(state.name != "internal_review");
        let found = matching("case.state_changed", &state.name, "");
        assert_eq!(found.split_whitespace().count(), expected, "{}", state.name);
    }
}

#[test]
fn every_step_of_an_incident_matches_exactly_one_of_the_shipped_rules() {
    for (kind, word) in [
        ("incident.opened", "started"),
        ("incident.updated", "updated"),
        ("incident.resolved", "restored"),
        ("incident.cancelled", "cancelled"),
    ] {
        assert_eq!(matching(kind, "", "outage"), format!("outage-{word}"));
        assert_eq!(matching(kind, "", "closure"), format!("incident-{word}"));
    }
    for (kind, incident, rule) in [
        ("incident.overdue", "outage", "outage-overdue"),
        ("incident.overdue", "delay", "incident-overdue"),
        ("incident.confirm", "outage", "incident-confirm"),
        ("incident.reopened", "outage", "incident-reopened"),
        ("incident.opened", "planned_outage", "planned-announced"),
        ("incident.reminder", "planned_outage", "planned-reminder"),
        ("incident.updated", "planned_outage", "planned-moved"),
        ("incident.resolved", "planned_outage", "incident-restored"),
        ("incident.cancelled", "planned_outage", "incident-cancelled"),
        ("incident.opened", "delay", "delay-started"),
        ("incident.updated", "delay", "delay-changed"),
        ("incident.resolved", "delay", "delay-ended"),
        ("incident.cancelled", "delay", "incident-cancelled"),
    ] {
        assert_eq!(matching(kind, "", incident), rule);
    }
}
