//! A `CloudEvent` in a message of NATS: whole in its JSON, or with its attributes in headers that begin
//! with `ce-` and its data alone in the body. Whether it is an event that Araldo takes is checked
//! where every event is.

use std::collections::BTreeMap;

use async_nats::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::message::{NatsSaying, changed, object};

/// Begins the headers that hold attributes.
const ATTRIBUTE: &str = "ce-";
/// The header that says what the body is.
const CONTENT_TYPE: &str = "content-type";

/// The event in a message.
pub(super) fn event(headers: Option<&HeaderMap>, body: &[u8]) -> Result<NatsSaying, String> {
    let headers = read(headers)?;
    let content = headers.get(CONTENT_TYPE).map(String::as_str);
    let content = content.unwrap_or_default().to_ascii_lowercase();
    if content.starts_with("application/cloudevents-batch") {
        return Err("it holds a batch of events; publish each of them by itself".to_owned());
    }
    let is_whole = content.starts_with("application/cloudevents");
    let has_attributes = headers.keys().any(|name| name.starts_with(ATTRIBUTE));
    if has_attributes && !is_whole {
        return by_headers(&headers, &content, body).map(changed);
    }
    let event = object(body)?;
    match event.contains_key("specversion") {
        true => Ok(changed(event)),
        false => Err(
            "it is no CloudEvent: `specversion` stands neither in the JSON nor in a header \
             `ce-specversion`"
                .to_owned(),
        ),
    }
}

type NatsHeaders = BTreeMap<String, String>;

/// The headers by their names in small letters: only servers of HTTP do not tell `Ce-Id` from `ce-id`.
fn read(headers: Option<&HeaderMap>) -> Result<NatsHeaders, String> {
    let mut read = NatsHeaders::new();
    let all = headers.into_iter().flat_map(HeaderMap::iter);
    for (name, values) in all {
        let name = name.to_string().to_ascii_lowercase();
        if let Some(value) = values.first() {
            let value = match name.starts_with(ATTRIBUTE) {
                true => decoded(value.as_str())
                    .ok_or_else(|| format!("the header `{name}` is no text in UTF-8"))?,
                false => value.as_str().to_owned(),
            };
            read.insert(name, value);
        }
    }
    Ok(read)
}

/// As over HTTP: quotation marks around it go, then what stands behind a `%` is a byte.
fn decoded(value: &str) -> Option<String> {
    let quoted = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let text = match quoted {
        None => value.to_owned(),
        Some(inner) => unescaped(inner),
    };
    let text = percent_decode_str(&text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// Without the `\` before a sign that stands for itself.
fn unescaped(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut signs = quoted.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => text.extend(signs.next()),
            sign => text.push(sign),
        }
    }
    text
}

fn by_headers(
    headers: &NatsHeaders,
    content: &str,
    body: &[u8],
) -> Result<Map<String, Value>, String> {
    let mut event = Map::new();
    for (name, value) in headers {
        if let Some(attribute) = name.strip_prefix(ATTRIBUTE) {
            event.insert(attribute.to_owned(), Value::String(value.clone()));
        }
    }
    if !content.is_empty() {
        event.insert("datacontenttype".to_owned(), content.into());
    }
    if !body.is_empty() {
        let kind = content.split(';').next().unwrap_or_default().trim();
        let data = match kind.is_empty() || kind.ends_with("json") {
            true => serde_json::from_slice(body)
                .map_err(|error| format!("its data is no JSON: {error}"))?,
            false => Value::String(String::from_utf8_lossy(body).into_owned()),
        };
        event.insert("data".to_owned(), data);
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, *value);
        }
        headers
    }

    fn fields(pairs: &[(&str, &str)], body: &str) -> Result<Value, String> {
        let said = event(Some(&headers(pairs)), body.as_bytes())?;
        match said {
            NatsSaying::Fields { fields, .. } => Ok(Value::Object(fields)),
            NatsSaying::Nothing => Err("nothing".to_owned()),
        }
    }

    #[test]
    fn an_event_in_json_is_taken_as_it_is() {
        let whole = json!({"specversion": "1.0", "id": "1", "data": {"case": "PR-7"}});
        let structured = [(
            "Content-Type",
            "application/cloudevents+json; charset=utf-8",
        )];
        for pairs in [[].as_slice(), structured.as_slice()] {
            assert_eq!(fields(pairs, &whole.to_string()), Ok(whole.clone()));
        }
    }

    #[test]
    fn an_event_in_headers_is_put_together() {
        let pairs = [
            ("ce-specversion", "1.0"),
            ("Ce-Id", "PR-7:1"),
            ("ce-source", "/crm/citt%C3%A0"),
            ("ce-type", "\"case.\\opened\""),
            ("content-type", "application/json"),
            ("Nats-Msg-Id", "PR-7:1"),
        ];
        let expected = json!({
            "specversion": "1.0",
            "id": "PR-7:1",
            "source": "/crm/città",
            "type": "case.opened",
            "datacontenttype": "application/json",
            "data": {"case": "PR-7"},
        });
        assert_eq!(fields(&pairs, r#"{"case": "PR-7"}"#), Ok(expected));
    }

    #[test]
    fn what_is_no_event_says_why() {
        let attributes = [("ce-id", "1")];
        let broken = [("ce-id", "%ff")];
        let batch = [("content-type", "application/cloudevents-batch+json")];
        for (pairs, body, why) in [
            ([].as_slice(), "{}", "it is no CloudEvent"),
            ([].as_slice(), "", "it is no JSON"),
            (attributes.as_slice(), "{", "its data is no JSON"),
            (broken.as_slice(), "{}", "the header `ce-id` is no text"),
            (batch.as_slice(), "[]", "it holds a batch"),
        ] {
            let said = fields(pairs, body).unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
    }
}
