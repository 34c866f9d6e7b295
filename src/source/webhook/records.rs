//! The records of a request: one, a list of them, or a list inside an envelope. Each is an object;
//! what stands around the list goes with each as `_envelope`.

use serde_json::{Map, Value};

use crate::domain::FieldError;
use crate::domain::limits::{SOURCE_ROW, WEBHOOK_ENVELOPES, WEBHOOK_ITEMS};
use crate::source::reader::SourceRecord;

/// The field of a record that holds what stands around the list.
const ENVELOPE: &str = "_envelope";

/// Why nothing of a body is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostedFault {
    /// It is not what the settings say.
    #[error("{0}")]
    Unfit(FieldError),
    /// It is more than is taken at once.
    #[error("{0}")]
    TooMuch(FieldError),
}

/// The records of a body. `items`: where the list is; `whence`: of what request, for people.
pub(super) fn records(
    items: Option<&str>,
    body: Value,
    whence: &str,
) -> Result<Vec<SourceRecord>, PostedFault> {
    let Some(items) = items else {
        return listed("", body, None, whence);
    };
    let mut envelope = body;
    let list = taken_out(items, &mut envelope)?;
    listed(&pointer(items), list, Some(envelope), whence)
}

/// `data.alerts` as a JSON pointer (RFC 6901 §3).
fn pointer(items: &str) -> String {
    let escaped = items.replace('~', "~0").replace('/', "~1");
    format!("/{}", escaped.replace('.', "/"))
}

/// Takes the list out of its envelope.
fn taken_out(items: &str, envelope: &mut Value) -> Result<Value, PostedFault> {
    let missing = || {
        let detail = format!("there is no `{items}`, where the settings say the list is");
        PostedFault::Unfit(FieldError::new(pointer(items), detail))
    };
    let (way, last) = items.rsplit_once('.').unwrap_or(("", items));
    let mut inside = envelope;
    for name in way.split('.').filter(|name| !name.is_empty()) {
        inside = inside.get_mut(name).ok_or_else(missing)?;
    }
    inside
        .as_object_mut()
        .and_then(|fields| fields.remove(last))
        .ok_or_else(missing)
}

fn listed(
    at: &str,
    found: Value,
    envelope: Option<Value>,
    whence: &str,
) -> Result<Vec<SourceRecord>, PostedFault> {
    let (items, is_list) = match found {
        Value::Array(items) => (items, true),
        one => (vec![one], false),
    };
    let envelope = envelope.filter(|it| it.as_object().is_some_and(|fields| !fields.is_empty()));
    bounded(at, items.len(), envelope.as_ref())?;
    let mut records = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let at = match is_list {
            true => format!("{at}/{index}"),
            false => at.to_owned(),
        };
        let mut fields = object(&at, item)?;
        if let Some(envelope) = &envelope {
            fields.insert(ENVELOPE.to_owned(), envelope.clone());
        }
        let place = match at.is_empty() {
            true => whence.to_owned(),
            false => format!("{at} of {whence}"),
        };
        records.push(SourceRecord { place, fields });
    }
    Ok(records)
}

/// Refuses more than one transaction takes.
fn bounded(at: &str, count: usize, envelope: Option<&Value>) -> Result<(), PostedFault> {
    let excess = |detail: String| Err(PostedFault::TooMuch(FieldError::new(at, detail)));
    if count > WEBHOOK_ITEMS {
        return excess(format!(
            "it holds {count} records; at most {WEBHOOK_ITEMS} are taken at once; send them in parts"
        ));
    }
    let around = envelope.map_or(0, |it| it.to_string().len());
    if around.saturating_mul(count) > WEBHOOK_ENVELOPES {
        return excess(format!(
            "what stands around the list has {around} bytes and goes with each of its {count} \
             records, {WEBHOOK_ENVELOPES} bytes in all at most; send them in parts"
        ));
    }
    Ok(())
}

