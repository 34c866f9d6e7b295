//! A change as Debezium tells it: the row before and after, and what was done to it, with or without
//! the schema around. An empty column of a deleted row may only be one that the database did not
//! write down: nothing is concluded from it here.

use serde_json::{Map, Value};

use super::message::{NatsSaying, object};

/// What was done to the row, in one letter.
const DONE: &str = "_op";
/// The table it stands in.
const TABLE: &str = "_table";

/// The change in a message.
pub(super) fn change(body: &[u8]) -> Result<NatsSaying, String> {
    // A tombstone: it only says to those who keep the last message of a row that it is gone.
    if body.is_empty() || body == b"null" {
        return Ok(NatsSaying::Nothing);
    }
    let mut envelope = object(body)?;
    if envelope.contains_key("schema") || !envelope.contains_key("op") {
        match envelope.remove("payload") {
            Some(Value::Object(payload)) => envelope = payload,
            Some(Value::Null) => return Ok(NatsSaying::Nothing),
            _ => {}
        }
    }
    let done = envelope
        .get("op")
        .and_then(Value::as_str)
        .map(str::to_owned);
    match done.as_deref() {
        Some(done @ ("c" | "u" | "r")) => row(&mut envelope, "after", done),
        Some(done @ "d") => row(&mut envelope, "before", done),
        // A table was emptied; a message of the application's.
        Some("t" | "m") => Ok(NatsSaying::Nothing),
        Some(_) => Err("its `op` is none of c, u, r, d, t and m".to_owned()),
        None => Err(
            "it is no change of Debezium: there is no `op`. If it is flattened to the row alone, \
             set `format = \"json\"`"
                .to_owned(),
        ),
    }
}

fn row(envelope: &mut Map<String, Value>, side: &str, done: &str) -> Result<NatsSaying, String> {
    let Some(Value::Object(mut fields)) = envelope.remove(side) else {
        let hint = match side {
            "before" => ": let the table write down its old rows (REPLICA IDENTITY in PostgreSQL)",
            _ => "",
        };
        return Err(format!(
            "its `op` is {done}, and `{side}` holds no row{hint}"
        ));
    };
    let source = envelope.get("source").and_then(Value::as_object);
    let of_source = |key: &str| source.and_then(|source| source.get(key));
    let table = of_source("table").or(of_source("collection"));
    let stood_there = done == "r" || of_source("snapshot").is_some_and(is_snapshot);
    fields.insert(DONE.to_owned(), done.into());
    fields.insert(TABLE.to_owned(), table.cloned().unwrap_or_default());
    Ok(NatsSaying::Fields {
        fields,
        stood_there,
    })
}

/// Its word has changed over the versions: `true`, `first`, `last`, `incremental`.
fn is_snapshot(word: &Value) -> bool {
    match word {
        Value::Bool(yes) => *yes,
        Value::String(word) => !word.is_empty() && word != "false",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(envelope: &Value) -> Result<NatsSaying, String> {
        change(envelope.to_string().as_bytes())
    }

    #[test]
    fn each_change_is_the_row_with_what_was_done() {
        let source = json!({"table": "pratiche", "snapshot": "false"});
        for (done, before, after) in [
            ("c", Value::Null, json!({"id": 1, "stato": "NUOVA"})),
            (
                "u",
                json!({"id": 1, "stato": null}),
                json!({"id": 1, "stato": "NUOVA"}),
            ),
            ("d", json!({"id": 1, "stato": null}), Value::Null),
        ] {
            let row = if done == "d" { &before } else { &after };
            let mut expected = row.as_object().unwrap().clone();
            expected.insert("_op".to_owned(), done.into());
            expected.insert("_table".to_owned(), "pratiche".into());
            let bare = json!({"op": done, "before": before, "after": after, "source": source});
            let wrapped = json!({"schema": {"type": "struct"}, "payload": bare});
            for envelope in [bare, wrapped] {
                let expected = NatsSaying::Fields {
                    fields: expected.clone(),
                    stood_there: false,
                };
                assert_eq!(said(&envelope), Ok(expected));
            }
        }
    }

    #[test]
    fn what_a_snapshot_shows_stood_there_before() {
        for (done, word, expected) in [
            ("r", json!("false"), true),
            ("c", json!("incremental"), true),
            ("r", json!("last"), true),
            ("u", json!(true), true),
            ("u", json!(false), false),
            ("u", Value::Null, false),
        ] {
            let envelope = json!({"op": done, "after": {"id": 1}, "source": {"snapshot": word}});
            let NatsSaying::Fields { stood_there, .. } = said(&envelope).unwrap() else {
                panic!("{envelope}");
            };
            assert_eq!(stood_there, expected, "{envelope}");
        }
    }

    #[test]
    fn what_tells_nobody_anything_is_passed_over() {
        assert_eq!(change(b""), Ok(NatsSaying::Nothing));
        for envelope in [
            Value::Null,
            json!({"schema": {}, "payload": null}),
            json!({"op": "t", "source": {"table": "pratiche"}}),
            json!({"op": "m", "message": {"prefix": "a"}}),
        ] {
            assert_eq!(said(&envelope), Ok(NatsSaying::Nothing), "{envelope}");
        }
    }

    #[test]
    fn what_is_no_change_says_why() {
        for (envelope, why) in [
            (json!({"id": 1}), "it is no change of Debezium"),
            (json!({"op": "x"}), "its `op` is none of"),
            (
                json!({"op": "d", "before": null}),
                "its `op` is d, and `before` holds no row: let",
            ),
            (
                json!({"op": "c"}),
                "its `op` is c, and `after` holds no row",
            ),
            (json!([1]), "it is JSON, but no object"),
        ] {
            let said = said(&envelope).unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
    }
}
