//! What the operator of the daemon sees: log lines on standard error. Figures are told by
//! `web::api::metrics`, from the store.
//!
//! A log line is a sentence that reads alone, with the same values as dotted fields; it never
//! holds an address, a number, a text or a token.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts the log. A second call in one process changes nothing.
pub fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A log line that finds the disk full is lost; complaining of it would crash the task.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    // Colours are for eyes: in a file or a journal they are noise.
    let lines = match std::io::stderr().is_terminal() {
        true => lines,
        false => lines.with_ansi(false),
    };
    let started = match log.format {
        LogFormat::Human => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}
