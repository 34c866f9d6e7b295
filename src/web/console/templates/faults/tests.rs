//! Each fault that somebody who writes can meet is said in Italian; the English is as `template` has it.

use super::super::fault_keys::{ENGINE, MEANINGS, TEXTS};
use super::*;
use crate::domain::template::Source;
use crate::template::{Severity, check, trial};

const ITALIAN: ConsoleWords = ConsoleWords::new(Language::Italian);
/// What no Italian sentence holds.
const ENGLISH_WORDS: [&str; 8] = [
    " the ",
    " is ",
    " not ",
    " with ",
    " write ",
    " that ",
    "unexpected",
    " and ",
];

fn broken() -> Vec<Source> {
    let texts = [
        "{{ case.ref",
        "{% include 'x' %}",
        "{{ case.ref + }}",
        "{{ case.ref case.ref }}",
        "{% if %}x{% endif %}",
        "{{ case.ref * 2 }}",
        "{% for a in case.refs recursive %}x{% endfor %}",
        "{% if case.ref %}x",
        "{{ case.ref | nowhere }}",
        "{{ case.owner }}",
        "{{ case }}",
        "https://{{ case.ref }}/x",
        " ",
    ];
    let markdown = [
        "![x](https://a.example/x.png)",
        "[x](javascript:1)",
        "{% if case.ref %}a\n\nb{% endif %} c",
        "[x](https://a.example/{% if case.ref %}b{% endif %})",
    ];
    let mails = [
        "<mj-body></mj-body>",
        "<mjml><mj-body>",
        "<mjml><mj-body><![if x</mj-body></mjml>",
    ];
    let mails = mails.map(|mail| {
        let [_, _, whole, _] = trial::mails(mail);
        whole
    });
    let texts = texts.map(trial::text).into_iter();
    texts
        .chain(markdown.map(trial::markdown))
        .chain(mails)
        .collect()
}

#[test]
fn each_fault_is_said_in_the_language_of_who_writes() {
    for source in broken() {
        let found = check(&source);
        let errors: Vec<_> = found
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .collect();
        assert!(!errors.is_empty(), "{:?}", source.parts);
        for fault in errors {
            let said = of_finding(ITALIAN, fault);
            assert!(said.starts_with(&fault.file), "{said}");
            let line = fault.line.map(|line| format!("riga {line}"));
            assert!(line.is_none_or(|line| said.contains(&line)), "{said}");
            for word in ENGLISH_WORDS {
                assert!(!said.contains(word), "{word}: {said} ({fault})");
            }
            assert_eq!(of_finding(ConsoleWords::ENGLISH, fault), fault.to_string());
        }
    }
}

#[test]
fn every_text_is_found_by_its_own_english() {
    let values: [(&'static str, FluentValue<'_>); 3] =
        [("a", "x".into()), ("b", "y".into()), ("c", "z".into())];
    for key in TEXTS.iter().chain(&ENGINE) {
        let english = ConsoleWords::ENGLISH.say_with(key, &values);
        let italian = ITALIAN.say_with(key, &values);
        assert_ne!(english, italian, "{key}");
        assert_eq!(known(ITALIAN, &english), Some(italian), "{key}");
    }
}

#[test]
fn what_has_no_text_is_quoted_and_what_follows_is_said() {
    let said = sentence(ITALIAN, "odd; nest them less deep");
    assert!(said.starts_with("non si può leggere («odd»); "), "{said}");
    assert!(!said.contains("nest"), "{said}");
    let late = Unfinished::Late(std::time::Duration::from_secs(5));
    assert!(of_wait(ITALIAN, late).starts_with("il testo non era pronto entro 5 s"));
    let missing = RenderFault::Missing {
        variable: "case.owner".to_owned(),
    };
    let said = "la variabile `case.owner` manca o è vuota";
    assert_eq!(of_text(ITALIAN, &missing), said);
    let broken = RenderFault::Broken {
        part: "it/sms.txt".to_owned(),
        line: Some(3),
        detail: "`case.x`: there is no value".to_owned(),
    };
    let said = "it/sms.txt, riga 3: `case.x`: non c'è un valore";
    assert_eq!(of_text(ITALIAN, &broken), said);
}

#[test]
fn shipped_templates_say_in_both_languages_when_they_are_sent_and_what_they_know() {
    let mut meanings = 0;
    for source in Source::shipped().unwrap() {
        let (name, own) = (source.name.as_str(), source.description.as_str());
        assert_ne!(purpose(ITALIAN, name, own), own, "{name}");
        assert_eq!(purpose(ConsoleWords::ENGLISH, name, own), own, "{name}");
        assert_eq!(purpose(ITALIAN, name, "What we wrote."), "What we wrote.");
        for variable in &source.variables {
            let own = variable.description.as_str();
            assert_ne!(meaning(ITALIAN, own), own, "{name}: {}", variable.name);
            assert_eq!(meaning(ConsoleWords::ENGLISH, own), own);
            meanings += 1;
        }
    }
    assert!(meanings > MEANINGS.len());
}
