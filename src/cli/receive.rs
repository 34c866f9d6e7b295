//! `araldo receive`: with `--explain`, what returned mails mean, without taking any in: it needs neither
//! settings nor a store. A file that cannot be read is answered with why, and the next one is read.
//! Without it, one mail on standard input is taken: see `receiving`.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::receiving;
use crate::config::ConfigReading;
use crate::domain::limits::RETURNED_BYTES;
use crate::text::invisible::coded;
use crate::track::returned::{self, Returned};

/// Over the columns of [`row`].
const HEADINGS: &str = "class         status   recipients                        file: reason";

/// Where the mails are.
#[derive(Debug, Args)]
pub(super) struct ReceiveArgs {
    /// Say what a mail means, or each mail of a folder; takes nothing in
    #[arg(long, value_name = "PATH")]
    explain: Option<PathBuf>,
    /// One JSON object for each mail
    #[arg(long, requires = "explain")]
    json: bool,
}

/// Explains files, or takes the mail on standard input. `read`: the settings, which only that needs.
pub(super) async fn run(args: &ReceiveArgs, read: ConfigReading) -> anyhow::Result<ExitCode> {
    match &args.explain {
        Some(path) => explain(path, args.json),
        None => Ok(receiving::take(read).await),
    }
}

fn explain(path: &Path, in_json: bool) -> anyhow::Result<ExitCode> {
    let files = files(path)?;
    if !in_json {
        println!("{HEADINGS}");
    }
    for (name, file) in &files {
        let mail = beginning(file).map(|raw| returned::read(&raw));
        let mail = mail.unwrap_or_else(|error| Returned {
            reason: format!("cannot be read: {error}"),
            ..returned::read(b"")
        });
        let line = if in_json {
            object(name, &mail)
        } else {
            row(name, &mail)
        };
        println!("{line}");
    }
    if !in_json {
        println!(
            "{} mail(s), rules of version {}",
            files.len(),
            returned::rules_version()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The files at a path with their names: one, or all below a folder, in the order of their names.
fn files(path: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let unread = || format!("cannot read `{}`", path.display());
    if !std::fs::metadata(path).with_context(unread)?.is_dir() {
        let name = path.file_name().unwrap_or(path.as_os_str());
        return Ok(vec![(name.to_string_lossy().into_owned(), path.to_owned())]);
    }
    let (mut found, mut folders) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let file = entry?.path();
            // A folder that may not be read is told as a file that may not.
            let is_folder = !file.is_symlink() && file.is_dir();
            if is_folder && std::fs::read_dir(&file).is_ok() {
                folders.push(file);
            } else {
                let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy();
                found.push((name.into_owned(), file.clone()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// As much of a file as is looked at. A pipe or a device is no mail, and might never end.
fn beginning(file: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut raw = Vec::new();
    let most = u64::try_from(RETURNED_BYTES).unwrap_or(u64::MAX);
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut raw)?;
    Ok(raw)
}

fn object(name: &str, mail: &Returned) -> String {
    json!({
        "file": name,
        "class": mail.class,
        "recipients": mail.recipients,
        "status": mail.status,
        "action": mail.action,
        "message": mail.message,
        "reason": mail.reason,
    })
    .to_string()
}

fn row(name: &str, mail: &Returned) -> String {
    let status = mail.status.as_deref().unwrap_or("-");
    let recipients = match mail.recipients.as_slice() {
        [] => "-".to_owned(),
        recipients => recipients.join(", "),
    };
    let line = format!(
        "{:<12}  {status:<7}  {recipients:<32}  {name}: {}",
        mail.class.as_str(),
        mail.reason
    );
    coded(&line)
}
