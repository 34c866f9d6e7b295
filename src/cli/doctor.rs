//! `araldo doctor`: asks everything that is configured whether it is there and right. Sends
//! nothing to anybody.

use std::process::ExitCode;

use chrono::TimeDelta;

use crate::config::Config;
use crate::domain::Clock as _;
use crate::domain::clock::SystemClock;
use crate::store::Store;

/// More than this between two clocks, and leases are judged wrongly.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// What was found out about one part.
struct Finding {
    part: String,
    verdict: Result<String, String>,
}

/// Prints one line for each part.
pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let findings = vec![store(&config).await];
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

async fn store(config: &Config) -> Finding {
    let part = "store".to_owned();
    let verdict = match Store::open(&config.store.url, config.store.connections).await {
        Ok(store) => clocks_agree(&store).await,
        Err(error) => Err(error.to_string()),
    };
    Finding { part, verdict }
}

async fn clocks_agree(store: &Store) -> Result<String, String> {
    let mut tx = store.read().await.map_err(|error| error.to_string())?;
    let theirs = tx
        .database_time()
        .await
        .map_err(|error| error.to_string())?;
    let apart = (SystemClock.now() - theirs).abs();
    if apart > CLOCK_TOLERANCE {
        return Err(format!(
            "its clock and this machine's are {} s apart; let both follow the same time server",
            apart.num_seconds()
        ));
    }
    Ok(format!("{} answers, its clock agrees", store.kind()))
}
