//! What can go wrong in the store, in the caller's words.

/// A store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not do it: gone, full, read-only, or out of connections.
    #[error("the store cannot {operation}: {source}")]
    Database {
        /// What was being done.
        operation: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// A row that must be there is not.
    #[error("{what} `{key}` is not in the store")]
    Missing {
        /// Which kind of thing.
        what: &'static str,
        key: String,
    },
    /// A stored value that the code cannot read: a bug or a foreign hand.
    #[error("{table}.{column} of row {row} holds `{value}`, which is not valid")]
    Inconsistent {
        table: &'static str,
        column: &'static str,
        row: String,
        value: String,
    },
    /// The store cannot be opened or is not fit for use.
    #[error("{0}")]
    Unfit(String),
}

impl StoreError {
    /// That a row is not there which must be.
    pub(crate) fn missing(what: &'static str, key: impl std::fmt::Display) -> Self {
        let key = key.to_string();
        Self::Missing { what, key }
    }

    /// Whether the database is there and refused what it was given: something else may be taken.
    #[must_use]
    pub const fn is_an_answer(&self) -> bool {
        matches!(
            self,
            Self::Database {
                source: sqlx::Error::Database(_),
                ..
            }
        )
    }

    /// Whether the database is there and will never take what it was given, however often it is
    /// tried: who sent it must send something else.
    #[must_use]
    pub fn is_unholdable(&self) -> bool {
        match self {
            Self::Database {
                source: sqlx::Error::Database(error),
                ..
            } => error
                .code()
                .is_some_and(|code| UNHOLDABLE.contains(&code.as_ref())),
            _ => false,
        }
    }
}

/// What a database will never take: on PostgreSQL a NUL in a text or in JSON, and a text too long
/// for an index; on SQLite a text larger than it holds.
const UNHOLDABLE: [&str; 4] = ["22021", "22P05", "54000", "18"];

/// Says what was being done when a database error came.
pub(crate) trait Doing<T> {
    fn doing(self, operation: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, operation: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { operation, source })
    }
}
