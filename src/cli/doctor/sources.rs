//! Whether each system that is watched can be read. Nothing is taken.

use super::DoctorResult;
use crate::config::Config;
use crate::domain::Clock as _;
use crate::domain::clock::SystemClock;
use crate::source::{self, ReaderSettings};
use crate::text::invisible::coded;

pub(super) async fn ask(config: &Config) -> Vec<DoctorResult> {
    let mut findings = Vec::with_capacity(config.sources.len());
    for (name, source) in &config.sources {
        let verdict = answers(name, &source.settings.reader).await;
        findings.push(DoctorResult::new(format!("source {name}"), verdict));
    }
    findings
}

async fn answers(name: &str, settings: &ReaderSettings) -> Result<String, String> {
    let mut reader = source::open(name, settings).map_err(|fault| coded(&fault.to_string()))?;
    let look = reader.look(None, 1, SystemClock.now()).await;
    let look = look.map_err(|fault| coded(&fault.to_string()))?;
    Ok(match look.records.is_empty() {
        true => "can be read, and has nothing".to_owned(),
        false => "can be read".to_owned(),
    })
}
