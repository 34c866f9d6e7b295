//! `araldo check`: what can be known to be wrong before anything is sent. Needs no store and no
//! network; `araldo doctor` asks the rest.

use std::process::ExitCode;

use crate::config::{Config, rules};

/// Prints the first fault of each part. Settings that cannot be read never come this far.
pub(super) fn run(config: &Config) -> ExitCode {
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    let mut faults = Vec::new();
    match rules::load(config.rules_file.as_deref()) {
        Ok(rules) => println!("{} rules", rules.len()),
        Err(error) => faults.push(error.to_string()),
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("everything is in order");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
