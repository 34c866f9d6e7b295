//! The API is as it is described: each route and nothing else, in a document that others find valid,
//! with examples that are taken and answers as they are said to be. Judged by tools that are not ours.

mod document;
mod examples;
mod fuzzed;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Python with the tools of `requirements.txt`; `scripts/test` makes it, and so does the first test.
static TOOLS: LazyLock<PathBuf> = LazyLock::new(tools);

const REQUIREMENTS: &str = include_str!("requirements.txt");

fn tools() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/schemathesis");
    // Written last: without it the folder is not whole.
    let known = folder.join("installed.txt");
    if std::fs::read_to_string(&known).is_ok_and(|installed| installed == REQUIREMENTS) {
        return folder;
    }
    done(
        Command::new("/usr/bin/python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    );
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = wanted.join("tests/it/api_is_described/requirements.txt");
    let pip = folder.join("bin/pip");
    done(
        Command::new(pip)
            .args(["install", "--quiet", "--requirement"])
            .arg(wanted),
    );
    std::fs::write(known, REQUIREMENTS).unwrap();
    folder
}

/// What a program says that must succeed.
fn done(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let faults = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} failed:\n{said}\n{faults}"
    );
    said
}

/// Method, path and description of each operation.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((method.to_uppercase(), path.clone(), operation));
        }
    }
    found
}
