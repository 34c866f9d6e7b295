//! The two databases as one closed set, and the few words in which their SQL differs.

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

use crate::store::database::under_way::UnderWay;

/// One value for SQLite or one for PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) enum Backend<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Connections, by use: SQLite has one writer, so readers never wait for it.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) read: Backend<SqlitePool, PgPool>,
    pub(crate) write: Backend<SqlitePool, PgPool>,
}

/// A transaction under way.
pub(crate) type Conn = Backend<UnderWay<Sqlite>, UnderWay<Postgres>>;

/// Runs one body, written once, against whichever database is behind `$db`.
///
/// The body is compiled twice. Inside it, `words::` names the dialect: `words::rows!("$1")`,
/// `words::skip_locked!()`. They expand to literals, so that `concat!` keeps the SQL constant.
macro_rules! on {
    ($db:expr, |$c:ident| $body:expr) => {
        match $db {
            $crate::store::database::backend::Backend::Sqlite($c) => {
                #[allow(
                    unused_imports,
                    clippy::allow_attributes,
                    reason = "not every text needs them"
                )]
                use $crate::store::database::backend::sqlite as words;
                $body
            }
            $crate::store::database::backend::Backend::Postgres($c) => {
                #[allow(
                    unused_imports,
                    clippy::allow_attributes,
                    reason = "not every text needs them"
                )]
                use $crate::store::database::backend::postgres as words;
                $body
            }
        }
    };
}
pub(crate) use on;

pub(crate) mod sqlite {
    /// A JSON array as rows with one column `value`. The binary form: a row that is itself an
    /// array is then not written out as text only to be read again for each of its fields.
    macro_rules! sqlite_rows {
        ($array:literal) => {
            concat!("jsonb_each(", $array, ")")
        };
    }
    /// A JSON array of numbers as a query of one column.
    macro_rules! sqlite_ids {
        ($array:literal) => {
            concat!("SELECT value FROM json_each(", $array, ")")
        };
    }
    /// A JSON array of texts as a query of one column.
    macro_rules! sqlite_texts {
        ($array:literal) => {
            concat!("SELECT value FROM json_each(", $array, ")")
        };
    }
    /// Take only rows that nobody else is taking: there is one writer, so nothing to say.
    macro_rules! sqlite_skip_locked {
        () => {
            ""
        };
    }
    /// Lock the rows read until the end of the transaction: the writer already has the lock.
    macro_rules! sqlite_for_update {
        () => {
            ""
        };
    }
    /// Keep others from changing the rows read until the end of the transaction.
    macro_rules! sqlite_for_share {
        () => {
            ""
        };
    }
    /// Rows of some values as one JSON array of arrays.
    macro_rules! sqlite_table {
        ($values:literal) => {
            concat!("json_group_array(json_array(", $values, "))")
        };
    }
    /// The database's clock in microseconds.
    macro_rules! sqlite_now {
        () => {
            "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)"
        };
    }
    pub(crate) use {
        sqlite_for_share as for_share, sqlite_for_update as for_update, sqlite_ids as ids,
        sqlite_now as now, sqlite_rows as rows, sqlite_skip_locked as skip_locked,
        sqlite_table as table, sqlite_texts as texts,
    };
}

/// PostgreSQL's words; see [`sqlite`] for what they mean.
pub(crate) mod postgres {
    macro_rules! postgres_rows {
        ($array:literal) => {
            concat!("jsonb_array_elements(", $array, "::jsonb)")
        };
    }
    macro_rules! postgres_ids {
        ($array:literal) => {
            concat!(
                "SELECT CAST(value AS BIGINT) FROM json_array_elements_text(",
                $array,
                "::json)"
            )
        };
    }
    macro_rules! postgres_texts {
        ($array:literal) => {
            concat!(
                "SELECT value FROM json_array_elements_text(",
                $array,
                "::json)"
            )
        };
    }
    macro_rules! postgres_skip_locked {
        () => {
            " FOR UPDATE SKIP LOCKED"
        };
    }
    macro_rules! postgres_for_update {
        () => {
            " FOR UPDATE"
        };
    }
    macro_rules! postgres_for_share {
        () => {
            " FOR SHARE"
        };
    }
    macro_rules! postgres_table {
        ($values:literal) => {
            concat!(
                "CAST(coalesce(json_agg(json_build_array(",
                $values,
                ")), '[]') AS TEXT)"
            )
        };
    }
    macro_rules! postgres_now {
        () => {
            "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
        };
    }
    pub(crate) use {
        postgres_for_share as for_share, postgres_for_update as for_update, postgres_ids as ids,
        postgres_now as now, postgres_rows as rows, postgres_skip_locked as skip_locked,
        postgres_table as table, postgres_texts as texts,
    };
}
