//! The real program, run to its end as from a command line.

use std::path::Path;
use std::process::Command;

/// Runs `araldo` in a folder, whose `araldo.db` is its store unless the settings name another.
/// Whether it succeeds, and what it says: on standard output, then on standard error.
pub(crate) fn araldo(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}
