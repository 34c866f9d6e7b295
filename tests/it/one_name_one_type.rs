//! A type's name means one thing: who reads `Answer` has not met another `Answer` in the file
//! before, and a search for the name finds what was meant.

use std::collections::{BTreeMap, BTreeSet};

use crate::architecture::files;
use crate::nothing_is_dead::{code, is_test, words};

const KINDS: [&str; 5] = ["struct", "enum", "trait", "type", "union"];

/// What an endpoint takes and gives. Only the router and the file itself say these names.
const OF_ENDPOINTS: [&str; 2] = ["Request", "Response"];

/// Names that still mean two things. Take one off when it means one; add none.
const ACCEPTED: [&str; 0] = [];

/// The type that a line defines, private ones included. An associated type is none: a trait gives
/// it its name.
fn defined(line: &str) -> Option<&str> {
    let start = line.trim_start();
    let rest = match start.strip_prefix("pub(") {
        Some(scope) => scope.split_once(')')?.1,
        None => start.strip_prefix("pub ").unwrap_or(start),
    };
    let mut words = words(rest);
    let kind = words.next().filter(|word| KINDS.contains(word))?;
    let is_associated = kind == "type" && start.len() < line.len();
    let name = words.next().filter(|_| !is_associated)?;
    // A macro's `$name` is no type.
    name.starts_with(char::is_uppercase).then_some(name)
}

/// The files in which each name is defined, once for each time.
fn definitions<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, text) in texts {
        for name in code(text).into_iter().filter_map(defined) {
            found
                .entry(name.to_owned())
                .or_default()
                .push(file.to_owned());
        }
    }
    found.retain(|name, files| files.len() > 1 && !OF_ENDPOINTS.contains(&name.as_str()));
    found
}

#[test]
fn the_name_of_a_type_means_one_thing() {
    let texts: Vec<(String, String)> = files("src", ".rs")
        .iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a file of the sources");
            (path.display().to_string(), text)
        })
        .collect();
    let texts = texts
        .iter()
        .map(|(file, text)| (file.as_str(), text.as_str()));
    let found = definitions(texts);
    let accepted = BTreeSet::from(ACCEPTED);
    let new: Vec<String> = found
        .iter()
        .filter(|(name, _)| !accepted.contains(name.as_str()))
        .map(|(name, files)| format!("`{name}`: {}", files.join(", ")))
        .collect();
    assert!(
        new.is_empty(),
        "{}\ngive one of them a name that says which it is, such as `ListQuery` for `Query`",
        new.join("\n")
    );
    let settled: Vec<_> = accepted
        .iter()
        .filter(|name| !found.contains_key(**name))
        .collect();
    assert!(
        settled.is_empty(),
        "{settled:?} mean one thing now: take them off the list"
    );
}

#[test]
fn a_second_definition_is_found_wherever_it_stands() {
    let first = "pub struct Line(u8);\npub struct Response;\nimpl Iterator for Line {\n    type Item = u8;\n}\n";
    let second = "macro! {\n    pub(in crate::store) enum Line { One }\n}\n// struct Other\ntype Other = u8;\n\
                  struct Response;\n#[cfg(test)]\nmod tests {\n    struct Other;\n}\n";
    let found = definitions([("a.rs", first), ("b.rs", second)]);
    assert_eq!(
        found,
        BTreeMap::from([(
            "Line".to_owned(),
            vec!["a.rs".to_owned(), "b.rs".to_owned()]
        )])
    );
}
