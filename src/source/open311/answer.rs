//! What an answer of a server holds: the list at its top, as the standard has it, or within an object,
//! as programs make it that come from XML; or the list of errors that some send with status 200.

use serde_json::Value;

use crate::source::fault::SourceFault;
use crate::source::http::FeedBody;
use crate::text::sanitize;

/// What some programs write before their JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Letters of their words that a fault repeats.
const SHOWN_LETTERS: usize = 120;
/// Where lists stand that are not at the top.
const WITHIN: [&str; 6] = [
    "service_requests",
    "requests",
    "request",
    "services",
    "service",
    "errors",
];

/// The items of an answer.
pub(super) fn listed(body: &FeedBody) -> Result<Vec<Value>, SourceFault> {
    let answer = parsed(body)?;
    if is_error(&answer) {
        return Err(refused(&[answer]));
    }
    match items(answer) {
        Some(items) if !items.is_empty() && items.iter().all(is_error) => Err(refused(&items)),
        Some(items) => Ok(items),
        None => Err(SourceFault::Unexpected(
            "its answer is no list of requests; is `url` the endpoint of Open311 (GeoReport v2)?"
                .to_owned(),
        )),
    }
}

/// A text or a number of an item, as text.
pub(super) fn word(item: &Value, name: &str) -> Option<String> {
    match item.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn items(answer: Value) -> Option<Vec<Value>> {
    match answer {
        Value::Array(items) => Some(items),
        Value::Object(mut fields) => {
            let inner = WITHIN.iter().find_map(|name| fields.remove(*name))?;
            // To many programs an empty list is nothing.
            if inner.is_null() {
                Some(Vec::new())
            } else {
                items(inner)
            }
        }
        _ => None,
    }
}

fn parsed(body: &FeedBody) -> Result<Value, SourceFault> {
    let bytes = body.bytes.strip_prefix(BYTE_ORDER_MARK);
    let bytes = bytes.unwrap_or(&body.bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let is_markup = bytes.trim_ascii_start().starts_with(b"<");
        SourceFault::Unexpected(match is_markup {
            true => "it answers with a page or XML where JSON should come; check `url`, and whether the \
                     server speaks JSON at all"
                .to_owned(),
            false => format!("its answer is no JSON: {error}"),
        })
    })
}

/// An error has a code and a description, and nothing of a request or a service.
fn is_error(item: &Value) -> bool {
    let has = |name: &str| item.get(name).is_some();
    has("code") && has("description") && !has("service_request_id") && !has("service_code")
}

fn refused(errors: &[Value]) -> SourceFault {
    let said = errors.first().map(|error| {
        let part = |name: &str| word(error, name).unwrap_or_default();
        sanitize::excerpt(
            &format!("{} {}", part("code"), part("description")),
            SHOWN_LETTERS,
        )
    });
    SourceFault::Refused(said.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> Result<Vec<Value>, String> {
        let body = FeedBody {
            bytes: body.into(),
            content_type: None,
            validator: None,
        };
        listed(&body).map_err(|fault| fault.to_string())
    }

    #[test]
    fn the_list_is_at_the_top_or_within() {
        for body in [
            "[{\"service_request_id\": 7}]",
            "\u{feff}{\"service_requests\": [{\"service_request_id\": 7}]}",
            "{\"requests\": [{\"service_request_id\": 7}], \"count\": 1}",
            "{\"service_requests\": {\"request\": [{\"service_request_id\": 7}]}}",
        ] {
            assert_eq!(
                read(body).unwrap(),
                [json!({"service_request_id": 7})],
                "{body}"
            );
        }
        for empty in ["[]", "{\"service_requests\": null}"] {
            assert!(read(empty).unwrap().is_empty(), "{empty}");
        }
    }

    #[test]
    fn what_is_no_list_is_said() {
        for (body, said) in [
            ("<html>Welcome</html>", "page or XML"),
            ("<?xml version=\"1.0\"?><service_requests/>", "page or XML"),
            ("[{", "no JSON"),
            ("{\"data\": []}", "no list of requests"),
            ("7", "no list of requests"),
            (
                "[{\"code\": 400, \"description\": \"jurisdiction_id was not provided\"}]",
                "it refuses: 400 jurisdiction_id was not provided",
            ),
            (
                "{\"code\": 403, \"description\": \"Key is invalid\"}",
                "it refuses: 403 Key is",
            ),
            (
                "{\"errors\": [{\"code\": 1, \"description\": \"no\"}]}",
                "it refuses: 1 no",
            ),
        ] {
            let fault = read(body).unwrap_err();
            assert!(fault.contains(said), "{body}: {fault}");
        }
    }

    #[test]
    fn a_service_with_a_description_is_no_error() {
        let service = "[{\"service_code\": \"1\", \"code\": 1, \"description\": \"Lights\"}]";
        assert_eq!(read(service).unwrap().len(), 1);
    }
}
