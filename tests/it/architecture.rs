//! The code keeps to ARCHITECTURE.md: who may use whom, and how long a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Longest file, in lines.
const LONGEST: usize = 500;

/// A module and those it may use.
type MayUse = BTreeMap<String, BTreeSet<String>>;

/// Reads the module table of ARCHITECTURE.md: the first cell is the module, the last says whom
/// it may use: `–`, `all`, `all but a, b`, or names.
fn may_use(document: &str) -> MayUse {
    let rows: Vec<(String, String)> = document
        .lines()
        .skip_while(|line| !line.starts_with("| module |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [module, .., allowed] = cells.as_slice() else {
                panic!("`{line}` is no row of the table");
            };
            (module.trim_matches('`').to_owned(), (*allowed).to_owned())
        })
        .collect();
    let all: BTreeSet<String> = rows.iter().map(|(module, _)| module.clone()).collect();
    let set = |text: &str| {
        text.split(", ")
            .map(|word| word.trim_matches('`').to_owned())
            .collect()
    };
    rows.into_iter()
        .map(|(module, allowed)| {
            let allowed = match allowed.strip_prefix("all but ") {
                Some(but) => &all - &set(but),
                None if allowed == "all" => all.clone(),
                None if allowed == "–" => BTreeSet::new(),
                None => set(&allowed),
            };
            assert!(
                allowed.is_subset(&all),
                "`{module}` names a module that has no row"
            );
            (module, allowed)
        })
        .collect()
}

/// The modules that a source text uses, tests and comments aside.
fn uses(text: &str) -> BTreeSet<String> {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let code: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let first_word = |text: &str| -> String {
        let text = text.trim_start();
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => drop(found.insert(first_word(rest))),
            Some(group) => found.extend(group_heads(group).iter().map(|head| first_word(head))),
        }
    }
    found
}

/// The parts of `{a, b::{c, d}}` that stand directly inside the outer braces.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads) = (1, vec![String::new()]);
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => heads.push(String::new()),
            letter => heads.last_mut().expect("one at least").push(letter),
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// What in `text`, a file of `module`, is not allowed.
fn faults(table: &MayUse, module: &str, file: &str, text: &str) -> Vec<String> {
    uses(text)
        .into_iter()
        .filter(|used| table.contains_key(used) && used != module && !table[module].contains(used))
        .map(|used| format!("{file}: `{module}` may not use `{used}`"))
        .collect()
}

pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn table() -> MayUse {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    may_use(&std::fs::read_to_string(path).expect("ARCHITECTURE.md"))
}

/// The top module a file of `src/` belongs to; none for `lib.rs` and `main.rs`.
fn module_of(path: &Path) -> Option<String> {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .ok()?;
    let top = inside
        .components()
        .next()?
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    let top = top.trim_end_matches(".rs").to_owned();
    (!["lib", "main"].contains(&top.as_str())).then_some(top)
}

#[test]
fn each_module_uses_only_those_the_document_allows() {
    let table = table();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for path in files("src", ".rs") {
        let Some(module) = module_of(&path) else {
            continue;
        };
        assert!(
            table.contains_key(&module),
            "ARCHITECTURE.md has no row for `{module}`"
        );
        let text = std::fs::read_to_string(&path).expect("a source file");
        all.extend(faults(&table, &module, &path.display().to_string(), &text));
        seen.insert(module);
    }
    let rows: BTreeSet<String> = table.into_keys().collect();
    assert_eq!(rows, seen, "rows of ARCHITECTURE.md and modules of src/");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_wrong_import_is_found_wherever_it_is_written() {
    let table = table();
    let found = |text: &str| faults(&table, "domain", "planted.rs", text);
    let expected = ["planted.rs: `domain` may not use `store`"];
    assert_eq!(found("use crate::store::Store;"), expected);
    assert_eq!(
        found("use crate::{domain::Clock, store::{Store, Tx}};"),
        expected
    );
    assert_eq!(found("fn f() -> crate::store::Store { g() }"), expected);
    assert!(found("use crate::domain::{clock, ids};\n// crate::store is elsewhere").is_empty());
    assert!(found("#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}").is_empty());
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut long = Vec::new();
    for folder in [
        "src",
        "crates",
        "tests",
        "templates",
        "migrations",
        "scripts",
    ] {
        for path in files(folder, "")
            .into_iter()
            .filter(|path| is_written_by_hand(path))
        {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let lines = text.lines().count();
            if lines > LONGEST {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Neither what a test prints nor what an older program's store was dumped to.
fn is_written_by_hand(path: &Path) -> bool {
    let path = path.to_string_lossy();
    !path.ends_with(".snap") && !path.contains("tests/it/before/")
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("un", "implemented!"),
    ];
    let mut left = Vec::new();
    for path in ["src", "crates", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
    {
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                left.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// The one place that writes the states of messages.
const MAY_WRITE: [&str; 1] = ["src/store/messages/transitions/"];

/// How many statements of a source text write `message.state`: new messages, and each update in
/// which `state =` stands before the condition.
fn writers(text: &str) -> usize {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sets = |rest: &str| {
        let end = rest.find(" WHERE ").unwrap_or(rest.len()).min(600);
        rest.get(..end).unwrap_or(rest).contains(" state = ")
    };
    let updates = flat.split("UPDATE message SET").skip(1);
    let made = flat.matches("INSERT INTO message (").count();
    updates.filter(|rest| sets(rest)).count() + made
}

#[test]
fn the_state_of_a_message_is_written_in_one_place() {
    let mut strange = Vec::new();
    let mut known = 0;
    for path in files("src", ".rs") {
        let text = std::fs::read_to_string(&path).expect("a source file");
        let shown = path.display().to_string();
        match (
            writers(&text),
            MAY_WRITE.iter().any(|may| shown.contains(may)),
        ) {
            (0, _) => {}
            (found, true) => known += found,
            (_, false) => strange.push(shown),
        }
    }
    assert!(known >= 10, "writers are not recognised any more: {known}");
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}

#[test]
fn only_the_store_touches_its_connection() {
    let outside = |path: &PathBuf| !path.display().to_string().contains("/src/store");
    for path in files("src", ".rs").into_iter().filter(outside) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        assert!(!text.contains("tx.conn"), "{}", path.display());
    }
}

/// Whether the sentence of a doc says nothing: so short that it can only repeat the name below it.
/// A unit, a bound, an example has a digit or code; the help of a command ends without a period.
fn says_nothing(sentence: &str) -> bool {
    let short = sentence.split_whitespace().count() <= 3;
    short
        && sentence.ends_with('.')
        && !sentence.contains(|c: char| "`[§".contains(c) || c.is_ascii_digit())
}

#[test]
fn a_doc_says_something_or_is_not_there() {
    assert!(says_nothing("When."));
    assert!(!says_nothing("Counted from 1."));
    assert!(!says_nothing("List everyone"));
    let mut empty = Vec::new();
    for path in ["src", "crates"].iter().flat_map(|it| files(it, ".rs")) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        let lines: Vec<_> = text.lines().map(str::trim_start).collect();
        let doc = |at: usize| lines.get(at).and_then(|line| line.strip_prefix("/// "));
        for (at, line) in lines.iter().enumerate() {
            let alone = (at == 0 || !lines[at - 1].starts_with("///"))
                && !lines
                    .get(at + 1)
                    .is_some_and(|next| next.starts_with("///"));
            if alone && doc(at).is_some_and(says_nothing) {
                empty.push(format!("{}:{}: {line}", path.display(), at + 1));
            }
        }
    }
    assert!(empty.is_empty(), "{}", empty.join("\n"));
}
