//! `config/default.toml` is the manual: it names each key the program asks for, and no other. What
//! the program asks for is taken from its own errors, which list the keys that would be right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::layers::Layers;

const MANUAL: &str = include_str!("../../config/default.toml");
/// What must be there before a provider's keys are looked at.
const PROVIDERS: [(&str, &str); 11] = [
    ("smtp", "host = \"a\"\nfrom = \"a@b.it\"\n"),
    ("ses", "region = \"a\"\nkey_id = \"a\"\nfrom = \"a@b.it\"\n"),
    ("brevo", "from = \"a@b.it\"\n"),
    ("mailgun", "domain = \"a\"\nfrom = \"a@b.it\"\n"),
    ("kannel", "url = \"http://a\"\nusername = \"a\"\n"),
    ("http", "url = \"https://a\"\n"),
    ("twilio", "account = \"a\"\n"),
    ("vonage", "key = \"a\"\nfrom = \"a\"\n"),
    ("commify", "username = \"a\"\nmessage_type = \"N\"\n"),
    (
        "smpp",
        "url = \"smpp://a\"\nsystem_id = \"a\"\nsource = \"a\"\n",
    ),
    ("sandbox", "channel = \"sms\"\n"),
];

/// What every provider has, whatever its kind; explained once.
const OF_ALL_PROVIDERS: [&str; 2] = ["price", "prices"];

/// What every source has, whatever its kind; explained once.
const OF_ALL_SOURCES: [&str; 9] = [
    "every",
    "time_zone",
    "alarm_after",
    "baseline",
    "reconcile",
    "reconcile_events",
    "case",
    "incident",
    "states",
];
const CASE: &str = "case = \"a\"\nclient = \"a\"\nkind = \"a\"\nstate = \"a\"\n";
const INCIDENT: &str = "incident = \"a\"\nkind = \"a\"\n";

/// Sections, those of providers and sources by their kind, each with its keys.
type KeysBySection = BTreeMap<String, BTreeSet<String>>;

