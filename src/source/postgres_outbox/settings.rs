//! The keys of a source with `kind = "postgres-outbox"`. Names of their database stand in the SQL
//! that `araldo source install` prints, so they are plain words and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::OutboxReader;
use super::install::{outbox_install_sql, outbox_remove_sql};
use crate::domain::limits::{SOURCE_COLUMNS, SQL_NAME};
use crate::source::address::{DatabaseAddress, check_timeout, ten_seconds};
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::text::time::duration;

/// What an address may begin with.
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

/// A table of theirs whose changes a trigger writes down for us, as configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboxSettings {
    /// `postgres://`. May hold a password.
    pub url: Option<String>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// A file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// Schema and table, such as `public.pratiche`.
    pub table: String,
    /// The column that tells one row from another.
    pub key: String,
    /// The columns that are handed over.
    pub columns: Vec<String>,
    /// How long the database may take for an answer.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
}

impl OutboxSettings {
    /// The address with its password, from wherever the settings say it is.
    pub fn address(&self) -> Result<String, String> {
        let address = DatabaseAddress {
            url: self.url.as_deref(),
            url_file: self.url_file.as_deref(),
            password_file: self.password_file.as_deref(),
        };
        address.read(&SCHEMES)
    }

    fn check_columns(&self) -> Result<(), String> {
        if self.columns.is_empty() || self.columns.len() > SOURCE_COLUMNS {
            return Err(format!("`columns` names 1 to {SOURCE_COLUMNS} columns"));
        }
        for (place, column) in self.columns.iter().enumerate() {
            if !is_plain(column) {
                return Err(format!("`columns` names columns; {PLAIN}"));
            }
            if self.columns[..place].contains(column) {
                return Err(format!("`columns` names `{column}` twice"));
            }
        }
        Ok(())
    }
}

impl SourceKind for OutboxSettings {
    fn check(&self) -> Result<(), String> {
        self.address()?;
        check_timeout(self.timeout)?;
        let mut parts = self.table.split('.');
        if !(parts.clone().count() == 2 && parts.all(is_plain)) {
            return Err(format!(
                "`table`: write schema and table, such as \"public.pratiche\"; {PLAIN}"
            ));
        }
        if !is_plain(&self.key) {
            return Err(format!("`key` names one column; {PLAIN}"));
        }
        self.check_columns()
    }

    fn open(&self, name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(OutboxReader::new(name, self)?))
    }

    fn check_cursor(&self, _place: Option<&Value>) -> Result<(), String> {
        Err("an outbox has no place to go back to: what was taken is gone from it".to_owned())
    }

    fn install_sql(&self, name: &str) -> Option<String> {
        Some(outbox_install_sql(name, self))
    }

    fn remove_sql(&self, name: &str) -> Option<String> {
        Some(outbox_remove_sql(name, self))
    }

    fn their_database(&self) -> Option<(Result<String, String>, Duration)> {
        Some((self.address(), self.timeout))
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        None
    }
}

impl std::fmt::Debug for OutboxSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxSettings")
            // It may hold a password.
            .field("url", &self.url.as_ref().map(|_| "***"))
            .field("url_file", &self.url_file)
            .field("password_file", &self.password_file)
            .field("table", &self.table)
            .field("key", &self.key)
            .field("columns", &self.columns)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// What a name must be.
pub(in crate::source) const PLAIN: &str =
    "a name has small letters, digits and `_`, at most 63, and no digit at first";

/// Whether it is one.
pub(in crate::source) fn is_plain(name: &str) -> bool {
    name.len() <= SQL_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> OutboxSettings {
        let least = "url = \"postgres://araldo:s3cret@db/crm\"\ntable = \"public.pratiche\"\n\
                     key = \"id\"\ncolumns = [\"pratica\", \"stato\"]\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    #[test]
    fn names_of_their_database_are_plain_words() {
        assert_eq!(settings("").check(), Ok(()));
        for (more, said) in [
            (
                "url = \"mysql://db/crm\"",
                "`url` must begin with postgres:",
            ),
            ("timeout = \"1ms\"", "`timeout` is out of range"),
            ("table = \"pratiche\"", "`table`: write schema and table"),
            ("table = \"a.b.c\"", "`table`: write schema and table"),
            (
                "table = \"public.Pratiche\"",
                "`table`: write schema and table",
            ),
            (
                "table = \"public.a; DROP TABLE b\"",
                "`table`: write schema and table",
            ),
            ("key = \"1id\"", "`key` names one column"),
            ("columns = []", "`columns` names 1 to 100"),
            (
                "columns = [\"a\", \"città\"]",
                "`columns` names columns; a name has",
            ),
            ("columns = [\"a\", \"a\"]", "`columns` names `a` twice"),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
        let long = format!("key = \"{}\"", "a".repeat(64));
        assert!(settings(&long).check().is_err());
    }

    #[test]
    fn a_password_is_never_printed() {
        assert!(!format!("{:?}", settings("")).contains("s3cret"));
    }
}
