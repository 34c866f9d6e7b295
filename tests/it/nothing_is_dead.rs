//! Nothing stands in the code without a caller. The compiler cannot say so: in a library whatever
//! is `pub` may have callers elsewhere, and the tests of this folder are some. So this looks at the
//! names: one that the program's own code never says, but where it is defined, is dead.
//!
//! A name that means two things hides a dead one behind a living one; that much is accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::architecture::files;

/// Names without a caller that may stay, each with the reason.
const EARLY: &[(&str, &str)] = &[];

/// What defines a name that others may use.
const KINDS: [&str; 7] = ["fn", "struct", "enum", "trait", "const", "static", "type"];

/// How often each name is defined, and how often it is said, its definitions among them.
#[derive(Default)]
struct Names {
    defined: BTreeMap<String, (usize, String)>,
    said: BTreeMap<String, usize>,
}

impl Names {
    fn read(&mut self, file: &str, text: &str) {
        for line in &code(text) {
            if let Some(name) = defined(line) {
                let entry = self.defined.entry(name.to_owned());
                entry.or_insert_with(|| (0, file.to_owned())).0 += 1;
            }
            self.hear(line);
        }
    }

    fn hear(&mut self, text: &str) {
        for word in words(text) {
            *self.said.entry(word.to_owned()).or_default() += 1;
        }
    }

    /// Names that are said nowhere but where they are defined, each with its file.
    fn dead(&self) -> BTreeMap<&str, &str> {
        let is_dead = |(name, (defined, _)): &(&String, &(usize, String))| {
            self.said.get(*name).is_none_or(|said| said <= defined)
        };
        let dead = self.defined.iter().filter(is_dead);
        dead.map(|(name, (_, file))| (name.as_str(), file.as_str()))
            .collect()
    }
}

/// The lines of a source text that are part of the program: without tests, comments, and exports,
/// which say a name without using it.
pub(crate) fn code(text: &str) -> Vec<&str> {
    let mut lines = text.lines();
    let mut code = Vec::new();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        let is_export = start.starts_with("pub") && words(start).any(|word| word == "use");
        if start.starts_with("#[cfg(test)]") {
            skip_item(&mut lines);
        } else if is_export {
            if !start.ends_with(';') {
                lines.by_ref().find(|line| line.ends_with(';'));
            }
        } else if !start.starts_with("//") {
            code.push(line);
        }
    }
    code
}

/// Passes over the item that an attribute stands before.
fn skip_item<'a>(lines: &mut impl Iterator<Item = &'a str>) {
    let is_head = |line: &str| {
        let start = line.trim_start();
        !start.starts_with("#[") && !start.starts_with("//") && line.ends_with(['{', '}', ';'])
    };
    let Some(head) = lines.find(|line| is_head(line)) else {
        return;
    };
    if head.ends_with(';') || head.ends_with('}') {
        return;
    }
    let end = format!("{}}}", " ".repeat(head.len() - head.trim_start().len()));
    lines.find(|line| line.starts_with(&end));
}

/// The name that a line defines for others to use, if it does.
fn defined(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')')?.1,
        None => rest,
    };
    let words: Vec<&str> = words(rest).collect();
    let at = words.iter().position(|word| KINDS.contains(word))?;
    // `const fn` defines a function.
    let at = at + usize::from(words.get(at + 1) == Some(&"fn"));
    let is_head = |word: &&str| ["const", "async", "unsafe"].contains(word);
    words[..at]
        .iter()
        .all(is_head)
        .then(|| words.get(at + 1).copied())?
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// A file that holds nothing but tests.
pub(crate) fn is_test(path: &Path) -> bool {
    // Not where somebody keeps the project.
    let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR"));
    let name = path.unwrap_or(Path::new("")).to_string_lossy();
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

fn names() -> Names {
    let mut names = Names::default();
    let read = |path: &Path| std::fs::read_to_string(path).expect("a file of the sources");
    for path in files("src", ".rs").iter().filter(|path| !is_test(path)) {
        names.read(&path.display().to_string(), &read(path));
    }
    // The measurements, and the pages, whose templates call what they show.
    for path in files("crates", ".rs").iter().filter(|path| !is_test(path)) {
        for line in code(&read(path)) {
            names.hear(line);
        }
    }
    for path in files("templates", "") {
        names.hear(&String::from_utf8_lossy(
            &std::fs::read(path).expect("a template"),
        ));
    }
    names
}

#[test]
fn whatever_is_defined_has_a_caller() {
    let names = names();
    let dead = names.dead();
    let early: BTreeSet<&str> = EARLY.iter().map(|(name, _)| *name).collect();
    let found: Vec<String> = dead
        .iter()
        .filter(|(name, _)| !early.contains(*name))
        .map(|(name, file)| format!("{file}: nothing calls `{name}`"))
        .collect();
    assert!(
        found.is_empty(),
        "{}\nwhat only tests call is `#[cfg(test)]`, or goes",
        found.join("\n")
    );
    let late: Vec<_> = early
        .iter()
        .filter(|name| !dead.contains_key(*name))
        .collect();
    assert!(
        late.is_empty(),
        "{late:?} have callers now: take them off the list"
    );
}

#[test]
fn a_dead_function_is_found_wherever_it_is_said_besides() {
    let planted = "pub use self::lost;
        /// Is like `lost`.
        pub(crate) async fn lost() {}
        pub const fn alive() {}
        pub const LIMIT: usize = 3;
        pub struct Kept { pub field: usize }
        impl Kept {
            pub fn shown(&self) -> usize { alive(); LIMIT }
        }
        #[cfg(test)]
        mod tests {
            fn test() { lost(); Kept::new(); }
        }
        ";
    let mut names = Names::default();
    names.read("planted.rs", planted);
    assert_eq!(
        names.dead().into_keys().collect::<Vec<_>>(),
        ["lost", "shown"]
    );
    names.hear("<p>{{ kept.shown() }}</p>");
    assert_eq!(names.dead().into_keys().collect::<Vec<_>>(), ["lost"]);
}
