//! Every crate costs whoever builds Araldo for the first time: how many there are has a ceiling,
//! and a new one is a line in `docs/crates.txt` that a reviewer sees. `WRITE=1` before the test's
//! command writes the list again. How long they take is asked by `scripts/first-build`, every
//! night.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates of an ordinary build, ours aside, at most.
const CEILING: usize = 392;

/// Name and version of every crate that building the program takes, those of the compiler's own
/// helpers included.
fn crates() -> BTreeSet<String> {
    let tree = [
        "tree",
        "--package=araldo",
        "--edges=normal,build",
        "--prefix=none",
        "--format={p}",
        "--locked",
        "--offline",
    ];
    let output = Command::new(env!("CARGO"))
        .args(tree)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let says = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{says}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let ours = env!("CARGO_MANIFEST_DIR");
    lines
        .lines()
        .filter(|line| !line.contains(ours))
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some(format!("{name} {}", rest.split(' ').next()?))
        })
        .collect()
}

fn list() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/crates.txt")
}

/// The crates that are known.
fn listed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(list()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn write(crates: &BTreeSet<String>) {
    let names: Vec<_> = crates.iter().map(String::as_str).collect();
    std::fs::write(list(), names.join("\n") + "\n").unwrap();
}

#[test]
fn no_crate_comes_in_unseen() {
    let crates = crates();
    if std::env::var_os("WRITE").is_some() {
        write(&crates);
    }
    let listed = listed();
    let new: Vec<_> = crates.difference(&listed).collect();
    assert!(
        crates.len() <= CEILING,
        "{} crates, at most {CEILING}; new are {new:?}",
        crates.len()
    );
    assert!(
        new.is_empty(),
        "not in docs/crates.txt: {new:?}; do without, or list them: WRITE=1 cargo test --test it first_build"
    );
    let gone: Vec<_> = listed.difference(&crates).collect();
    assert!(gone.is_empty(), "in docs/crates.txt and gone: {gone:?}");
}