/// What stands in the manual, in force or behind a `#`.
fn explained() -> KeysBySection {
    let mut keys = KeysBySection::new();
    let mut section = String::new();
    let kinds = kinds_of_sources();
    for line in MANUAL.lines() {
        let line = line.trim_start_matches('#').trim();
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = match part_of_source(name) {
                None => name.to_owned(),
                Some(part) => {
                    let (outer, inner) = part.split_once('.').unwrap_or((part, ""));
                    let of_all = keys.entry("source".to_owned()).or_default();
                    of_all.insert(outer.to_owned());
                    if !inner.is_empty() {
                        let around = keys.entry(format!("source {outer}")).or_default();
                        around.insert(inner.to_owned());
                    }
                    format!("source {part}")
                }
            };
        } else if let Some((key, value)) = assignment(line) {
            for kind in ["provider", "source", "inbox", "login"] {
                if key == "kind" && section.starts_with(&format!("{kind}.")) {
                    section = format!("{kind} {}", value.trim_matches('"'));
                }
            }
            let of_source = section.strip_prefix("source ");
            let of_source = of_source.is_some_and(|of| kinds.iter().any(|kind| kind == of));
            let is_common = OF_ALL_SOURCES.contains(&key) && of_source;
            let of_provider = section.starts_with("provider ");
            let place = if is_common {
                "source"
            } else if of_provider && OF_ALL_PROVIDERS.contains(&key) {
                "provider"
            } else {
                section.as_str()
            };
            let known = keys.entry(place.to_owned()).or_default();
            known.insert(key.to_owned());
            // The keys of a table inside; a list of tables says its own.
            let table = if value.starts_with('{') { value } else { "" };
            for (inner, _) in table
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

/// `case` of `source.NAME.case`.
fn part_of_source(name: &str) -> Option<&str> {
    let (_, part) = name.strip_prefix("source.")?.split_once('.')?;
    Some(part)
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

/// The words between backticks after `expected`, in the fault that says `nonsense`: a section that
/// has nothing else lacks something as well.
fn expected(refusal: &str) -> impl Iterator<Item = &str> {
    let mut faults = refusal.lines();
    let words = faults.find_map(|fault| fault.split_once("`nonsense`, expected "));
    let (_, words) = words.expect(refusal);
    words.split('`').skip(1).step_by(2)
}

/// Their words, as a wrong one is answered with them.
fn kinds_of_sources() -> Vec<String> {
    let unknown = refusal("[source.x]\nkind = \"nonsense\"\n");
    expected(&unknown).map(str::to_owned).collect()
}

fn asked_for() -> KeysBySection {
    let mut keys = KeysBySection::new();
    let unknown = refusal("[nowhere]\n");
    let (_, sections) = unknown.split_once("the sections are ").expect(&unknown);
    for section in sections.split(", ").filter(|it| !it.contains(".NAME")) {
        let unknown = refusal(&format!("[{section}]\nnonsense = 1\n"));
        let (_, known) = unknown.split_once("its keys are ").expect(&unknown);
        let known = known.split(", ").map(str::to_owned).collect();
        keys.insert(section.to_owned(), known);
    }
    for (kind, least) in PROVIDERS {
        let head = format!("[provider.x]\nkind = \"{kind}\"\n{least}");
        let mut known = BTreeSet::from(["kind".to_owned()]);
        let unknown = refusal(&format!("{head}nonsense = 1\n"));
        let (of_all, own): (BTreeSet<_>, BTreeSet<_>) = expected(&unknown)
            .map(str::to_owned)
            .partition(|key| OF_ALL_PROVIDERS.contains(&key.as_str()));
        known.extend(own);
        keys.insert("provider".to_owned(), of_all);
        for table in ["dkim", "receipts", "webhook"] {
            let unknown = refusal(&format!("{head}{table} = {{ nonsense = 1 }}\n"));
            // Of some kinds it is a truth value.
            let is_table = unknown.contains("unknown field `nonsense`, expected ");
            if known.contains(table) && is_table {
                known.extend(expected(&unknown).map(|inner| format!("{table}.{inner}")));
            }
        }
        keys.insert(format!("provider {kind}"), known);
    }
    let head = "[inbox.x]\nkind = \"imap\"\nhost = \"a\"\nusername = \"a\"\nnonsense = 1\n";
    let mut known: BTreeSet<_> = expected(&refusal(head)).map(str::to_owned).collect();
    known.insert("kind".to_owned());
    keys.insert("inbox imap".to_owned(), known);
    let head = "[login.x]\nkind = \"oidc\"\nissuer = \"https://a\"\nclient_id = \"a\"\n";
    let unknown = refusal(&format!("{head}nonsense = 1\n"));
    let mut known: BTreeSet<_> = expected(&unknown).map(str::to_owned).collect();
    let unknown = refusal(&format!("{head}roles = {{ nonsense = 1 }}\n"));
    known.extend(expected(&unknown).map(|inner| format!("roles.{inner}")));
    known.insert("kind".to_owned());
    keys.insert("login oidc".to_owned(), known);
    keys.extend(asked_of_sources());
    keys
}

/// A key that nobody knows is found before one that is missing: the kind alone is enough.
fn asked_of_sources() -> KeysBySection {
    let mut keys = KeysBySection::new();
    for kind in kinds_of_sources() {
        let head = format!("[source.x]\nkind = \"{kind}\"\n");
        let unknown = refusal(&format!("{head}nonsense = 1\n[source.x.case]\n{CASE}"));
        let known = expected(&unknown).map(str::to_owned);
        let (of_all, mut own): (BTreeSet<_>, BTreeSet<_>) =
            known.partition(|key| OF_ALL_SOURCES.contains(&key.as_str()));
        let inner: Vec<_> = own
            .iter()
            .flat_map(|key| asked_inside(&head, key, "nonsense = 1"))
            .collect();
        own.extend(inner);
        if own.contains("signature") {
            // The time stands on the same line.
            let time = "header = \"a\", timestamp = { nonsense = 1 }";
            own.extend(asked_inside(&head, "signature", time));
        }
        own.insert("kind".to_owned());
        keys.insert("source".to_owned(), of_all);
        keys.insert(format!("source {kind}"), own);
    }
    let head = "[source.x]\nkind = \"sql\"\n";
    for (part, text) in [
        ("case", format!("[source.x.case]\n{CASE}nonsense = 1\n")),
        (
            "incident",
            format!("[source.x.incident]\n{INCIDENT}nonsense = 1\n"),
        ),
        (
            "incident.area",
            format!("[source.x.incident]\n{INCIDENT}[source.x.incident.area]\nnonsense = 1\n"),
        ),
    ] {
        let unknown = refusal(&format!("{head}{text}"));
        let known = expected(&unknown).map(str::to_owned).collect();
        keys.insert(format!("source {part}"), known);
    }
    keys
}

/// The keys of a table inside a section, if `key` is one.
fn asked_inside(head: &str, key: &str, inside: &str) -> Vec<String> {
    let unknown = refusal(&format!(
        "{head}{key} = {{ {inside} }}\n[source.x.case]\n{CASE}"
    ));
    if !unknown.contains("unknown field `nonsense`, expected ") {
        return Vec::new();
    }
    // What every source has is named behind the table's own keys, of which one may be called the
    // same.
    let known: Vec<_> = expected(&unknown).collect();
    let own = known.iter().take(known.len() - OF_ALL_SOURCES.len());
    own.map(|inner| format!("{key}.{inner}")).collect()
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
