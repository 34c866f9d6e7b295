use super::super::{Source, trial};
use super::*;
use crate::domain::template::TemplateParts;

/// A template about one case, with this text.
fn about_a_case(text: &str) -> Source {
    let mut source = trial::text(text);
    source.name = "case-trial".to_owned();
    source
}

fn findings(source: &Source, channel: Channel) -> Vec<LintFinding> {
    lint(source, "it", channel, None).findings
}

#[test]
fn a_text_that_names_nothing_and_nobody_is_found() {
    let sms = |text| findings(&about_a_case(text), Channel::Sms);
    assert_eq!(
        sms("Gentile {{ client.name }}, ci siamo."),
        [LintFinding::NamesNothing, LintFinding::NoContact]
    );
    assert!(sms("Pratica {{ case.ref }}: {{ links.status }}").is_empty());
    assert_eq!(
        unnamed(&about_a_case("Ci siamo.")),
        [("it".to_owned(), Channel::Sms)]
    );
    let mut notice = trial::text("Domani le scuole sono chiuse.");
    notice.variables.clear();
    assert!(unnamed(&notice).is_empty(), "a notice is about everybody");
}

#[test]
fn the_shipped_texts_say_what_they_are_about_and_whom_to_ask() {
    for source in Source::shipped().unwrap() {
        assert!(unnamed(&source).is_empty(), "{}", source.name);
        for locale in source.parts.keys() {
            for channel in Channel::ALL {
                let found = lint(&source, locale, *channel, None).findings;
                assert!(
                    found.is_empty(),
                    "{} {locale} {channel}: {found:?}",
                    source.name
                );
            }
        }
    }
}

#[test]
fn a_name_that_nobody_declared_is_found_with_the_one_that_was_meant() {
    let found = findings(
        &about_a_case("Pratica {{ case.ref }}\n{{ links.statsu }}"),
        Channel::Sms,
    );
    assert!(
        found.contains(&LintFinding::UnknownName {
            name: "links.statsu".to_owned(),
            nearest: Some("links.status".to_owned()),
            line: Some(2),
        }),
        "{found:?}"
    );
}

#[test]
fn what_markdown_shows_otherwise_is_found() {
    let mut source = trial::markdown("{{ contact.phone }}\n\n**due\n\n[ ](https://a.example)");
    let found = findings(&source, Channel::Email);
    assert_eq!(
        found,
        [
            LintFinding::Unclosed {
                sign: "**",
                line: 3
            },
            LintFinding::EmptyLink { line: 5 },
        ]
    );
    source
        .parts
        .insert("it".to_owned(), TemplateParts::default());
    assert!(findings(&source, Channel::Email).is_empty());
}
