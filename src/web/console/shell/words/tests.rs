//! Both languages can be read, say the same keys with the same values, and lack no word of a fixed
//! list. What the pages ask for is held against the keys by `tests/it/console_words.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::client::{SuppressionReason, TrackingConsent};
use crate::domain::deputy::DeputyMode;
use crate::domain::event::{IncidentKind, IncidentState};
use crate::domain::receipt::ReceiptKind;
use crate::domain::role::Role;
use crate::domain::test_send::TestSendState;
use crate::domain::{
    Channel, Class, EngagementKind, Lane, MessageState, Reason, Tracking, Verdict,
};
use crate::source::Baseline;
use crate::store::access::actions::AuditAction;
use crate::store::cluster::invariants::Invariant;
use crate::store::reports::NodeState;

/// Keys of a text, each with the values that it takes.
type KeysWithValues<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn keys(text: &str) -> KeysWithValues<'_> {
    let mut found = KeysWithValues::new();
    let mut current = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            current = line.split('=').next().unwrap().trim();
            assert!(
                found.insert(current, BTreeSet::new()).is_none(),
                "{current}"
            );
        }
        for value in line.split('$').skip(1) {
            let end = value.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let value = &value[..end.unwrap_or(value.len())];
            found.get_mut(current).unwrap().insert(value);
        }
    }
    // Where a number is shown, one language chooses a form by the count and another need not.
    for values in found.values_mut().filter(|it| it.contains("number")) {
        values.remove("count");
    }
    found
}

/// Every word of a closed list.
macro_rules! all {
    ($list:ty) => {
        <$list>::ALL.iter().map(|it| it.as_str()).collect()
    };
}

/// Each family of keys that is composed with [`ConsoleWords::of`], and the words it must have.
fn families() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("state", all!(MessageState)),
        ("state", vec!["read"]),
        ("channel", all!(Channel)),
        ("lane", all!(Lane)),
        ("class", all!(Class)),
        ("incident-kind", all!(IncidentKind)),
        ("incident-state", all!(IncidentState)),
        ("role", all!(Role)),
        ("node-state", all!(NodeState)),
        ("reason", all!(Reason)),
        ("invariant", all!(Invariant)),
        ("clients-consent", all!(TrackingConsent)),
        ("clients-barred", all!(SuppressionReason)),
        ("clients-deputy-mode", all!(DeputyMode)),
        ("messages-stands", all!(MessageState)),
        ("messages-tracking", all!(Tracking)),
        ("messages-act", all!(EngagementKind)),
        ("messages-verdict", all!(Verdict)),
        ("messages-receipt", all!(ReceiptKind)),
        ("sources-baseline", all!(Baseline)),
        ("templates-test-state", all!(TestSendState)),
        ("people-deed", all!(AuditAction)),
        ("people-standing", vec!["open", "locked"]),
    ]
}

#[test]
fn both_languages_can_be_read() {
    for (language, texts) in [(Language::Italian, ITALIAN), (Language::English, ENGLISH)] {
        let tag: LanguageIdentifier = language.tag().parse().unwrap();
        let mut bundle = Bundle::new_concurrent(vec![tag]);
        for text in texts {
            let resource = FluentResource::try_new(text.to_owned());
            let resource = resource.map_err(|(_, faults)| faults).unwrap();
            bundle.add_resource(resource).unwrap();
        }
    }
}

#[test]
fn both_languages_say_the_same_keys_with_the_same_values() {
    for (italian, english) in ITALIAN.into_iter().zip(ENGLISH) {
        assert_eq!(keys(italian), keys(english));
    }
}

#[test]
fn no_word_of_a_fixed_list_is_missing() {
    for (family, words) in families() {
        for word in words {
            let key = format!("{family}-{}", word.replace(['_', '.'], "-"));
            for bundle in [&*IN_ITALIAN, &*IN_ENGLISH] {
                assert!(bundle.has_message(&key), "{key}");
            }
        }
    }
}

#[test]
fn english_says_the_words_of_sql_and_of_alarms_as_they_are() {
    let english = ConsoleWords::ENGLISH;
    for state in MessageState::ALL {
        assert_eq!(english.of("state", state.as_str()), state.as_str());
    }
    for invariant in Invariant::ALL {
        let said = english.of("invariant", invariant.as_str());
        assert_eq!(said, invariant.complaint());
    }
    for reason in Reason::ALL {
        let said = english.of("reason", reason.as_str());
        assert_eq!(said, crate::insight::explain::reason(*reason));
    }
}

#[test]
fn a_text_is_said_in_its_language_with_its_values() {
    let italian = ConsoleWords::new(Language::Italian);
    assert!(matches!(italian.say("never"), Cow::Borrowed("mai")));
    assert_eq!(
        italian.of("incident-kind", "planned_outage"),
        "interruzione programmata"
    );
    assert_eq!(italian.with("shell-ago", "span", "3 min"), "3 min fa");
    let nodes = |count| italian.count("shell-health-nodes", count);
    assert_eq!(
        (nodes(1), nodes(12_345)),
        (
            "1 nodo al lavoro".to_owned(),
            "12.345 nodi al lavoro".to_owned(),
        )
    );
}

#[test]
fn one_is_said_as_one() {
    let italian = ConsoleWords::new(Language::Italian);
    for (key, in_italian, in_english) in [
        (
            "incidents-planned",
            "1 messaggio previsto",
            "1 message planned",
        ),
        ("shell-health-nodes", "1 nodo al lavoro", "1 node at work"),
        (
            "insight-reach-more",
            "Un'altra zona è nel CSV.",
            "One more zone is in the CSV.",
        ),
        (
            "rectify-taken",
            "Già rettificato, o in attesa: 1 piano. Qui non è contato.",
            "Put right before, or waiting for it: 1 plan. It is not counted here.",
        ),
    ] {
        assert_eq!(italian.count(key, 1), in_italian);
        assert_eq!(ConsoleWords::ENGLISH.count(key, 1), in_english);
    }
}

#[test]
fn what_nobody_wrote_says_itself() {
    let english = ConsoleWords::ENGLISH;
    assert_eq!(english.say("shell-of-nobody"), "shell-of-nobody");
    assert_eq!(
        english.of("service", "district_heating"),
        "district heating"
    );
}
