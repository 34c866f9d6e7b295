//! The keys of a source with `kind = "webhook"`: how their system shows that it is theirs, and where
//! in its JSON the records are.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::limits::{SOURCE_FIELD, WEBHOOK_WITHIN};
use crate::source::address::line_of;
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::text::text_enum::text_enum;
use crate::text::time::duration;

/// A system that posts its own JSON to `/v1/sources/NAME`, as configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// What only they and we know.
    pub secret: Option<String>,
    /// A file that holds it instead.
    pub secret_file: Option<PathBuf>,
    /// How they sign with it; absent: they send it as `Authorization: Bearer SECRET`.
    pub signature: Option<WebhookSignature>,
    /// The list of records within the body, as names with dots; absent: the body is one record, or
    /// a list of records.
    pub items: Option<String>,
}

/// A header that holds an HMAC of the body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSignature {
    pub header: String,
    #[serde(default = "sha256")]
    pub algorithm: WebhookAlgorithm,
    /// What stands in the header before the signature, such as `sha256=`.
    #[serde(default)]
    pub prefix: String,
    #[serde(default = "hex")]
    pub encoding: WebhookEncoding,
    /// They sign a time with the body; a signature that is too old is not taken.
    pub timestamp: Option<WebhookTimestamp>,
}

/// The time that is signed: what is signed is the time as it stands in its header, then `joined`,
/// then the body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTimestamp {
    /// The header that holds it.
    pub header: String,
    /// How far it may lie from now.
    #[serde(default = "five_minutes", deserialize_with = "duration")]
    pub within: Duration,
    /// What stands between the time and the body.
    #[serde(default = "full_stop")]
    pub joined: String,
}

text_enum! {
    /// The hash of a signature.
    pub enum WebhookAlgorithm {
        /// Old, and as part of an HMAC still good; the only one that some programs have.
        Sha1 => "sha1",
        Sha256 => "sha256",
        Sha512 => "sha512",
    }
}

text_enum! {
    /// How the bytes of a signature are written.
    pub enum WebhookEncoding {
        Hex => "hex",
        Base64 => "base64",
    }
}

const fn sha256() -> WebhookAlgorithm {
    WebhookAlgorithm::Sha256
}

const fn hex() -> WebhookEncoding {
    WebhookEncoding::Hex
}

const fn five_minutes() -> Duration {
    Duration::from_mins(5)
}

fn full_stop() -> String {
    ".".to_owned()
}

impl WebhookSettings {
    /// The secret, from wherever the settings say it is.
    pub(super) fn secret(&self) -> Result<String, String> {
        match (&self.secret, &self.secret_file) {
            (Some(_), Some(_)) => {
                Err("`secret_file`: `secret` is set as well; keep one of the two".to_owned())
            }
            (Some(text), None) if text.trim().is_empty() => Err("`secret` is empty".to_owned()),
            (Some(text), None) => Ok(text.clone()),
            (None, Some(path)) => line_of("secret_file", path),
            (None, None) => Err("missing field `secret`, or `secret_file`".to_owned()),
        }
    }
}

impl WebhookSignature {
    fn check(&self) -> Result<(), String> {
        header("header", &self.header)?;
        let Some(timestamp) = &self.timestamp else {
            return Ok(());
        };
        header("timestamp.header", &timestamp.header)?;
        let (least, most) = WEBHOOK_WITHIN;
        match (least..=most).contains(&timestamp.within) {
            true => Ok(()),
            false => Err(
                "`signature`: `timestamp.within` is out of range; write \"1s\" to \"24h\""
                    .to_owned(),
            ),
        }
    }
}

/// Refuses a name that no header has (RFC 9110 §5.1).
fn header(key: &str, name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match !name.is_empty() && name.len() <= SOURCE_FIELD && name.chars().all(fits) {
        true => Ok(()),
        false => Err(format!(
            "`signature`: `{key}` is the name of a header, such as \"X-Hub-Signature-256\""
        )),
    }
}

impl SourceKind for WebhookSettings {
    fn check(&self) -> Result<(), String> {
        let secret = self.secret()?;
        if let Some(items) = &self.items
            && (items.len() > SOURCE_FIELD || items.split('.').any(str::is_empty))
        {
            return Err(
                "`items` names the list of records, such as \"alerts\" or \"data.alerts\""
                    .to_owned(),
            );
        }
        match &self.signature {
            Some(signature) => signature.check(),
            // A header's value has no end of a line, and no blank at either end.
            None if secret.trim() != secret || secret.contains(char::is_control) => Err(
                "`secret` has blanks at an end or control characters, which no header can hold"
                    .to_owned(),
            ),
            None => Ok(()),
        }
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Err(SourceFault::Unexpected(
            "nobody looks at a webhook: their system posts. Try what it posts with \
             `araldo source try NAME --file record.json`"
                .to_owned(),
        ))
    }

    fn check_cursor(&self, _place: Option<&Value>) -> Result<(), String> {
        Err("a webhook has no place to go back to: let their system post it again".to_owned())
    }
}

impl std::fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSettings")
            .field("secret", &self.secret.as_ref().map(|_| "***"))
            .field("secret_file", &self.secret_file)
            .field("signature", &self.signature)
            .field("items", &self.items)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> WebhookSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_not_said_of_a_signature_is_as_usual() {
        let settings = settings(
            "secret = \"s3cret\"\nsignature = { header = \"X-Signature\", timestamp = { header = \"X-Time\" } }\n",
        );
        assert_eq!(settings.check(), Ok(()));
        let signature = settings.signature.unwrap();
        assert_eq!(signature.algorithm, WebhookAlgorithm::Sha256);
        assert_eq!(signature.encoding, WebhookEncoding::Hex);
        let timestamp = signature.timestamp.unwrap();
        assert_eq!(timestamp.within, Duration::from_mins(5));
        assert_eq!(timestamp.joined, ".");
    }

    #[test]
    fn a_fault_names_its_key_and_no_secret() {
        for (text, said) in [
            ("", "missing field `secret`"),
            ("secret = \" \"", "`secret` is empty"),
            ("secret = \"s3cret \"", "`secret` has blanks"),
            (
                "secret = \"s3cret\"\nsecret_file = \"/a\"",
                "`secret_file`: `secret` is set",
            ),
            (
                "secret_file = \"/nowhere/secret\"",
                "`secret_file`: cannot read `/nowhere/",
            ),
            (
                "secret = \"s3cret\"\nitems = \"a..b\"",
                "`items` names the list",
            ),
            (
                "secret = \"s3cret\"\nsignature = { header = \"X Y\" }",
                "`signature`: `header` is the name",
            ),
            (
                "secret = \"s3cret\"\nsignature = { header = \"X\", timestamp = { header = \"\" } }",
                "`signature`: `timestamp.header`",
            ),
            (
                "secret = \"s3cret\"\nsignature = { header = \"X\", timestamp = { header = \"T\", within = \"25h\" } }",
                "`signature`: `timestamp.within`",
            ),
        ] {
            let fault = settings(text).check().unwrap_err();
            assert!(fault.starts_with(said), "{text}: {fault}");
            assert!(!fault.contains("s3cret"), "{fault}");
        }
        assert!(!format!("{:?}", settings("secret = \"s3cret\"")).contains("s3cret"));
        let wrong = "secret = \"s3cret\"\nsignature = { header = \"X\", algorithm = \"md5\" }";
        let fault = toml::from_str::<WebhookSettings>(wrong).unwrap_err();
        assert!(fault.message().contains("sha256"), "{fault}");
    }
}
