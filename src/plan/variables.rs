//! What a plan's texts may say: the facts of its event, with labels in each language.
//!
//! Everything is frozen into the plan, so that a message reads the same whenever it is rendered.
//! What belongs to one client only (name, place) is frozen into the message.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::domain::Timestamp;
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{CaseData, Incident, IncidentKind};
use crate::domain::language::Language;
use crate::store::planning::candidates::Candidate;

/// The name under which labels stand by language; the template module puts those of the
/// message's language in their place.
pub(super) const BY_LOCALE: &str = "by_locale";

/// What every text may use: the event's time and type, and whom to contact.
#[must_use]
pub(super) fn common(kind: &str, occurred_at: Timestamp, contact: &Value) -> Map<String, Value> {
    let mut variables = Map::new();
    variables.insert("event".into(), json!({ "type": kind, "time": occurred_at }));
    for (name, value) in contact.as_object().into_iter().flatten() {
        variables.insert(name.clone(), value.clone());
    }
    variables
}

pub(super) fn add_case(variables: &mut Map<String, Value>, case: &CaseData, kinds: &CaseKinds) {
    let usual = kinds.state(&case.kind, &case.state);
    let usual = usual.and_then(|state| state.owner.as_deref());
    let owner = case.owner.as_deref().or(usual);
    variables.insert(
        "case".into(),
        without_nulls(json!({
            "ref": case.case,
            "kind": case.kind,
            "state": case.state,
            "owner": owner,
            "expected_by": case.expected_by,
            "note": case.note,
        })),
    );
    for language in Language::ALL {
        let locale = language.tag();
        label(
            variables,
            locale,
            "case",
            json!({
                "kind_label": kinds.kind_label(&case.kind, locale),
                "state_label": kinds.state_label(&case.kind, &case.state, locale),
            }),
        );
    }
    if case.body() == case.owner.as_deref() {
        call_body(variables, ("case", "owner"), owner, kinds);
    } else {
        let usual = usual.map(|word| kinds.body(word));
        say(variables, ("case", "owner"), usual);
    }
}

/// What people call a body, where that is not its word in cases: texts say it at this key, and conditions go on
/// by the word. After the other labels.
pub(super) fn call_body(
    variables: &mut Map<String, Value>,
    at: (&str, &str),
    word: Option<&str>,
    kinds: &CaseKinds,
) {
    let Some((word, name)) = word.map(|word| (word, kinds.body(word))) else {
        return;
    };
    if name != word {
        say(variables, at, Some(name));
    }
}

/// What texts say at this key in place of what conditions go on by; nothing takes the word away.
fn say(variables: &mut Map<String, Value>, (about, key): (&str, &str), name: Option<&str>) {
    let by_locale = variables.entry(BY_LOCALE).or_insert_with(|| json!({}));
    for language in Language::ALL {
        by_locale[language.tag()][about][key] = json!(name);
    }
}

pub(super) fn add_incident(variables: &mut Map<String, Value>, incident: &Incident) {
    variables.insert(
        "incident".into(),
        without_nulls(json!({
            "ref": incident.incident,
            "kind": incident.kind,
            "state": incident.state,
            "service": incident.service,
            "severity": incident.severity,
            "began_at": incident.began_at,
            "expected_end": incident.expected_end,
            "cause": incident.cause,
            "note": incident.note,
            "parent": incident.parent,
            "next_update": incident.next_update,
            "closed_at": incident.closed_at,
        })),
    );
    for language in Language::ALL {
        let service = incident.service.as_deref();
        label(
            variables,
            language.tag(),
            "incident",
            json!({
                "kind_label": incident_label(incident.kind, language),
                "service_label": service.map(|service| service_label(service, language)),
                "lasted": incident.lasted().map(|span| lasted(span, language)),
            }),
        );
    }
}

