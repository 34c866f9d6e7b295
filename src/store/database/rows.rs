//! Rows out and rows in: structs that are read by the names of their columns, and lists that are
//! bound as one JSON array, so that the SQL stays constant.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::error::BoxDynError;

use crate::store::StoreError;

/// Declares a struct that is read from the columns named like its fields.
///
/// - `field: T = function` reads what the function takes and has it make the `T`;
/// - `field: T = function as (column, ...)` has the function make the `T` of several columns;
/// - `field: T as column` reads a column of another name;
/// - `field: T as row` reads another such struct out of the same row;
/// - `field: T as default` reads nothing.
///
/// `for T { field, … }` says how a struct is read that is declared elsewhere.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $(
        $(#[$field_meta:meta])*
        $field_vis:vis $field:ident: $type:ty $(= $convert:path)? $(as $row:tt)?,
    )+ }) => {
        $(#[$meta])*
        $vis struct $name { $( $(#[$field_meta])* $field_vis $field: $type, )+ }

        $crate::store::database::rows::row! {
            for $name { $($field $(= $convert)? $(as $row)?,)+ }
        }
    };
    (for $name:ident { $($field:ident $(= $convert:path)? $(as $row:tt)?,)+ }) => {
        $crate::store::database::rows::from_row! {
            sqlx::sqlite::SqliteRow, $name { $($field $(= $convert)? $(as $row)?,)+ }
        }
        $crate::store::database::rows::from_row! {
            sqlx::postgres::PgRow, $name { $($field $(= $convert)? $(as $row)?,)+ }
        }
    };
}

/// The reading of [`row`], for one database.
macro_rules! from_row {
    ($row:ty, $name:ident { $($field:ident $(= $convert:path)? $(as $nested:tt)?,)+ }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                Ok(Self { $(
                    $field: $crate::store::database::rows::column!(
                        row, $field $(= $convert)? $(as $nested)?
                    ),
                )+ })
            }
        }
    };
}

/// One field of [`row`].
macro_rules! column {
    ($from:ident, $field:ident) => {
        sqlx::Row::try_get($from, stringify!($field))?
    };
    ($from:ident, $field:ident = $convert:path) => {
        $crate::store::database::rows::column!($from, $field = $convert as $field)
    };
    ($from:ident, $field:ident = $convert:path as $column:ident) => {
        $convert(sqlx::Row::try_get($from, stringify!($column))?).map_err(|source| {
            sqlx::Error::ColumnDecode {
                index: format!("{:?}", stringify!($column)),
                source,
            }
        })?
    };
    ($from:ident, $field:ident = $convert:path as ($($column:ident),+)) => {
        $convert($(sqlx::Row::try_get($from, stringify!($column))?),+)
    };
    ($from:ident, $field:ident as row) => {
        sqlx::FromRow::from_row($from)?
    };
    ($from:ident, $field:ident as default) => {
        Default::default()
    };
    ($from:ident, $field:ident as $column:ident) => {
        sqlx::Row::try_get($from, stringify!($column))?
    };
}

pub(crate) use {column, from_row, row};

/// A text of JSON, for [`row`].
pub(crate) fn json_column<T: DeserializeOwned>(text: &str) -> Result<T, BoxDynError> {
    serde_json::from_str(text).map_err(|error| not_valid(text, &error.into()))
}

/// A text of a closed form, for [`row`].
pub(crate) fn parsed<T: FromStr<Err: Into<BoxDynError>>>(text: &str) -> Result<T, BoxDynError> {
    text.parse()
        .map_err(|error: T::Err| not_valid(text, &error.into()))
}

/// The same where there may be none.
pub(crate) fn maybe_parsed<T: FromStr<Err: Into<BoxDynError>>>(
    text: Option<&str>,
) -> Result<Option<T>, BoxDynError> {
    text.map(parsed).transpose()
}

/// Texts of a closed form with blanks between them, for [`row`].
pub(crate) fn list<T: FromStr<Err: Into<BoxDynError>>>(
    text: Option<&str>,
) -> Result<Vec<T>, BoxDynError> {
    text.unwrap_or_default()
        .split_whitespace()
        .map(parsed)
        .collect()
}

/// A number of a smaller range, for [`row`].
pub(crate) fn small<T: TryFrom<i64, Error: Into<BoxDynError>>>(
    number: i64,
) -> Result<T, BoxDynError> {
    number
        .try_into()
        .map_err(|error: T::Error| not_valid(number, &error.into()))
}

fn not_valid(value: impl Display, error: &BoxDynError) -> BoxDynError {
    format!("`{value}` is not valid: {error}").into()
}

/// The rows as a JSON array, to be read by `words::rows!`.
pub(crate) fn json<T: Serialize>(rows: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(rows)
        .map_err(|error| StoreError::Unfit(format!("cannot write rows as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use crate::domain::{Address, Channel, ClientId, Timestamp};
    use crate::store::database::sql::one;
    use crate::store::{Store, StoreUrl};

    row! {
        struct Known {
            id: ClientId,
            address: Address as row,
            time_zone: chrono_tz::Tz = super::parsed,
            since: Option<Timestamp> as created_at,
            rest: Vec<i64> as default,
        }
    }

    async fn read(channel: &str, zone: &str) -> Result<Known, crate::store::StoreError> {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("a.db"));
        let mut tx = Store::open(&url, 1).await.unwrap().read().await.unwrap();
        one!(tx.conn, "read a client",
            "SELECT 7 AS id, $1 AS channel, '+39333' AS address, $2 AS time_zone, 9 AS created_at";
            channel, zone
        )
    }

    #[tokio::test]
    async fn a_row_is_read_by_the_names_of_its_columns() {
        let known = read("sms", "Europe/Rome").await.unwrap();
        assert_eq!(known.id, ClientId::new(7));
        assert_eq!(
            known.address,
            Address::from_stored(Channel::Sms, "+39333".to_owned())
        );
        assert_eq!(known.time_zone, chrono_tz::Europe::Rome);
        assert_eq!(known.since, Some(Timestamp::from_micros(9)));
        assert!(known.rest.is_empty());
    }

    #[tokio::test]
    async fn a_value_that_cannot_be_read_names_its_column_and_itself() {
        let error = read("pigeon", "Europe/Rome")
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("cannot read a client"), "{error}");
        assert!(
            error.contains("\"channel\"") && error.contains("`pigeon`"),
            "{error}"
        );
        let error = read("sms", "Atlantis").await.err().unwrap().to_string();
        assert!(
            error.contains("\"time_zone\"") && error.contains("`Atlantis`"),
            "{error}"
        );
    }
}
