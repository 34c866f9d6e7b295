//! docs/path-of-a-message.md names functions that are there.

use std::path::Path;

const PATH: &str = include_str!("../../docs/path-of-a-message.md");

/// Function and file of each numbered step.
fn steps() -> Vec<(&'static str, &'static str)> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, function, file, _] = cells.as_slice() else {
            return None;
        };
        number.parse::<usize>().ok()?;
        Some((function.trim_matches('`'), file.trim_matches('`')))
    };
    PATH.lines().filter_map(row).collect()
}

/// Whether a source text defines the function. `Type::name`: the file has that type as well.
fn defines(text: &str, function: &str) -> bool {
    let (of, name) = function.rsplit_once("::").unwrap_or(("", function));
    let heads = [format!("fn {name}("), format!("fn {name}<")];
    heads.iter().any(|head| text.contains(head)) && text.contains(of)
}

#[test]
fn each_function_on_the_path_is_in_the_file_named() {
    let steps = steps();
    assert!(steps.len() >= 30, "{steps:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lost: Vec<_> = steps
        .iter()
        .filter(|(function, file)| {
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            !defines(&text, function)
        })
        .collect();
    assert!(
        lost.is_empty(),
        "{lost:?} are not where docs/path-of-a-message.md says: follow the path and correct it"
    );
}

#[test]
fn a_function_that_is_only_called_is_not_defined() {
    let text = "impl Inbox { pub async fn take(&self) { self.write(1) } fn of<T>() {} }";
    assert!(defines(text, "Inbox::take") && defines(text, "of"));
    assert!(!defines(text, "write") && !defines(text, "Outbox::take"));
}
