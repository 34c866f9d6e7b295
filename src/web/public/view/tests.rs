//! What the page says in each situation, in whole sentences.

use std::sync::Arc;

use super::*;
use crate::domain::area::Area;
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{CaseData, IncidentKind};
use crate::domain::{CaseId, ClientId, MessageId, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn calendar(language: Language) -> LocalCalendar {
    LocalCalendar {
        language,
        zone: chrono_tz::Europe::Rome,
        now: at("2026-11-22T18:00:00+01:00"),
    }
}

fn told(data: serde_json::Value) -> NotifiedMessage {
    NotifiedMessage {
        message: MessageId::new(1),
        client: ClientId::new(7),
        channel: Channel::Sms,
        locale: "it".to_owned(),
        for_client: None,
        topic: "cases".to_owned(),
        class: Class::Service,
        event_type: "case.state_changed".to_owned(),
        occurred_at: at("2026-11-22T09:00:00+01:00"),
        data,
    }
}

fn a_case() -> CaseRecord {
    let opened_at = at("2026-11-20T09:00:00+01:00");
    CaseRecord {
        id: CaseId::new(1),
        data: CaseData {
            case: "PR-1".to_owned(),
            client: "C-7".to_owned(),
            kind: "voltura".to_owned(),
            state: "waiting_distributor".to_owned(),
            owner: None,
            note: None,
            expected_by: None,
        },
        client_name: None,
        opened_at,
        changed_at: opened_at,
        closed_at: None,
    }
}

/// The page of a case whose next step is expected from `owner` by then.
fn tell_case(
    owner: &str,
    expected_by: &str,
    closed_at: Option<Timestamp>,
    language: Language,
) -> MatterText {
    let mut case = a_case();
    case.closed_at = closed_at;
    case.data.owner = Some(owner.to_owned());
    case.data.expected_by = Some(expected_by.parse().unwrap());
    tell(&PageSubject::Case(case, Vec::new()), language)
}

fn an_outage() -> Incident {
    let opened_at = at("2026-11-22T09:00:00+01:00");
    Incident {
        incident: "G-77".to_owned(),
        kind: IncidentKind::Outage,
        state: IncidentState::GoingOn,
        service: Some("gas".to_owned()),
        severity: None,
        area: Area::default(),
        began_at: None,
        expected_end: None,
        cause: None,
        note: None,
        parent: None,
        next_update: None,
        opened_at,
        changed_at: opened_at,
        closed_at: None,
    }
}

fn tell(subject: &PageSubject, language: Language) -> MatterText {
    let pages = Pages::new(ContactDetails::default(), Arc::new(CaseKinds::shipped()));
    let data = serde_json::json!({ "title": "Strada chiusa", "body": "Fino a sera." });
    story(&told(data), subject, &pages, calendar(language))
}

#[test]
fn a_case_without_owner_and_date_says_that_there_is_no_date_yet() {
    let story = tell(&PageSubject::Case(a_case(), Vec::new()), Language::Italian);
    assert_eq!(story.state.as_deref(), Some("In attesa del distributore"));
    assert_eq!(
        story.next,
        ["Non abbiamo ancora una data. Le scriviamo appena qualcosa cambia."]
    );
}

#[test]
fn a_deadline_that_passed_is_not_hidden() {
    let story = tell_case("cliente", "2026-11-20", None, Language::Italian);
    assert_eq!(
        story.next,
        [
            "Per andare avanti serve qualcosa da parte Sua.",
            "Il prossimo passo era atteso entro venerdì 20 novembre e non ci risulta ancora.",
        ]
    );
}

#[test]
fn a_body_is_called_what_people_call_it() {
    let mut case = a_case();
    case.data.owner = Some("dso".to_owned());
    let names = [("dso".to_owned(), "Rete Spa".to_owned())];
    let kinds = CaseKinds::shipped().calling(names.into());
    let pages = Pages::new(ContactDetails::default(), Arc::new(kinds));
    let subject = PageSubject::Case(case, Vec::new());
    let told = told(serde_json::Value::Null);
    let said = story(&told, &subject, &pages, calendar(Language::Italian));
    assert_eq!(said.next[0], "Ora se ne occupa: Rete Spa.");
}

#[test]
fn an_owner_of_the_staff_is_not_named_to_the_client() {
    let mut case = a_case();
    case.data.owner = Some("paola@sportello.example".to_owned());
    let said = tell(&PageSubject::Case(case, Vec::new()), Language::Italian);
    assert!(
        said.next.iter().all(|line| !line.contains("se ne occupa")),
        "{said:?}"
    );
}

#[test]
fn every_topic_of_our_own_has_a_name_in_each_language() {
    let topics = [
        "cases", "outages", "reports", "surveys", "notices", "answers",
    ];
    for topic in topics {
        let (italian, english) = (
            Language::Italian.topic(topic),
            Language::English.topic(topic),
        );
        assert_ne!(italian, capital(topic));
        assert_ne!(italian, english);
    }
}

#[test]
fn a_closed_case_waits_for_nothing() {
    let closed_at = Some(at("2026-11-22T09:30:00+01:00"));
    let story = tell_case(
        "e-distribuzione",
        "2026-11-30",
        closed_at,
        Language::English,
    );
    assert_eq!(story.tone, "done");
    assert_eq!(
        story.next,
        ["The case is closed (today at 09:30). If anything seems wrong, please call us."]
    );
}

#[test]
fn an_outage_is_told_from_its_plan_to_its_end() {
    let outage = an_outage();
    let states = [
        (
            Incident {
                began_at: Some(at("2026-11-23T08:00:00+01:00")),
                ..outage.clone()
            },
            "In programma",
            "Non sappiamo ancora quando finirà. Le scriviamo appena lo sappiamo.",
        ),
        (
            Incident {
                expected_end: Some(at("2026-11-22T17:30:00+01:00")),
                ..outage.clone()
            },
            "In corso",
            "La fine era prevista per oggi alle 17:30, ma non ci risulta ancora.",
        ),
        (
            Incident {
                state: IncidentState::Resolved,
                closed_at: Some(at("2026-11-22T17:45:00+01:00")),
                ..outage.clone()
            },
            "Risolta",
            "Ci risulta risolto: oggi alle 17:45. Se da Lei non è così, ci chiami o ci scriva.",
        ),
        (
            Incident {
                state: IncidentState::Cancelled,
                ..outage
            },
            "Annullata",
            "L'avviso è annullato: non deve fare nulla.",
        ),
    ];
    for (incident, state, first) in states {
        let story = tell(
            &PageSubject::Incident(incident, Vec::new()),
            Language::Italian,
        );
        assert_eq!(story.title, "Interruzione del gas");
        assert_eq!(story.state.as_deref(), Some(state));
        assert_eq!(story.next[0], first);
    }
}

/// Whoever comes from an old message knows by it what need not be minded any more.
#[test]
fn what_was_called_off_still_says_what_it_was_about() {
    let closure = Incident {
        kind: IncidentKind::Closure,
        service: None,
        state: IncidentState::Cancelled,
        cause: Some("lavori in via Garibaldi".to_owned()),
        ..an_outage()
    };
    let subject = PageSubject::Incident(closure, Vec::new());
    let story = tell(&subject, Language::Italian);
    assert_eq!(
        story.next,
        [
            "L'avviso è annullato: non deve fare nulla.",
            "L'avviso riguardava: lavori in via Garibaldi.",
        ]
    );
}

#[test]
fn a_client_is_asked_whether_it_is_back_once_an_outage_is_over() {
    let over = |kind, state| {
        let incident = Incident {
            kind,
            state,
            ..an_outage()
        };
        asks(&PageSubject::Incident(incident, Vec::new()))
    };
    assert!(over(IncidentKind::Outage, IncidentState::Resolved));
    assert!(over(IncidentKind::PlannedOutage, IncidentState::Resolved));
    assert!(!over(IncidentKind::Outage, IncidentState::GoingOn));
    assert!(!over(IncidentKind::Outage, IncidentState::Cancelled));
    assert!(!over(IncidentKind::Closure, IncidentState::Resolved));
    assert!(!asks(&PageSubject::Notice));
}

#[test]
fn a_notice_speaks_in_its_own_words() {
    let story = tell(&PageSubject::Notice, Language::Italian);
    assert_eq!((story.title.as_str(), story.state), ("Strada chiusa", None));
    assert_eq!(story.next, ["Fino a sera."]);
    assert_eq!(
        story.note.as_deref(),
        Some("Le abbiamo scritto oggi alle 09:00.")
    );
}

#[test]
fn a_telephone_link_holds_digits_only() {
    assert_eq!(tel("+39 051 000-0000"), "+390510000000");
}
