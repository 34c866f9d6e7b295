//! One statement, from its text to its answer.
//!
//! ```ignore
//! let keys: Vec<Key> = all!(self.0, "list the keys",
//!     "SELECT id, name FROM api_key WHERE id IN (", words::ids!("$1"), ") AND revoked_at > $2";
//!     ids, now
//! )?;
//! ```
//!
//! First the connection; then what is being done, as an operator reads it after "the store
//! cannot"; then the text, in pieces where the databases differ (`words`, see
//! [`super::backend`]); after `;` the values of `$1`, `$2`, …

/// Runs a statement that answers with nothing.
macro_rules! execute {
    ($($statement:tt)+) => {
        $crate::store::database::sql::affected!($($statement)+).map(drop)
    };
}

/// Runs a statement; how many rows it wrote.
macro_rules! affected {
    ($conn:expr, $operation:literal, $($sql:expr),+ $(; $($value:expr),+)? $(,)?) => {{
        let done = $crate::store::database::backend::on!(&mut $conn, |c| {
            sqlx::query(concat!($($sql),+))
                $($(.bind($value))+)?
                .execute(&mut **c)
                .await
                .map(|done| done.rows_affected())
        });
        $crate::store::database::error::Doing::doing(done, $operation)
    }};
}

/// The one row there is.
macro_rules! one {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_as, fetch_one, $($statement)+)
    };
}

/// The row, if there is one.
macro_rules! optional {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_as, fetch_optional, $($statement)+)
    };
}

macro_rules! all {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_as, fetch_all, $($statement)+)
    };
}

/// The first column of the one row there is.
macro_rules! value {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_scalar, fetch_one, $($statement)+)
    };
}

/// The first column of the row, if there is one.
macro_rules! optional_value {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_scalar, fetch_optional, $($statement)+)
    };
}

/// The first column of all rows.
macro_rules! values {
    ($($statement:tt)+) => {
        $crate::store::database::sql::fetch!(query_scalar, fetch_all, $($statement)+)
    };
}

/// What those that read have in common.
macro_rules! fetch {
    (
        $query:ident, $fetch:ident,
        $conn:expr, $operation:literal, $($sql:expr),+ $(; $($value:expr),+)? $(,)?
    ) => {{
        let rows = $crate::store::database::backend::on!(&mut $conn, |c| {
            sqlx::$query(concat!($($sql),+))
                $($(.bind($value))+)?
                .$fetch(&mut **c)
                .await
        });
        $crate::store::database::error::Doing::doing(rows, $operation)
    }};
}

pub(crate) use {affected, all, execute, fetch, one, optional, optional_value, value, values};
