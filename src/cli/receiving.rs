//! `araldo receive` without a file: one mail on standard input, as a mail server's pipe transport hands
//! it over. What the mail server does next hangs on the exit code (sysexits.h), so every fault has one:
//! it keeps the mail and tries again, unless the mail itself is at fault.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::context::no_store;
use crate::app::{self, COMMAND_SLOT};
use crate::config::ConfigReading;
use crate::domain::clock::SystemClock;
use crate::domain::ids::TimeOrderedIds;
use crate::domain::limits::INBOX_MAIL_BYTES;
use crate::store::Store;
use crate::text::invisible::coded;
use crate::track::postbag::{MailTaken, Postbag};

/// `EX_DATAERR`: this is no mail that could ever be taken.
const NO_MAIL: u8 = 65;
/// `EX_NOUSER`: a person wrote, and nobody here would read it; their mail server tells them.
const NOBODY: u8 = 67;
/// `EX_TEMPFAIL`: keep it, and try again.
const LATER: u8 = 75;

/// To PostgreSQL: a mail server runs many of these at once.
const CONNECTIONS: u32 = 2;
const TRIES: u32 = 3;
/// Before the second try; twice that before the third.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the mail; says in the exit code what became of it.
pub(super) async fn take(read: ConfigReading) -> ExitCode {
    let raw = match mail() {
        Ok(raw) => raw,
        Err(NotRead::Never(why)) => return failed(NO_MAIL, why),
        Err(NotRead::NotNow(error)) => return failed(LATER, &error.to_string()),
    };
    match keep(read, &raw).await {
        Ok(taken) if is_lost(taken) => failed(
            NOBODY,
            "the mail is about no message of ours; nobody would read it here",
        ),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => failed(LATER, &format!("{error:#}")),
    }
}

/// What a person wrote that no message can be found for. There is no mailbox in which it would wait.
const fn is_lost(taken: MailTaken) -> bool {
    taken.is_letter && !taken.is_ours
}

async fn keep(read: ConfigReading, raw: &[u8]) -> anyhow::Result<MailTaken> {
    let config = read.settings()?;
    if !config.store.url.is_there().await? {
        anyhow::bail!(no_store(&config.store.url));
    }
    let store = Store::open(&config.store.url, CONNECTIONS).await?;
    let rules = app::with_published(&store, &app::load_rules(&config)?).await?;
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let postbag = Postbag {
        signer: app::signer(&store, &config, &SystemClock).await?,
        store,
        clock: Arc::new(SystemClock),
        ids: Arc::new(TimeOrderedIds::new(SystemClock, COMMAND_SLOT)),
        horizon: app::receipt_horizon(&config),
        reception: app::reception(&config, rules),
    };
    let mut tried = 1;
    loop {
        match postbag.take(raw, "").await {
            // Two of these programs share the slot of their ids, and may have met in a millisecond.
            Err(error) if tried < TRIES => {
                tracing::debug!(error = %error, "trying again");
                tokio::time::sleep(PAUSE * tried).await;
                tried += 1;
            }
            done => return Ok(done?),
        }
    }
}

/// Why there is no mail to take.
enum NotRead {
    Never(&'static str),
    NotNow(std::io::Error),
}

/// The mail as it came, up to the first byte too many.
fn mail() -> Result<Vec<u8>, NotRead> {
    let longest = u64::from(INBOX_MAIL_BYTES);
    let mut raw = Vec::new();
    let mut input = std::io::stdin().lock().take(longest + 1);
    input.read_to_end(&mut raw).map_err(NotRead::NotNow)?;
    if raw.len() as u64 > longest {
        return Err(NotRead::Never("the mail is larger than 2 MiB"));
    }
    if !has_header(&raw) {
        return Err(NotRead::Never(if raw.is_empty() {
            "there is no mail on standard input; --explain PATH reads files"
        } else {
            "what came on standard input is no mail: it does not begin with a header such as `From: …`"
        }));
    }
    Ok(raw)
}

/// A name and a colon, on one of the first lines: mail servers may write a `From ` line before it.
fn has_header(raw: &[u8]) -> bool {
    let mut lines = raw.split(|byte| *byte == b'\n').take(2);
    lines.any(|line| {
        let colon = line.iter().position(|byte| *byte == b':');
        let is_name = |name: &[u8]| name.iter().all(|byte| matches!(byte, b'!'..=b'~'));
        colon.is_some_and(|colon| colon > 0 && is_name(&line[..colon]))
    })
}

fn failed(code: u8, why: &str) -> ExitCode {
    for line in why.lines() {
        eprintln!("araldo: {}", coded(line));
    }
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_mail_is_told_from_one() {
        for mail in ["Subject: x\r\n\r\ny", "From a@b.it Mon\nReturn-Path: <>\n"] {
            assert!(has_header(mail.as_bytes()), "{mail}");
        }
        for other in ["", "\n\n", "ciao a tutti: ecco", ": x"] {
            assert!(!has_header(other.as_bytes()), "{other}");
        }
    }
}
