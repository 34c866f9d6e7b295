//! The keys of a source with `kind = "nats"`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::ConnectOptions;
use serde::Deserialize;
use serde_json::Value;

use super::NatsReader;
use crate::domain::limits::{NATS_NAME, NATS_SUBJECTS, SOURCE_RECORDS};
use crate::source::address::{DatabaseAddress, check_timeout, ten_seconds};
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::text::text_enum::text_enum;
use crate::text::time::duration;

/// What an address may begin with.
const SCHEMES: [&str; 2] = ["nats", "tls"];

/// A durable consumer of a stream of NATS, as configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsSettings {
    /// `nats://`, or `tls://` where nothing may go in clear. May hold a password, or a token alone.
    pub url: Option<String>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// A file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// A `.creds` file: the JWT of a user and the seed of its key.
    pub credentials_file: Option<PathBuf>,
    /// Whom the server's certificate must be signed by; absent: somebody whom the system trusts.
    pub tls_ca_file: Option<PathBuf>,
    /// Our own certificate, where the server asks for one.
    pub tls_cert_file: Option<PathBuf>,
    pub tls_key_file: Option<PathBuf>,
    /// The stream that is read.
    pub stream: String,
    /// The durable pull consumer by which it is read; made if absent.
    pub consumer: String,
    /// Which of the stream's subjects are read.
    pub subjects: Vec<String>,
    /// How a message says what it says.
    pub format: NatsFormat,
    /// How long the server may take for an answer.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
}

text_enum! {
    /// What stands in a message.
    pub enum NatsFormat {
        /// An event, in JSON or with its attributes in headers.
        CloudEvents => "cloudevents",
        /// A row before and after its change, with what was done to it.
        Debezium => "debezium",
        /// An object of their own.
        Json => "json",
    }
}

impl NatsSettings {
    /// The address with its password, from wherever the settings say it is.
    pub fn address(&self) -> Result<String, String> {
        let address = DatabaseAddress {
            url: self.url.as_deref(),
            url_file: self.url_file.as_deref(),
            password_file: self.password_file.as_deref(),
        };
        address.read(&SCHEMES)
    }

    /// Why it is not read again from here, and how it is.
    fn no_place(&self) -> String {
        let (stream, consumer) = (&self.stream, &self.consumer);
        format!(
            "a consumer of NATS keeps its own place: make another one over there that begins where \
             you want (`nats consumer add {stream} {consumer}-again --pull --ack explicit \
             --max-pending {SOURCE_RECORDS} --deliver all`) and name it in `consumer`"
        )
    }

    fn check_login(&self) -> Result<(), String> {
        let address = self.address()?;
        let Some(path) = &self.credentials_file else {
            return Ok(());
        };
        if address.contains('@') {
            return Err(
                "`credentials_file`: the address names a user as well; keep one of the two"
                    .to_owned(),
            );
        }
        let text = std::fs::read_to_string(path).map_err(|error| unread(path, &error));
        let text = text.map_err(|detail| format!("`credentials_file`: {detail}"))?;
        let parsed = ConnectOptions::with_credentials(&text);
        parsed.map(drop).map_err(|_| {
            format!(
                "`credentials_file`: `{}` holds no JWT of a user and seed of a key, as \
                 `nsc generate creds` writes them",
                path.display()
            )
        })
    }

    fn check_tls(&self) -> Result<(), String> {
        for (key, path) in [
            ("tls_ca_file", &self.tls_ca_file),
            ("tls_cert_file", &self.tls_cert_file),
            ("tls_key_file", &self.tls_key_file),
        ] {
            if let Some(path) = path {
                let read = std::fs::File::open(path).map_err(|error| unread(path, &error));
                read.map_err(|detail| format!("`{key}`: {detail}"))?;
            }
        }
        match (&self.tls_cert_file, &self.tls_key_file) {
            (Some(_), None) => Err("`tls_cert_file`: write `tls_key_file` as well".to_owned()),
            (None, Some(_)) => Err("`tls_key_file`: write `tls_cert_file` as well".to_owned()),
            _ => Ok(()),
        }
    }

    fn check_subjects(&self) -> Result<(), String> {
        if self.subjects.is_empty() || self.subjects.len() > NATS_SUBJECTS {
            return Err(format!("`subjects` names 1 to {NATS_SUBJECTS} subjects"));
        }
        for (place, subject) in self.subjects.iter().enumerate() {
            if !is_subject(subject) {
                return Err(
                    "`subjects`: a subject has words with dots between them, such as \
                     \"cases.opened\"; `*` stands for one word, `>` at the end for all that follow"
                        .to_owned(),
                );
            }
            let before = &self.subjects[..place];
            if let Some(other) = before.iter().find(|other| overlaps(other, subject)) {
                return Err(format!(
                    "`subjects`: `{other}` and `{subject}` have messages in common; write the \
                     wider one alone"
                ));
            }
        }
        Ok(())
    }
}

