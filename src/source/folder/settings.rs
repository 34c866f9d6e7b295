//! The keys of a source with `kind = "folder"`. Whether the folder is there is asked when it is read.

use std::path::PathBuf;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::FolderReader;
use crate::domain::limits::FOLDER_SETTLE;
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::source::settings::Baseline;
use crate::text::invisible::harmless;
use crate::text::time::duration;

/// A folder into which somebody puts files, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderSettings {
    /// The folder; `done` and `rejected` are made in it.
    pub path: PathBuf,
    /// How long nobody may have written to a file before it is read.
    #[serde(default = "two_seconds", deserialize_with = "duration")]
    pub settle: Duration,
    /// What divides the cells of a CSV file; absent: `;` or `,`, as its first line shows.
    pub delimiter: Option<String>,
    /// How their texts are written.
    #[serde(default = "utf_8", deserialize_with = "charset")]
    pub charset: &'static Encoding,
}

const fn two_seconds() -> Duration {
    Duration::from_secs(2)
}

fn utf_8() -> &'static Encoding {
    UTF_8
}

/// A character set by one of its names. In those of several bytes a letter may hold a byte that
/// elsewhere ends a cell or a line.
fn charset<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Encoding, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = Encoding::for_label(name.as_bytes());
    let fits = known.filter(|charset| *charset == UTF_8 || charset.is_single_byte());
    fits.ok_or_else(|| {
        let name = harmless(&name);
        D::Error::custom(format!(
            "`charset`: `{name}` is none that is read; write \"utf-8\", \"latin1\" or another one \
             of a byte a letter"
        ))
    })
}

impl FolderSettings {
    /// What divides cells, where the settings say it.
    pub(super) fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_deref()?.as_bytes() {
            [sign @ (b';' | b',' | b'|' | b'\t')] => Some(*sign),
            _ => None,
        }
    }
}

impl SourceKind for FolderSettings {
    fn check(&self) -> Result<(), String> {
        if self.path.as_os_str().is_empty() {
            return Err("`path` is empty; name the folder, as in \"/var/spool/araldo\"".to_owned());
        }
        let (least, most) = FOLDER_SETTLE;
        if !(least..=most).contains(&self.settle) {
            return Err("`settle` is out of range; write \"100ms\" to \"1h\"".to_owned());
        }
        match self.delimiter.as_deref() {
            Some(_) if self.delimiter_byte().is_none() => {
                Err("`delimiter` is one sign; write \";\", \",\", \"|\" or \"\\t\"".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(FolderReader::new(self)))
    }

    fn check_cursor(&self, _place: Option<&Value>) -> Result<(), String> {
        Err(
            "a folder has no place to go back to: put the file into it again, out of `done`"
                .to_owned(),
        )
    }

    /// A file was put there to be told.
    fn usual_baseline(&self) -> Baseline {
        Baseline::Tell
    }

    /// Files without a mapping hold events.
    fn brings_events(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> Result<FolderSettings, toml::de::Error> {
        toml::from_str(&format!("path = \"/var/spool/araldo\"\n{more}"))
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_key() {
        assert_eq!(settings("").unwrap().check(), Ok(()));
        let latin = settings("charset = \"latin1\"\ndelimiter = \"\\t\"\nsettle = \"1m\"").unwrap();
        assert_eq!(latin.check(), Ok(()));
        assert_eq!(latin.charset, encoding_rs::WINDOWS_1252);
        for (more, said) in [
            ("settle = \"0s\"", "`settle` is out of range"),
            ("settle = \"2h\"", "`settle` is out of range"),
            ("delimiter = \"\"", "`delimiter` is one sign"),
            ("delimiter = \";;\"", "`delimiter` is one sign"),
            ("delimiter = \"a\"", "`delimiter` is one sign"),
        ] {
            let fault = settings(more).unwrap().check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
        let nowhere: FolderSettings = toml::from_str("path = \"\"").unwrap();
        assert!(nowhere.check().unwrap_err().starts_with("`path` is empty"));
    }

    #[test]
    fn a_charset_of_several_bytes_a_letter_is_refused() {
        for name in ["utf-16", "shift_jis", "klingon"] {
            let fault = settings(&format!("charset = \"{name}\"")).unwrap_err();
            assert!(fault.message().starts_with("`charset`: `"), "{fault}");
        }
    }
}
