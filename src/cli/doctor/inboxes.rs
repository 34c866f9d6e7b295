//! Whether each mailbox that is read lets us in and has its folders, and whether what came back found its
//! message. Nothing is taken.

use std::time::Duration;

use tokio::time::timeout;

use super::DoctorResult;
use crate::channel::email::inbox::{InboxSettings, Mailbox};
use crate::channel::install_tls;
use crate::config::Config;
use crate::store::Store;
use crate::text::invisible::coded;

/// A mailbox that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) async fn ask(config: &Config) -> Vec<DoctorResult> {
    let mut findings = Vec::with_capacity(config.inboxes.len() + 1);
    install_tls();
    for (name, inbox) in &config.inboxes {
        let asked = timeout(PATIENCE, answers(name, &inbox.settings)).await;
        let verdict = asked.unwrap_or_else(|_| Err("no answer within 90 s".to_owned()));
        findings.push(DoctorResult::new(format!("inbox {name}"), verdict));
    }
    if config.email.wants_mails() {
        findings.extend(strays(config).await);
    }
    findings
}

async fn answers(name: &str, settings: &InboxSettings) -> Result<String, String> {
    let InboxSettings::Imap(imap) = settings;
    let fault = |fault: &dyn std::fmt::Display| coded(&fault.to_string());
    let opened = Mailbox::open(name, imap).await;
    let mut mailbox = opened.map_err(|error| fault(&error))?;
    let waiting = mailbox.waiting().await.map_err(|error| fault(&error))?;
    let has_done = mailbox.has_done().await.map_err(|error| fault(&error))?;
    let done = match has_done {
        true => "",
        false => ", and makes the folder `done` when it begins",
    };
    Ok(format!("lets us in, {} mails wait{done}", waiting.len()))
}

/// Mails that are about no message of ours. None while there is no store.
async fn strays(config: &Config) -> Option<DoctorResult> {
    if !config.store.url.is_there().await.ok()? {
        return None;
    }
    let store = Store::open(&config.store.url, 1).await.ok()?;
    let strays = store.read().await.ok()?.mails().strays().await.ok()?;
    let count: i64 = strays.iter().map(|stray| stray.mails).sum();
    let mut found = DoctorResult::new("mails that come back", Ok("are looked for".to_owned()));
    if count > 0 {
        let classes: Vec<_> = strays.iter().map(|stray| stray.class.as_str()).collect();
        found.remarks.push(format!(
            "{count} were about no message of ours ({}); those of a mailbox that is read wait there, \
             flagged, for a person",
            classes.join(", ")
        ));
    }
    Some(found)
}