/// What only this client's text needs. `changed`: what is new to a client who heard of the incident before.
#[must_use]
pub(super) fn of_client(candidate: &Candidate, changed: Option<&[&'static str]>) -> String {
    own(candidate, changed, None)
}

/// The same for a deputy: a text about the client, which says for whom it is.
#[must_use]
pub(super) fn of_deputy(candidate: &Candidate, changed: Option<&[&'static str]>) -> String {
    own(candidate, changed, Some(&candidate.name))
}

fn own(
    candidate: &Candidate,
    changed: Option<&[&'static str]>,
    for_client: Option<&str>,
) -> String {
    let place = candidate.place.as_deref().map(|code| OwnPlace {
        code,
        kind: candidate.place_kind.as_deref(),
        municipality: candidate.municipality.as_deref(),
        postal_code: candidate.postal_code.as_deref(),
    });
    let own = Own {
        client: OwnName {
            name: &candidate.name,
            reference: &candidate.reference,
        },
        place,
        zone: &candidate.time_zone,
        changed: changed.map(|facts| facts.iter().map(|fact| (*fact, true)).collect()),
        for_client,
    };
    // Texts and nothing else: there is no value of which JSON could not be made.
    serde_json::to_string(&own).unwrap_or_default()
}

/// Written once for each message, so without a tree of values in between.
#[derive(serde::Serialize)]
struct Own<'a> {
    client: OwnName<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<OwnPlace<'a>>,
    zone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<BTreeMap<&'static str, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_client: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct OwnName<'a> {
    name: &'a str,
    #[serde(rename = "ref")]
    reference: &'a str,
}

#[derive(serde::Serialize)]
struct OwnPlace<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    municipality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
}

fn label(variables: &mut Map<String, Value>, locale: &str, about: &str, labels: Value) {
    let by_locale = variables.entry(BY_LOCALE).or_insert_with(|| json!({}));
    by_locale[locale][about] = without_nulls(labels);
}

/// A fact that is not known is not there, so that a text can ask for it with `if`.
fn without_nulls(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    value
}

fn incident_label(kind: IncidentKind, language: Language) -> &'static str {
    match kind {
        IncidentKind::Outage => language.choose("guasto", "outage"),
        IncidentKind::PlannedOutage => {
            language.choose("interruzione programmata", "planned interruption")
        }
        IncidentKind::Delay => language.choose("ritardo", "delay"),
        IncidentKind::Closure => language.choose("chiusura", "closure"),
        IncidentKind::Notice => language.choose("avviso", "notice"),
    }
}

/// A span of time as it is told: `40 min`, `2 h 40 min`, `3 giorni e 4 h`.
fn lasted(span: TimeDelta, language: Language) -> String {
    let minutes = span.num_minutes().max(1);
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let days_said = match days {
        1 => language.choose("1 giorno", "1 day").to_owned(),
        many => format!("{many} {}", language.choose("giorni", "days")),
    };
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (_, 0, _) => days_said,
        (_, hours, _) => format!("{days_said} {} {hours} h", language.choose("e", "and")),
    }
}

/// An organisation's own service by its own word.
fn service_label(service: &str, language: Language) -> &str {
    match service {
        "electricity" => language.choose("energia elettrica", service),
        "water" => language.choose("acqua", service),
        "heating" => language.choose("riscaldamento", service),
        "roads" => language.choose("viabilità", service),
        "school" => language.choose("scuola", service),
        "transport" => language.choose("trasporti", service),
        "waste" => language.choose("raccolta rifiuti", service),
        _ => service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_the_name_of_a_body_and_a_condition_goes_on_by_its_word() {
        let names = [("dso".to_owned(), "Rete Spa".to_owned())];
        let kinds = CaseKinds::shipped().calling(names.into());
        let mut case = CaseData {
            case: "PR-1".to_owned(),
            client: "C-7".to_owned(),
            kind: "voltura".to_owned(),
            state: "waiting_distributor".to_owned(),
            owner: Some("dso".to_owned()),
            note: None,
            expected_by: None,
        };
        let mut variables = Map::new();
        add_case(&mut variables, &case, &kinds);
        assert_eq!(variables["case"]["owner"], "dso");
        let said = &variables[BY_LOCALE]["it"]["case"];
        assert_eq!(said["owner"], "Rete Spa");
        assert!(said["kind_label"].is_string());
        case.owner = Some("comune".to_owned());
        add_case(&mut variables, &case, &kinds);
        assert!(variables[BY_LOCALE]["it"]["case"].get("owner").is_none());
        case.owner = Some("paola@sportello.example".to_owned());
        add_case(&mut variables, &case, &kinds);
        assert_eq!(variables["case"]["owner"], "paola@sportello.example");
        let said = variables[BY_LOCALE]["it"]["case"].get("owner");
        assert_ne!(said, None, "one of the staff is not named to clients");
        assert_ne!(said.unwrap(), "paola@sportello.example");
    }

    #[test]
    fn how_long_it_lasted_is_said_as_people_say_it() {
        let said = |minutes, language| lasted(TimeDelta::minutes(minutes), language);
        for (minutes, italian, english) in [
            (0, "1 min", "1 min"),
            (40, "40 min", "40 min"),
            (120, "2 h", "2 h"),
            (160, "2 h 40 min", "2 h 40 min"),
            (1_440, "1 giorno", "1 day"),
            (4_575, "3 giorni e 4 h", "3 days and 4 h"),
        ] {
            assert_eq!(said(minutes, Language::Italian), italian);
            assert_eq!(said(minutes, Language::English), english);
        }
    }
}
