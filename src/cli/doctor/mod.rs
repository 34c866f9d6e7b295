//! `araldo doctor`: asks everything that is configured whether it is there and right. Sends
//! nothing to anybody. One file for each thing asked: `stores`, `rules`, `providers`, `sources`,
//! `inboxes`, `logins`, `senders` (who may send for a domain) and `signatures` (whether they hold), both over
//! `dns`.

mod dns;
mod inboxes;
mod logins;
mod providers;
mod rules;
mod senders;
mod signatures;
mod sources;
mod stores;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The name server to ask for SPF, DKIM and DMARC; by default this machine's. That of the
    /// domain itself shows a change at once
    #[arg(long, value_name = "ADDRESS", value_parser = dns::server)]
    name_server: Option<SocketAddr>,
}

/// What was found out about one part: what is good, or what is bad and what to do.
struct DoctorResult {
    part: String,
    verdict: Result<String, String>,
    /// What is good and yet hardly meant.
    remarks: Vec<String>,
}

impl DoctorResult {
    fn new(part: impl Into<String>, verdict: Result<String, String>) -> Self {
        Self {
            part: part.into(),
            verdict,
            remarks: Vec::new(),
        }
    }
}

/// Prints one line for each part.
pub(super) async fn run(args: DoctorArgs, config: Config) -> anyhow::Result<ExitCode> {
    let server = args.name_server.unwrap_or_else(dns::usual_server);
    let mut findings = vec![stores::ask(&config).await];
    findings.extend(rules::ask(&config).await);
    findings.extend(providers::ask(&config).await);
    findings.extend(sources::ask(&config).await);
    findings.extend(inboxes::ask(&config).await);
    findings.extend(logins::ask(&config).await);
    findings.extend(senders::ask(&config, server).await);
    findings.extend(signatures::ask(&config, server).await);
    for DoctorResult {
        part,
        verdict,
        remarks,
    } in &findings
    {
        match verdict {
            Ok(good) => println!("ok      {part}: {good}"),
            Err(bad) => println!("FAULT   {part}: {bad}"),
        }
        for remark in remarks {
            println!("warning {part}: {remark}");
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
