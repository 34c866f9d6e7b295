//! What the operator of the daemon sees: log lines on standard error, figures for `/metrics`.
//!
//! A log line is a sentence that reads alone, with the same values as dotted fields; it never
//! holds an address, a number, a text or a token. Which figures there are is decided where they
//! arise, with `metrics::counter!` and its like.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Bounds of every histogram of seconds: from a millisecond to the ten minutes of a slow relay.
const SECONDS: [f64; 13] = [
    0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 600.0,
];

/// Starts the log. A second call in one process changes nothing.
pub fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A log line that finds the disk full is lost; complaining of it would crash the task.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Human => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}

/// Starts counting for the whole process and gives the one who prints the figures. Its
/// `run_upkeep` wants to be called every few seconds.
pub fn start_figures() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
}
