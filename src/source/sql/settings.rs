//! The keys of a source with `kind = "sql"`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::SqlReader;
use super::bind::{is_ordered, is_single};
use super::position::is_time_or_number;
use super::verbatim::Dialect;
use crate::domain::limits::{LOOK_OVERLAP, SOURCE_CURSOR};
use crate::source::address::{DatabaseAddress, check_timeout, ten_seconds};
use crate::source::fault::SourceFault;
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::text::time::duration;

/// What an address may begin with.
const SCHEMES: [&str; 5] = ["postgres", "postgresql", "mysql", "mariadb", "sqlite"];

/// A query that is asked again and again, as configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlSettings {
    /// `postgres://`, `mysql://` (MariaDB too) or `sqlite:`. May hold a password.
    pub url: Option<String>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// A file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// Reads from the place on that its parameters say: the columns of `cursor`, and `:limit`.
    pub query: String,
    /// What is open over there now, without parameters: asked at night, whether anything is missing.
    pub present: Option<String>,
    /// Columns that together say how far it was read, the most significant first.
    pub cursor: Vec<String>,
    /// How far each look goes back behind the last one: transactions may commit late.
    #[serde(default = "two_minutes", deserialize_with = "duration")]
    pub overlap: Duration,
    /// How long the database may take for an answer.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
}

impl SqlSettings {
    /// The address with its password, from wherever the settings say it is.
    pub fn address(&self) -> Result<String, String> {
        let address = DatabaseAddress {
            url: self.url.as_deref(),
            url_file: self.url_file.as_deref(),
            password_file: self.password_file.as_deref(),
        };
        address.read(&SCHEMES)
    }

    /// Finds what cannot be a place in this source, as it is kept: `{"updated_at": "..", "id": 7}`.
    pub fn check_place(&self, place: &Value) -> Result<(), String> {
        let names = self.cursor.join(", ");
        let Some(values) = place.as_object() else {
            return Err(format!(
                "a place is an object in {{ }} with the columns of `cursor`: {names}"
            ));
        };
        for column in &self.cursor {
            match values.get(column) {
                Some(Value::String(_) | Value::Number(_)) => {}
                Some(other) => {
                    return Err(format!("`{column}` is {other}; write a text or a number"));
                }
                None => {
                    return Err(format!(
                        "the place has no `{column}`; it has the columns of `cursor`: {names}"
                    ));
                }
            }
        }
        if let Some(other) = values.keys().find(|it| !self.cursor.contains(*it)) {
            return Err(format!(
                "the place has `{other}`, which is no column of `cursor`: {names}"
            ));
        }
        self.check_first(values)
    }

    /// A look goes back by `overlap` from a time; from a word it could not.
    fn check_first(&self, place: &Map<String, Value>) -> Result<(), String> {
        let first = self.cursor.first();
        let first = first.and_then(|column| Some((column, place.get(column)?.as_str()?)));
        match first {
            Some((column, text)) if !self.overlap.is_zero() && !is_time_or_number(text) => {
                Err(format!(
                    "`{column}` is `{text}`, which is neither a time such as \
                     2026-11-24T10:00:00+00:00 nor a number; a source whose `overlap` is \"0s\" \
                     takes any text"
                ))
            }
            _ => Ok(()),
        }
    }

    fn check_cursor_columns(&self) -> Result<(), String> {
        if self.cursor.is_empty() || self.cursor.len() > SOURCE_CURSOR {
            return Err(format!("`cursor` names 1 to {SOURCE_CURSOR} columns"));
        }
        for (place, column) in self.cursor.iter().enumerate() {
            if !is_parameter(column) || column == "limit" {
                return Err(
                    "`cursor`: a column is called by letters, digits and `_` here, and not limit; \
                     give it another name with AS"
                        .to_owned(),
                );
            }
            if self.cursor[..place].contains(column) {
                return Err(format!("`cursor` names `{column}` twice"));
            }
        }
        Ok(())
    }

