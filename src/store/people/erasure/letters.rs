//! Dead letters of sources that name a client: they go whole, since nothing hangs on them. They are
//! few, and searched within the transaction that erases.

use serde_json::Value;

use super::named::containing;
use crate::store::database::sql::{all, execute};
use crate::store::{Conn, StoreError, json_ids};

pub(super) async fn delete(conn: &mut Conn, reference: &str) -> Result<(), StoreError> {
    let found: Vec<(i64, String)> = all!(*conn, "look for dead letters that name a client",
        "SELECT id, record FROM source_dead WHERE record LIKE $1 ESCAPE '\\'";
        containing(&as_written(reference))
    )?;
    let theirs = found
        .iter()
        .filter(|(_, record)| is_theirs(record, reference));
    execute!(*conn, "delete dead letters that name an erased client",
        "DELETE FROM source_dead WHERE id IN (", words::ids!("$1"), ")";
        json_ids(theirs.map(|(id, _)| id))
    )
}

/// The reference as it stands inside a JSON text, or as a number.
fn as_written(reference: &str) -> String {
    let quoted = Value::from(reference).to_string();
    quoted.trim_matches('"').to_owned()
}

/// Whether a record has the reference as one of its values, however deep: as a text, or as a number
/// where references are numbers.
fn is_theirs(record: &str, reference: &str) -> bool {
    let Ok(record) = serde_json::from_str::<Value>(record) else {
        // Not JSON, and yet the reference stands in it: nobody can tell more.
        return true;
    };
    names(&record, reference)
}

fn names(value: &Value, reference: &str) -> bool {
    match value {
        Value::String(text) => text.trim() == reference,
        Value::Number(number) => number.to_string() == reference,
        Value::Array(items) => items.iter().any(|item| names(item, reference)),
        Value::Object(fields) => fields.values().any(|field| names(field, reference)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_theirs_when_a_whole_value_is_the_reference() {
        for record in [
            r#"{"cliente":"C-1"}"#,
            r#"{"cliente":" C-1 "}"#,
            r#"{"after":{"clienti":["C-2","C-1"]}}"#,
            "C-1;Maria",
        ] {
            assert!(is_theirs(record, "C-1"), "{record}");
        }
        for record in [
            r#"{"cliente":"C-11"}"#,
            r#"{"nota":"di C-1"}"#,
            r#"{"C-1":true}"#,
        ] {
            assert!(!is_theirs(record, "C-1"), "{record}");
        }
        assert!(is_theirs(r#"{"cliente":1001}"#, "1001"));
        assert!(!is_theirs(r#"{"cliente":11001}"#, "1001"));
    }

    #[test]
    fn the_reference_is_looked_for_as_json_writes_it() {
        assert_eq!(as_written("C-1"), "C-1");
        assert_eq!(as_written("a\"b\\"), r#"a\"b\\"#);
    }
}
