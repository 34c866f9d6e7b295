//! One request as a record: the fields of the standard, whether it has them or not, and what a town
//! adds to them.

use serde_json::{Map, Value};

use super::answer::word;
use crate::domain::limits::SOURCE_ROW;
use crate::source::mapping::digest;
use crate::source::reader::SourceRecord;

/// What tells a request from the others.
const ID: &str = "service_request_id";
/// What towns add, within a request.
const EXTENDED: &str = "extended_attributes";
/// What a request may have by the standard; a field that is not there is empty.
const STANDARD: [&str; 17] = [
    ID,
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
];
/// Letters of the digest that stands for an id.
const NAME_LETTERS: usize = 16;

/// Tells an item from the others of a look.
pub(super) fn identity(item: &Value) -> String {
    word(item, ID).unwrap_or_else(|| {
        let mut name = digest(&item.to_string());
        name.truncate(NAME_LETTERS);
        name
    })
}

/// When it changed, as it stands there.
pub(super) fn changed(item: &Value) -> Option<&str> {
    let text = item.get("updated_datetime")?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The record of a request, or of why it is none. `None`: it is nobody's, since the field that says
/// whose it is, `client`, is empty; or it waits for its number.
pub(super) fn record(item: Value, client: Option<&str>) -> Option<SourceRecord> {
    let place = identity(&item);
    let text = item.to_string();
    let unreadable = |why: &str| Some(SourceRecord::unreadable(place.clone(), why, &text));
    let has_id = word(&item, ID).is_some();
    let waits = word(&item, "token").is_some();
    let Value::Object(fields) = item else {
        return unreadable("a request must be an object in { }");
    };
    if !has_id {
        return match waits {
            true => None,
            false => unreadable("it has no `service_request_id` of a text or a number"),
        };
    }
    if text.len() > SOURCE_ROW {
        return unreadable(&format!("it is larger than {} KiB", SOURCE_ROW / 1_024));
    }
    let fields = complete(fields);
    let is_somebodys = client.is_none_or(|name| match fields.get(name) {
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Number(_)) => true,
        _ => false,
    });
    is_somebodys.then_some(SourceRecord { place, fields })
}

/// With all fields of the standard, and those that the town adds beside them.
fn complete(mut fields: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Object(added)) = fields.get(EXTENDED).cloned() {
        for (name, value) in added {
            // A field of the standard is what the standard says.
            fields.entry(name).or_insert(value);
        }
    }
    for name in STANDARD {
        fields.entry(name).or_insert(Value::Null);
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unread(item: Value) -> String {
        let fields = record(item, Some("email")).unwrap().fields;
        fields["_unreadable"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    #[test]
    fn a_record_has_every_field_of_the_standard_and_what_the_town_adds() {
        let item = json!({
            "service_request_id": 638_344, "status": "open", "lat": 44.5,
            "extended_attributes": {"email": "a@example.it", "status": "hidden", "ward": 21},
        });
        let record = record(item, Some("email")).unwrap();
        assert_eq!(record.place, "638344");
        assert_eq!(record.fields["status"], "open");
        assert_eq!(record.fields["email"], "a@example.it");
        assert_eq!(record.fields["ward"], 21);
        assert_eq!(record.fields["expected_datetime"], Value::Null);
    }

    #[test]
    fn a_request_without_a_client_is_nobodys() {
        for item in [
            json!({"service_request_id": "7"}),
            json!({"service_request_id": "7", "email": " "}),
            json!({"service_request_id": "7", "email": null, "extended_attributes": null}),
            json!({"service_request_id": null, "token": "a1"}),
        ] {
            assert_eq!(record(item.clone(), Some("email")), None, "{item}");
        }
        let anybodys = json!({"service_request_id": "7"});
        assert!(record(anybodys, None).is_some());
    }

    #[test]
    fn what_is_no_request_is_kept_for_people() {
        assert!(unread(json!({"status": "open"})).contains("no `service_request_id`"));
        assert!(unread(json!({"service_request_id": ""})).contains("no `service_request_id`"));
        assert!(unread(json!("PR-9")).contains("an object"));
        let large = json!({"service_request_id": 7, "description": "x".repeat(SOURCE_ROW)});
        assert!(unread(large).contains("larger than 256 KiB"));
    }
}