fn object(at: &str, item: Value) -> Result<Map<String, Value>, PostedFault> {
    let length = item.to_string().len();
    match item {
        Value::Object(_) if length > SOURCE_ROW => {
            let detail = format!("the record has {length} bytes; at most {SOURCE_ROW} are taken");
            Err(PostedFault::TooMuch(FieldError::new(at, detail)))
        }
        Value::Object(fields) => Ok(fields),
        _ => {
            let detail = "a record is an object in { }";
            Err(PostedFault::Unfit(FieldError::new(at, detail)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(items: Option<&str>, body: Value) -> Result<Vec<Value>, (bool, String)> {
        let read = records(items, body, "a request");
        let fields = |record: SourceRecord| Value::Object(record.fields);
        match read {
            Ok(records) => Ok(records.into_iter().map(fields).collect()),
            Err(PostedFault::Unfit(fault)) => Err((false, fault.to_string())),
            Err(PostedFault::TooMuch(fault)) => Err((true, fault.to_string())),
        }
    }

    #[test]
    fn a_body_is_one_record_or_a_list_or_an_envelope_with_one() {
        assert_eq!(read(None, json!({"id": 1})), Ok(vec![json!({"id": 1})]));
        let two = json!([{"id": 1}, {"id": 2}]);
        assert_eq!(read(None, two.clone()).unwrap().len(), 2);
        assert_eq!(read(None, json!([])), Ok(vec![]));
        let body = json!({"receiver": "a", "data": {"kind": "b", "alerts": two}});
        let around = json!({"receiver": "a", "data": {"kind": "b"}});
        assert_eq!(
            read(Some("data.alerts"), body),
            Ok(vec![
                json!({"id": 1, "_envelope": around}),
                json!({"id": 2, "_envelope": around}),
            ])
        );
        let alone = json!({"ticket": {"id": 1}});
        assert_eq!(read(Some("ticket"), alone), Ok(vec![json!({"id": 1})]));
    }

    #[test]
    fn a_record_has_its_place_in_the_request() {
        let body = json!({"alerts": [{"id": 1}, {"id": 2}]});
        let found = records(Some("alerts"), body, "a request").unwrap();
        assert_eq!(found[1].place, "/alerts/1 of a request");
        let found = records(None, json!({}), "a request").unwrap();
        assert_eq!(found[0].place, "a request");
    }

    #[test]
    fn what_is_no_record_is_named_with_its_place() {
        for (items, body, said) in [
            (None, json!(7), "a record is an object"),
            (None, json!([{}, "x"]), "/1: a record is an object"),
            (Some("a.b"), json!({"a": {}}), "/a/b: there is no `a.b`"),
            (Some("a.b"), json!({"a": 7}), "/a/b: there is no `a.b`"),
            (Some("a"), json!([]), "/a: there is no `a`"),
            (Some("a"), json!({"a": [null]}), "/a/0: a record"),
        ] {
            let (too_much, fault) = read(items, body).unwrap_err();
            assert!(!too_much && fault.starts_with(said), "{fault}");
        }
    }

    #[test]
    fn what_is_more_than_is_taken_at_once_is_refused_whole() {
        let many = vec![json!({}); WEBHOOK_ITEMS + 1];
        let (too_much, fault) = read(None, json!(many)).unwrap_err();
        assert!(too_much && fault.contains("1001 records"), "{fault}");
        let around = "x".repeat(WEBHOOK_ENVELOPES / WEBHOOK_ITEMS);
        let body = json!({"around": around, "a": vec![json!({}); WEBHOOK_ITEMS]});
        let (too_much, fault) = read(Some("a"), body).unwrap_err();
        assert!(
            too_much && fault.starts_with("/a: what stands around"),
            "{fault}"
        );
        let large = json!({"a": "x".repeat(SOURCE_ROW)});
        let (too_much, fault) = read(None, large).unwrap_err();
        assert!(too_much && fault.contains("at most 262144"), "{fault}");
    }
}