/// Whether some subject fits both of two, each of which may hold wildcards.
pub(super) fn overlaps(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        match (one.next(), other.next()) {
            (None, None) | (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => {}
            _ => return false,
        }
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_graphic() && !".*>/\\".contains(c);
    (1..=NATS_NAME).contains(&name.len()) && name.chars().all(fits)
}

fn is_subject(subject: &str) -> bool {
    let words: Vec<&str> = subject.split('.').collect();
    let fits = |(place, word): (usize, &&str)| match *word {
        "*" => true,
        ">" => place + 1 == words.len(),
        word => !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c.is_control()),
    };
    subject.len() <= NATS_NAME && words.iter().enumerate().all(fits)
}

fn unread(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read `{}`: {error}", path.display())
}

impl SourceKind for NatsSettings {
    fn check(&self) -> Result<(), String> {
        self.check_login()?;
        self.check_tls()?;
        check_timeout(self.timeout)?;
        for (key, name) in [("stream", &self.stream), ("consumer", &self.consumer)] {
            if !is_name(name) {
                return Err(format!(
                    "`{key}` has 1 to {NATS_NAME} letters, digits and signs, and neither blanks \
                     nor any of . * > / \\"
                ));
            }
        }
        self.check_subjects()
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(NatsReader::new(self)?))
    }

    fn check_cursor(&self, _place: Option<&Value>) -> Result<(), String> {
        Err(self.no_place())
    }

    fn brings_events(&self) -> bool {
        self.format == NatsFormat::CloudEvents
    }
}

impl std::fmt::Debug for NatsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsSettings")
            // It may hold a password or a token.
            .field("url", &self.url.as_ref().map(|_| "***"))
            .field("url_file", &self.url_file)
            .field("password_file", &self.password_file)
            .field("credentials_file", &self.credentials_file)
            .field("tls_ca_file", &self.tls_ca_file)
            .field("tls_cert_file", &self.tls_cert_file)
            .field("tls_key_file", &self.tls_key_file)
            .field("stream", &self.stream)
            .field("consumer", &self.consumer)
            .field("subjects", &self.subjects)
            .field("format", &self.format)
            .field("timeout", &self.timeout)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> NatsSettings {
        let least = "url = \"nats://araldo:s3cret@bus:4222\"\nstream = \"EVENTS\"\n\
                     consumer = \"araldo\"\nsubjects = [\"cases.>\"]\nformat = \"json\"\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    #[test]
    fn a_fault_names_the_key_to_mend() {
        assert_eq!(settings("").check(), Ok(()));
        for (more, said) in [
            ("url = \"ws://bus\"", "`url` must begin with nats: or tls:"),
            ("timeout = \"1ms\"", "`timeout` is out of range"),
            ("stream = \"A B\"", "`stream` has 1 to 255"),
            ("consumer = \"a.b\"", "`consumer` has 1 to 255"),
            ("subjects = []", "`subjects` names 1 to 32"),
            ("subjects = [\"a..b\"]", "`subjects`: a subject has words"),
            ("subjects = [\"a.>.b\"]", "`subjects`: a subject has words"),
            ("subjects = [\"a b\"]", "`subjects`: a subject has words"),
            (
                "subjects = [\"cases.>\", \"cases.*.opened\"]",
                "`subjects`: `cases.>` and `cases.*.opened` have messages in common",
            ),
            (
                "tls_ca_file = \"/nowhere/ca.pem\"",
                "`tls_ca_file`: cannot read `/nowhere/ca.pem`",
            ),
            (
                "credentials_file = \"/nowhere/a.creds\"",
                "`credentials_file`: the address names a user",
            ),
            (
                "url = \"nats://bus\"\ncredentials_file = \"/nowhere/a.creds\"",
                "`credentials_file`: cannot read `/nowhere/a.creds`",
            ),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }

    #[test]
    fn a_certificate_comes_with_its_key_and_credentials_are_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "nothing of use").unwrap();
        let fault = |keys: &str| {
            let keys = keys.replace("FILE", &file.display().to_string());
            settings(&keys).check().unwrap_err()
        };
        let said = fault("tls_cert_file = \"FILE\"");
        assert_eq!(said, "`tls_cert_file`: write `tls_key_file` as well");
        let said = fault("tls_key_file = \"FILE\"");
        assert_eq!(said, "`tls_key_file`: write `tls_cert_file` as well");
        let said = fault("url = \"nats://bus\"\ncredentials_file = \"FILE\"");
        assert!(said.contains("holds no JWT of a user"), "{said}");
    }

    #[test]
    fn subjects_that_share_messages_are_known() {
        for (one, other, shared) in [
            ("cases.>", "cases.a.b", true),
            ("cases.>", "cases", false),
            ("cases.*", "cases.a.b", false),
            ("*.opened", "cases.*", true),
            (">", "a", true),
            ("cases.a", "cases.b", false),
        ] {
            assert_eq!(overlaps(one, other), shared, "{one} {other}");
            assert_eq!(overlaps(other, one), shared, "{other} {one}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert!(!format!("{:?}", settings("")).contains("s3cret"));
    }
}
