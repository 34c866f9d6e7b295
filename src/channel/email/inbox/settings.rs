//! The keys of an `[inbox.NAME]`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::channel::email::smtp::Security;
use crate::channel::email::smtp::tls::connector;
use crate::channel::settings::{Secret, duration};
use crate::domain::limits::INBOX_FOLDER;

/// A mailbox as configured; `kind` chooses the variant, unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum InboxSettings {
    Imap(ImapSettings),
}

impl InboxSettings {
    /// What is wrong with it; quotes the key first.
    pub fn check(&self) -> Result<(), String> {
        let Self::Imap(imap) = self;
        imap.check()
    }

    /// What is wrong with the files that it names. Connects to nobody.
    pub fn check_files(&self, name: &str) -> Result<(), String> {
        let Self::Imap(imap) = self;
        imap.secret()?;
        match imap.effective_security() {
            Security::None => Ok(()),
            Security::Tls | Security::StartTls => connector(name, imap.ca_file.as_deref())
                .map(drop)
                .map_err(|error| error.problems().join("; ")),
        }
    }
}

/// A folder on an IMAP server (RFC 3501).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImapSettings {
    /// Name or address of the server; with TLS, the name its certificate must carry.
    pub host: String,
    /// TCP port; by default 993 with TLS from the first byte, else 143.
    pub port: Option<u16>,
    /// How the connection is protected; by default `none` to this machine, else `tls`.
    pub security: Option<Security>,
    /// PEM file of the only authorities to trust; by default the system's.
    pub ca_file: Option<PathBuf>,
    pub username: String,
    /// The password itself, for trials.
    pub password: Option<Secret>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// Whose unread mails are taken; `/` leads into a folder, whatever the server writes there.
    #[serde(default = "inbox")]
    pub folder: String,
    /// Where taken mails go; absent: they stay and count as read.
    pub done: Option<String>,
    /// How often a server is asked that does not tell by itself.
    #[serde(default = "a_minute", deserialize_with = "duration")]
    pub every: Duration,
}

impl ImapSettings {
    fn check(&self) -> Result<(), String> {
        let folders = [("folder", Some(&self.folder)), ("done", self.done.as_ref())];
        for (key, folder) in folders {
            let fits = |folder: &str| {
                let plain = folder.chars().all(|c| matches!(c, ' '..='~') && c != '&');
                plain && (1..=INBOX_FOLDER).contains(&folder.len())
            };
            if folder.is_some_and(|folder| !fits(folder)) {
                return Err(format!(
                    "`{key}`: write 1 to {INBOX_FOLDER} letters without accents and without `&`"
                ));
            }
        }
        if self.done.as_ref() == Some(&self.folder) {
            return Err("`done` is the folder that is read: name another".to_owned());
        }
        if self.password.is_some() == self.password_file.is_some() {
            return Err("`password_file`: give the password there, or in `password`".to_owned());
        }
        if self.effective_security() == Security::None && !self.is_local() {
            return Err(
                "`security`: the password would cross the network unprotected; write `tls` or \
                 `starttls`"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The password, from its file or as it stands there.
    pub(super) fn secret(&self) -> Result<Secret, String> {
        match (&self.password, &self.password_file) {
            (Some(password), _) => Ok(password.clone()),
            (None, Some(path)) => Secret::read(path).map_err(|error| {
                format!("cannot use `password_file`, `{}`: {error}", path.display())
            }),
            (None, None) => Err("`password_file` is missing".to_owned()),
        }
    }

    fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The protection in force.
    #[must_use]
    pub fn effective_security(&self) -> Security {
        let usual = if self.is_local() {
            Security::None
        } else {
            Security::Tls
        };
        self.security.unwrap_or(usual)
    }

    /// The port in force.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(match self.effective_security() {
            Security::None | Security::StartTls => 143,
            Security::Tls => 993,
        })
    }
}

fn inbox() -> String {
    "INBOX".to_owned()
}

const fn a_minute() -> Duration {
    Duration::from_mins(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(keys: &str) -> Result<(), String> {
        let text = format!("kind = \"imap\"\nusername = \"a\"\n{keys}");
        let settings: InboxSettings = toml::from_str(&text).unwrap();
        settings.check()
    }

    #[test]
    fn what_cannot_work_is_said_with_its_key() {
        assert_eq!(fault("host = \"localhost\"\npassword = \"x\""), Ok(()));
        assert_eq!(fault("host = \"a.example\"\npassword_file = \"x\""), Ok(()));
        for (keys, key) in [
            ("host = \"a\"", "`password_file`"),
            (
                "host = \"a\"\nsecurity = \"none\"\npassword = \"x\"",
                "`security`",
            ),
            ("host = \"a\"\npassword = \"x\"\ndone = \"INBOX\"", "`done`"),
            (
                "host = \"a\"\npassword = \"x\"\nfolder = \"Posta è\"",
                "`folder`",
            ),
        ] {
            assert!(fault(keys).unwrap_err().starts_with(key), "{keys}");
        }
    }
}
