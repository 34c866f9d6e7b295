//! The numbers of GTFS-realtime as words, and texts in the language that clients read.

use super::message::GtfsText;
use crate::domain::event::IncidentKind;
use crate::domain::language::Language;
use crate::domain::limits::{PROSE, REFERENCE};
use crate::text::sanitize;

/// Lines that a text names; more are only hinted at.
const LINES_NAMED: usize = 5;
/// Characters of a line in such a text: most are numbers.
const LINE_SHOWN: usize = 20;

/// `Alert.Effect`: what kind of incident it is, and its word.
pub(super) fn effect(number: Option<i32>) -> (IncidentKind, &'static str) {
    match number {
        Some(1) => (IncidentKind::Closure, "no_service"),
        Some(2) => (IncidentKind::Notice, "reduced_service"),
        Some(3) => (IncidentKind::Delay, "significant_delays"),
        Some(4) => (IncidentKind::Notice, "detour"),
        Some(5) => (IncidentKind::Notice, "additional_service"),
        Some(6) => (IncidentKind::Notice, "modified_service"),
        Some(7) => (IncidentKind::Notice, "other_effect"),
        Some(9) => (IncidentKind::Notice, "stop_moved"),
        Some(10) => (IncidentKind::Notice, "no_effect"),
        Some(11) => (IncidentKind::Notice, "accessibility_issue"),
        _ => (IncidentKind::Notice, "unknown_effect"),
    }
}

/// `Alert.Cause`
pub(super) fn cause(number: Option<i32>) -> Option<&'static str> {
    Some(match number? {
        2 => "other_cause",
        3 => "technical_problem",
        4 => "strike",
        5 => "demonstration",
        6 => "accident",
        7 => "holiday",
        8 => "weather",
        9 => "maintenance",
        10 => "construction",
        11 => "police_activity",
        12 => "medical_emergency",
        _ => return None,
    })
}

/// `Alert.SeverityLevel`, by the words that other alerts use (CAP 1.2 §3.2.2).
pub(super) fn severity(number: Option<i32>) -> Option<&'static str> {
    Some(match number? {
        2 => "minor",
        3 => "moderate",
        4 => "severe",
        _ => return None,
    })
}

/// The text in a language, else the one that names none, else the first.
pub(super) fn translated<'a>(text: Option<&'a GtfsText>, language: &str) -> Option<&'a str> {
    let primary = |tag: &str| {
        let first = tag.split('-').next().unwrap_or_default();
        first.to_ascii_lowercase()
    };
    let all = || text.into_iter().flat_map(|text| &text.translations);
    let is_in = |fits: &dyn Fn(&str) -> bool| {
        all().find(|it| fits(it.language.as_deref().unwrap_or_default().trim()))
    };
    let found = is_in(&|tag: &str| tag.eq_ignore_ascii_case(language))
        .or_else(|| is_in(&|tag: &str| primary(tag) == primary(language)))
        .or_else(|| is_in(&str::is_empty))
        .or_else(|| all().next());
    let text = found?.text.as_deref()?.trim();
    (!text.is_empty()).then_some(text)
}

/// A line of text as short as a cause may be.
pub(super) fn short(text: &str) -> String {
    cut(&sanitize::line(text), REFERENCE)
}

/// Some lines of text as short as a note may be.
pub(super) fn long(text: &str) -> String {
    cut(&sanitize::prose(text), PROSE)
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().nth(longest).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest - 1).collect();
    format!("{}…", kept.trim_end())
}

/// "linea 12", or "linee 12, 14"; none where no line is named.
pub(super) fn line_names<'a>(
    routes: impl IntoIterator<Item = &'a String>,
    language: Language,
) -> Option<String> {
    let mut routes = routes
        .into_iter()
        .map(|route| sanitize::excerpt(route, LINE_SHOWN));
    let named: Vec<String> = routes.by_ref().take(LINES_NAMED).collect();
    let word = match named.len() {
        0 => return None,
        1 => language.choose("linea", "line"),
        _ => language.choose("linee", "lines"),
    };
    let more = match routes.next() {
        Some(_) => language.choose(" e altre", " and others"),
        None => "",
    };
    Some(format!("{word} {}{more}", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::super::message::GtfsTranslation;
    use super::*;

    fn text(translations: &[(&str, Option<&str>)]) -> GtfsText {
        let translations = translations.iter().map(|(text, language)| GtfsTranslation {
            text: Some((*text).to_owned()),
            language: language.map(str::to_owned),
        });
        GtfsText {
            translations: translations.collect(),
        }
    }

    #[test]
    fn the_clients_language_comes_first_and_some_text_is_better_than_none() {
        let all = text(&[
            ("Streik", Some("de-AT")),
            ("strike", None),
            ("sciopero", Some("IT")),
        ]);
        for (language, said) in [
            ("it", "sciopero"),
            ("it-CH", "sciopero"),
            ("de", "Streik"),
            ("fr", "strike"),
        ] {
            assert_eq!(translated(Some(&all), language), Some(said), "{language}");
        }
        let other = text(&[("Streik", Some("de"))]);
        assert_eq!(translated(Some(&other), "it"), Some("Streik"));
        assert_eq!(translated(Some(&text(&[(" ", None)])), "it"), None);
        assert_eq!(translated(None, "it"), None);
    }

    #[test]
    fn texts_are_cut_where_an_event_ends() {
        assert_eq!(short("a\n b").as_str(), "a b");
        assert_eq!(short(&"è".repeat(300)).chars().count(), REFERENCE);
        assert_eq!(long(&"è ".repeat(3_000)).chars().count(), PROSE);
        assert_eq!(long("uno\ndue"), "uno\ndue");
    }

    #[test]
    fn lines_are_named_as_people_say_them() {
        let names = |count: usize, language| {
            let routes: Vec<String> = (10..10 + count).map(|route| route.to_string()).collect();
            line_names(&routes, language).unwrap_or_default()
        };
        assert_eq!(names(0, Language::Italian), "");
        assert_eq!(names(1, Language::Italian), "linea 10");
        assert_eq!(names(2, Language::English), "lines 10, 11");
        assert_eq!(
            names(6, Language::Italian),
            "linee 10, 11, 12, 13, 14 e altre"
        );
    }
}
