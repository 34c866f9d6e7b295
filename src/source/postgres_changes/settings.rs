//! The keys of a source with `kind = "postgres-changes"`. Names of their database stand in SQL, so
//! they are plain words and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::ChangesReader;
use super::install::{changes_install_sql, changes_remove_sql};
use super::size::byte_size;
use crate::domain::limits::{SLOT_RETAINED, SOURCE_TABLES};
use crate::source::address::{DatabaseAddress, check_timeout, ten_seconds};
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::postgres_outbox::{PLAIN, is_plain};
use crate::source::reader::Reader;
use crate::text::text_enum::text_enum;
use crate::text::time::duration;

/// What an address may begin with.
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

text_enum! {
    /// What somebody did to a row.
    pub enum RowOperation {
        Insert => "insert",
        /// It has other values.
        Update => "update",
        Delete => "delete",
    }
}

/// Tables of theirs whose changes we read out of their log, as configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesSettings {
    /// `postgres://`. May hold a password.
    pub url: Option<String>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// A file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// Each with its schema, such as `public.pratiche`.
    pub tables: Vec<String>,
    /// What is read of what happens to their rows.
    #[serde(default = "inserts_and_updates")]
    pub operations: Vec<RowOperation>,
    /// How much of their disk may be kept for us, in bytes, before the slot is given up.
    #[serde(default = "two_gigabytes", deserialize_with = "byte_size")]
    pub max_retained: u64,
    /// What the slot is called there; absent: by the source's name.
    pub slot: Option<String>,
    /// What the publication is called there; absent: by the source's name.
    pub publication: Option<String>,
    /// How long the database may take for an answer.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
}

/// A row that is removed is most often tidied away, long after its client heard that all is done:
/// whoever wants to tell of it says so.
fn inserts_and_updates() -> Vec<RowOperation> {
    vec![RowOperation::Insert, RowOperation::Update]
}

const fn two_gigabytes() -> u64 {
    2 << 30
}

/// What is ours over there, in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SlotNames {
    pub(super) slot: String,
    pub(super) publication: String,
}

impl ChangesSettings {
    /// The address with its password, from wherever the settings say it is.
    pub fn address(&self) -> Result<String, String> {
        let address = DatabaseAddress {
            url: self.url.as_deref(),
            url_file: self.url_file.as_deref(),
            password_file: self.password_file.as_deref(),
        };
        address.read(&SCHEMES)
    }

    /// Slot and publication of the source of this name.
    pub(super) fn names(&self, source: &str) -> SlotNames {
        let usual = format!("araldo_{}", source.replace('-', "_"));
        SlotNames {
            slot: self.slot.clone().unwrap_or_else(|| usual.clone()),
            publication: self.publication.clone().unwrap_or(usual),
        }
    }

    fn check_tables(&self) -> Result<(), String> {
        if self.tables.is_empty() || self.tables.len() > SOURCE_TABLES {
            return Err(format!("`tables` names 1 to {SOURCE_TABLES} tables"));
        }
        for (place, table) in self.tables.iter().enumerate() {
            let mut parts = table.split('.');
            if !(parts.clone().count() == 2 && parts.all(is_plain)) {
                return Err(format!(
                    "`tables`: write schema and table, such as \"public.pratiche\"; {PLAIN}"
                ));
            }
            if self.tables[..place].contains(table) {
                return Err(format!("`tables` names `{table}` twice"));
            }
        }
        Ok(())
    }
}

impl SourceKind for ChangesSettings {
    fn check(&self) -> Result<(), String> {
        self.address()?;
        check_timeout(self.timeout)?;
        self.check_tables()?;
        if self.operations.is_empty() {
            return Err("`operations` names insert, update, delete, or some of them".to_owned());
        }
        let (least, most) = SLOT_RETAINED;
        if !(least..=most).contains(&self.max_retained) {
            return Err("`max_retained` is out of range; write \"1MB\" to \"4TB\"".to_owned());
        }
        for (key, name) in [("slot", &self.slot), ("publication", &self.publication)] {
            if name.as_deref().is_some_and(|name| !is_plain(name)) {
                return Err(format!("`{key}`: {PLAIN}"));
            }
        }
        Ok(())
    }

    fn open(&self, name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(ChangesReader::new(name, self)))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        match place {
            // Where the slot stands: what is not taken yet.
            None => Ok(()),
            Some(_) => Err(
                "their log has no place to go back to: what was taken may be gone from it; \
                 `--to start` begins where the slot stands"
                    .to_owned(),
            ),
        }
    }

    fn install_sql(&self, name: &str) -> Option<String> {
        Some(changes_install_sql(name, self))
    }

    fn remove_sql(&self, name: &str) -> Option<String> {
        Some(changes_remove_sql(name, self))
    }

    fn their_database(&self) -> Option<(Result<String, String>, Duration)> {
        Some((self.address(), self.timeout))
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        None
    }
}

impl std::fmt::Debug for ChangesSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangesSettings")
            // It may hold a password.
            .field("url", &self.url.as_ref().map(|_| "***"))
            .field("url_file", &self.url_file)
            .field("password_file", &self.password_file)
            .field("tables", &self.tables)
            .field("operations", &self.operations)
            .field("max_retained", &self.max_retained)
            .field("slot", &self.slot)
            .field("publication", &self.publication)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// For the tests of this folder: the keys that must be there, and these.
#[cfg(test)]
pub(super) fn example(more: &str) -> ChangesSettings {
    let least = "url = \"postgres://araldo:s3cret@db/crm\"\ntables = [\"public.pratiche\"]\n";
    let mut table: toml::Table = toml::from_str(least).unwrap();
    table.extend(toml::from_str::<toml::Table>(more).unwrap());
    table.try_into().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_usual() {
        let settings = example("");
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.max_retained, 2 << 30);
        assert!(!settings.operations.contains(&RowOperation::Delete));
        let names = settings.names("crm-2");
        assert_eq!(
            (&*names.slot, &*names.publication),
            ("araldo_crm_2", "araldo_crm_2")
        );
        let named = example("slot = \"one\"\npublication = \"two\"\n").names("crm");
        assert_eq!((&*named.slot, &*named.publication), ("one", "two"));
    }

    #[test]
    fn a_fault_names_its_key_first() {
        for (more, said) in [
            (
                "url = \"mysql://db/crm\"",
                "`url` must begin with postgres:",
            ),
            ("timeout = \"1ms\"", "`timeout` is out of range"),
            ("tables = []", "`tables` names 1 to "),
            (
                "tables = [\"pratiche\"]",
                "`tables`: write schema and table",
            ),
            ("tables = [\"a.b\", \"a.b\"]", "`tables` names `a.b` twice"),
            ("operations = []", "`operations` names insert"),
            ("max_retained = \"0MB\"", "`max_retained` is out of range"),
            ("slot = \"a b\"", "`slot`: a name has small letters"),
            ("publication = \"A\"", "`publication`: a name has small"),
        ] {
            let fault = example(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert!(!format!("{:?}", example("")).contains("s3cret"));
    }
}
