//! `config/default.toml` is the manual: it names each key the program asks for, and no other. What
//! the program asks for is taken from its own errors, which list the keys that would be right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::layers::Layers;

const MANUAL: &str = include_str!("../../config/default.toml");
/// What must be there before a provider's keys are looked at.
const PROVIDERS: [(&str, &str); 3] = [
    ("smtp", "host = \"a\"\nfrom = \"a@b.it\"\n"),
    ("kannel", "url = \"http://a\"\nusername = \"a\"\n"),
    ("sandbox", "channel = \"sms\"\n"),
];

/// Sections, those of providers by their kind, each with its keys.
type KeysBySection = BTreeMap<String, BTreeSet<String>>;

/// What stands in the manual, in force or behind a `#`.
fn explained() -> KeysBySection {
    let mut keys = KeysBySection::new();
    let mut section = String::new();
    for line in MANUAL.lines() {
        let line = line.trim_start_matches('#').trim();
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = assignment(line) {
            if section.starts_with("provider.") && key == "kind" {
                section = format!("provider {}", value.trim_matches('"'));
            }
            let known = keys.entry(section.clone()).or_default();
            known.insert(key.to_owned());
            // The keys of a table inside.
            for (inner, _) in value
                .trim_matches(['{', '}', ' '])
                .split(',')
                .filter_map(assignment)
            {
                known.insert(format!("{key}.{inner}"));
            }
        }
    }
    keys
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim().split_once(" = ")?;
    let word = |c: char| c.is_ascii_lowercase() || c == '_';
    (!key.is_empty() && key.chars().all(word)).then(|| (key, value.trim()))
}

/// What an unknown key or section gets as an answer.
fn refusal(text: &str) -> String {
    let file = Some((Path::new("araldo.toml"), text));
    let (layers, stray) = Layers::merge(file, std::iter::empty()).unwrap();
    super::faults::read(layers, stray)
        .settings()
        .unwrap_err()
        .to_string()
}

/// The words between backticks after `expected`.
fn expected(refusal: &str) -> impl Iterator<Item = &str> {
    let (_, words) = refusal.split_once("expected ").expect(refusal);
    words.split('`').skip(1).step_by(2)
}

fn asked_for() -> KeysBySection {
    let mut keys = KeysBySection::new();
    let unknown = refusal("[nowhere]\n");
    let (_, sections) = unknown.split_once("the sections are ").expect(&unknown);
    for section in sections
        .split(", ")
        .filter(|it| !it.starts_with("provider."))
    {
        let unknown = refusal(&format!("[{section}]\nnonsense = 1\n"));
        let (_, known) = unknown.split_once("its keys are ").expect(&unknown);
        let known = known.split(", ").map(str::to_owned).collect();
        keys.insert(section.to_owned(), known);
    }
    for (kind, least) in PROVIDERS {
        let head = format!("[provider.x]\nkind = \"{kind}\"\n{least}");
        let mut known = BTreeSet::from(["kind".to_owned()]);
        known.extend(expected(&refusal(&format!("{head}nonsense = 1\n"))).map(str::to_owned));
        if known.contains("dkim") {
            let unknown = refusal(&format!("{head}dkim = {{ nonsense = 1 }}\n"));
            known.extend(expected(&unknown).map(|inner| format!("dkim.{inner}")));
        }
        keys.insert(format!("provider {kind}"), known);
    }
    keys
}

#[test]
fn the_manual_explains_every_key_and_no_other() {
    let (asked_for, explained) = (asked_for(), explained());
    let sections = |keys: &KeysBySection| keys.keys().cloned().collect::<Vec<_>>();
    assert_eq!(sections(&asked_for), sections(&explained));
    for (section, keys) in &asked_for {
        let missing: Vec<_> = keys.difference(&explained[section]).collect();
        assert!(missing.is_empty(), "[{section}] lacks {missing:?}");
        let unknown: Vec<_> = explained[section].difference(keys).collect();
        assert!(
            unknown.is_empty(),
            "[{section}] has {unknown:?}, which nobody asks for"
        );
    }
}