    fn check_present(&self, dialect: Dialect) -> Result<(), String> {
        let Some(present) = &self.present else {
            return Ok(());
        };
        if !only_reads(present) {
            return Err("`present` must begin with SELECT or WITH: a source only reads".to_owned());
        }
        match is_single(present, dialect) {
            true => Ok(()),
            false => Err("`present` must be one statement: nothing may follow a `;`".to_owned()),
        }
    }

    fn check_query(&self, dialect: Dialect) -> Result<(), String> {
        if !only_reads(&self.query) {
            return Err("`query` must begin with SELECT or WITH: a source only reads".to_owned());
        }
        if let Some(column) = self.cursor.iter().find(|it| !names(&self.query, it)) {
            return Err(format!(
                "`query` has no `:{column}`: the columns of `cursor` are bound there, so that \
                 each look begins where the last one ended"
            ));
        }
        if !is_single(&self.query, dialect) {
            return Err("`query` must be one statement: nothing may follow a `;`".to_owned());
        }
        match is_ordered(&self.query, dialect) {
            true => Ok(()),
            false => Err(format!(
                "`query` must say ORDER BY {}: without it rows would be passed over",
                self.cursor.join(", ")
            )),
        }
    }
}

impl SourceKind for SqlSettings {
    fn check(&self) -> Result<(), String> {
        let address = self.address()?;
        check_timeout(self.timeout)?;
        if self.overlap > LOOK_OVERLAP {
            return Err("`overlap` is out of range; write \"0s\" to \"24h\"".to_owned());
        }
        self.check_cursor_columns()?;
        self.check_query(dialect(&address))?;
        self.check_present(dialect(&address))
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(SqlReader::new(self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        place.map_or(Ok(()), |place| self.check_place(place))
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        match &self.present {
            Some(_) => None,
            None => Some("write `present`, a query of what is open over there"),
        }
    }
}

impl std::fmt::Debug for SqlSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlSettings")
            // It may hold a password.
            .field("url", &self.url.as_ref().map(|_| "***"))
            .field("url_file", &self.url_file)
            .field("password_file", &self.password_file)
            .field("query", &self.query)
            .field("present", &self.present)
            .field("cursor", &self.cursor)
            .field("overlap", &self.overlap)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// By the address, which begins with one of `SCHEMES`.
fn dialect(address: &str) -> Dialect {
    match address.split(':').next() {
        Some("postgres" | "postgresql") => Dialect::Postgres,
        Some("mysql" | "mariadb") => Dialect::Mysql,
        _ => Dialect::Sqlite,
    }
}

/// By its first word.
fn only_reads(query: &str) -> bool {
    let first = query.trim_start();
    let end = first.find(|c: char| !c.is_ascii_alphabetic());
    let first = &first[..end.unwrap_or(first.len())];
    let reads = ["select", "with"];
    reads.iter().any(|it| first.eq_ignore_ascii_case(it))
}

/// Whether a name can stand behind the colon of a parameter.
fn is_parameter(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(of_name)
}

/// Whether `:name` stands in a query, as a whole word, and not as PostgreSQL's `::type`.
fn names(query: &str, name: &str) -> bool {
    let parameter = format!(":{name}");
    query.match_indices(&parameter).any(|(at, _)| {
        let behind = &query[at + parameter.len()..];
        !query[..at].ends_with(':') && !behind.starts_with(of_name)
    })
}

fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const fn two_minutes() -> Duration {
    Duration::from_mins(2)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(more: &str) -> SqlSettings {
        let least = "url = \"sqlite:crm.db\"\n\
                     query = \"SELECT id, at FROM t WHERE (at, id) > (:at, :id) ORDER BY at, id \
                     LIMIT :limit\"\n\
                     cursor = [\"at\", \"id\"]\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let usual = settings("");
        assert_eq!(usual.check(), Ok(()));
        assert_eq!(usual.overlap, Duration::from_mins(2));
        assert_eq!(usual.timeout, Duration::from_secs(10));
        assert_eq!(settings("overlap = \"0s\"").overlap, Duration::ZERO);
    }

    #[test]
    fn a_fault_names_the_key_to_mend() {
        for (more, said) in [
            ("url = \"oracle://db\"", "`url` must begin with postgres:"),
            ("timeout = \"1h\"", "`timeout` is out of range"),
            ("overlap = \"9 days\"", "`overlap` is out of range"),
            ("cursor = []", "`cursor` names 1 to 4"),
            (
                "cursor = [\"a\", \"b\", \"c\", \"d\", \"e\"]",
                "`cursor` names 1 to 4",
            ),
            ("cursor = [\"at\", \"at\"]", "`cursor` names `at` twice"),
            ("cursor = [\"t.at\"]", "`cursor`: a column is called"),
            ("cursor = [\"limit\"]", "`cursor`: a column is called"),
            ("cursor = [\"i\"]", "`query` has no `:i`"),
            (
                "query = \"DELETE FROM t\"",
                "`query` must begin with SELECT",
            ),
            ("query = \"selection\"", "`query` must begin with SELECT"),
            ("present = \"DELETE FROM t\"", "`present` must begin with"),
            (
                "present = \"SELECT 1; DELETE FROM t\"",
                "`present` must be one statement",
            ),
            ("query = \"SELECT 1::at, :id\"", "`query` has no `:at`"),
            (
                "query = \"SELECT * FROM t WHERE (at, id) > (:at, :id) -- ORDER BY at\"",
                "`query` must say ORDER BY at, id: without it",
            ),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
        assert_eq!(
            settings("query = \"\\n with a as (:at) :id order by 1\"").check(),
            Ok(())
        );
        // A comment there, and none in the other databases.
        let mysql = "url = \"mysql://db/crm\"\nquery = \"SELECT :at, :id # ORDER BY at\"";
        assert!(settings(mysql).check().is_err());
    }

    #[test]
    fn a_place_has_a_text_or_a_number_for_each_column_of_the_cursor() {
        let usual = settings("");
        for place in [
            json!({"at": "2026-11-24 10:00:00+00", "id": 7}),
            json!({"at": "2026-11-24", "id": "PR-7"}),
            json!({"at": "-17.5", "id": 7}),
            json!({"at": 17, "id": 7}),
        ] {
            assert_eq!(usual.check_place(&place), Ok(()));
        }
        for (place, said) in [
            (json!("2026-11-24"), "a place is an object in { }"),
            (json!({"at": "2026-11-24"}), "the place has no `id`"),
            (
                json!({"at": "2026-11-24", "id": null}),
                "`id` is null; write a text",
            ),
            (
                json!({"at": "2026-11-24", "id": 7, "ID": 7}),
                "the place has `ID`, which is no column of `cursor`: at, id",
            ),
            (json!({"at": "yesterday", "id": 7}), "`at` is `yesterday`"),
            (json!({"at": "infinity", "id": 7}), "`at` is `infinity`"),
        ] {
            let fault = usual.check_place(&place).unwrap_err();
            assert!(fault.starts_with(said), "{place}: {fault}");
        }
        // Nobody goes back from it: it may be any text.
        let alone = settings("overlap = \"0s\"");
        let place = json!({"at": "PR-7", "id": 7});
        assert_eq!(alone.check_place(&place), Ok(()));
    }

    #[test]
    fn a_source_with_a_query_of_what_is_open_can_be_asked_for_it() {
        assert!(settings("").why_not_asked().unwrap().contains("`present`"));
        let asked = settings("present = \"WITH a AS (SELECT 1 AS b) SELECT b FROM a;\"");
        assert_eq!((asked.check(), asked.why_not_asked()), (Ok(()), None));
    }

    #[test]
    fn a_password_is_never_printed() {
        let settings = settings("url = \"postgres://reader:s3cret@db/crm\"");
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}
