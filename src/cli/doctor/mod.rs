//! `araldo doctor`: asks everything that is configured whether it is there and right. Sends
//! nothing to anybody. One file for each thing asked: `stores`, `providers`, `senders` (who may
//! send for a domain, over `dns`).

mod dns;
mod providers;
mod senders;
mod stores;

use std::process::ExitCode;

use crate::config::Config;

/// What was found out about one part: what is good, or what is bad and what to do.
struct Finding {
    part: String,
    verdict: Result<String, String>,
}

impl Finding {
    fn new(part: impl Into<String>, verdict: Result<String, String>) -> Self {
        Self {
            part: part.into(),
            verdict,
        }
    }
}

/// Prints one line for each part.
pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let mut findings = vec![stores::ask(&config).await];
    findings.extend(providers::ask(&config).await);
    findings.extend(senders::ask(&config).await);
    for Finding { part, verdict } in &findings {
        match verdict {
            Ok(good) => println!("ok      {part}: {good}"),
            Err(bad) => println!("FAULT   {part}: {bad}"),
        }
    }
    for warning in &config.warnings {
        println!("warning {warning}");
    }
    let sound = findings.iter().all(|finding| finding.verdict.is_ok());
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
