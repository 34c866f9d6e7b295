//! SQL that cannot be constant: the operator's own query, and names from the settings. Values never
//! get into it; they are bound.

use std::sync::Arc;

#[expect(
    clippy::disallowed_types,
    reason = "the one place for the operator's query and for names that `identifier` has quoted"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

/// The text as a statement. Made once for each connection, and cheap to repeat.
pub(in crate::source) fn stated(sql: String) -> SqlStr {
    AssertSqlSafe(Arc::<str>::from(sql)).into_sql_str()
}

/// A name as PostgreSQL reads it, whatever is in it.
pub(in crate::source) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as PostgreSQL reads it.
pub(in crate::source) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_a_text_cannot_end_its_own_quotes() {
        assert_eq!(identifier("Data Modifica"), "\"Data Modifica\"");
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
        assert_eq!(literal("l'ente"), "'l''ente'");
    }
}
