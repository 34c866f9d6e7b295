//! One answer of a feed: where its list is, and where the next page. Ways through an answer are names
//! with dots between them.

use serde_json::Value;
use url::Url;

use super::settings::HttpFeedSettings;
use crate::domain::limits::SOURCE_ROW;
use crate::source::fault::SourceFault;
use crate::source::http::FeedBody;
use crate::source::mapping::digest;
use crate::source::reader::SourceRecord;
use crate::text::sanitize;

/// What some programs write before their JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Letters of an item's digest, where nothing else names it.
const NAME_LETTERS: usize = 16;
/// Names of theirs that a fault repeats, and letters of each.
const SHOWN_NAMES: usize = 20;
const SHOWN_LETTERS: usize = 40;

/// What one answer holds.
#[derive(Debug)]
pub(super) struct FeedPage {
    pub(super) items: Vec<Value>,
    /// The address of the next page, as it stands there.
    pub(super) next: Option<String>,
}

impl FeedPage {
    pub(super) fn read(settings: &HttpFeedSettings, body: &FeedBody) -> Result<Self, SourceFault> {
        let answer = parsed(body)?;
        let next = match &settings.next {
            None => None,
            Some(path) => next(path, found(&answer, path))?,
        };
        let list = match &settings.items {
            None => Some(answer),
            Some(path) => {
                let names = names(&answer);
                let list = taken(answer, path);
                Some(list.ok_or_else(|| missing("items", path, &names))?)
            }
        };
        match list {
            Some(Value::Array(items)) => Ok(Self { items, next }),
            // To many programs an empty list is nothing.
            Some(Value::Null) if settings.items.is_some() => Ok(Self {
                items: Vec::new(),
                next,
            }),
            _ => Err(no_list(settings.items.as_deref())),
        }
    }
}

/// What stands at the end of a way. A name may have dots itself, such as `@odata.nextLink`.
pub(super) fn found<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(here) = value.get(path) {
        return Some(here);
    }
    let (name, rest) = path.split_once('.')?;
    found(value.get(name)?, rest)
}

/// A text or a number at the end of a way, as text.
pub(super) fn word(item: &Value, path: &str) -> Option<String> {
    match found(item, path)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A record of an item, or of why it is none. `place`: what it is called there, if it says so.
pub(super) fn record(item: Value, place: Option<String>) -> SourceRecord {
    let text = item.to_string();
    let place = place.unwrap_or_else(|| {
        let mut name = digest(&text);
        name.truncate(NAME_LETTERS);
        name
    });
    match item {
        Value::Object(_) if text.len() > SOURCE_ROW => {
            let why = format!("it is larger than {} KiB", SOURCE_ROW / 1_024);
            SourceRecord::unreadable(place, &why, &text)
        }
        Value::Object(fields) => SourceRecord { place, fields },
        _ => SourceRecord::unreadable(place, "an item must be an object in { }", &text),
    }
}

/// The address of the next page. Others than the feed's own host get no request of ours.
pub(super) fn follow(from: &str, next: &str) -> Result<String, SourceFault> {
    let wrong = |what: String| SourceFault::Unexpected(format!("`next`: {what}"));
    let from = Url::parse(from).map_err(|error| wrong(error.to_string()))?;
    let next = from
        .join(next)
        .map_err(|error| wrong(format!("what stands there is no address ({error})")))?;
    if next.origin() == from.origin() {
        return Ok(next.into());
    }
    let host = sanitize::excerpt(next.host_str().unwrap_or_default(), SHOWN_LETTERS);
    Err(wrong(format!(
        "the next page lies at another address ({}://{host}), which is not asked",
        next.scheme()
    )))
}

fn parsed(body: &FeedBody) -> Result<Value, SourceFault> {
    let bytes = body.bytes.strip_prefix(BYTE_ORDER_MARK);
    let bytes = bytes.unwrap_or(&body.bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let is_html = bytes.trim_ascii_start().starts_with(b"<");
        SourceFault::Unexpected(match is_html {
            true => format!(
                "it answers with a page or XML{} where JSON should come; check `url` and `headers`",
                said_type(body)
            ),
            false => format!("its answer is no JSON: {error}{}", said_type(body)),
        })
    })
}

fn said_type(body: &FeedBody) -> String {
    let said = body.content_type.as_deref();
    said.map(|said| format!(" ({})", sanitize::excerpt(said, SHOWN_LETTERS)))
        .unwrap_or_default()
}

fn next(path: &str, value: Option<&Value>) -> Result<Option<String>, SourceFault> {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|it| !it.is_empty())),
        Some(_) => Err(SourceFault::Unexpected(format!(
            "`next`: `{path}` is no address in its answer"
        ))),
    }
}

/// As `found`, out of the answer.
fn taken(mut value: Value, path: &str) -> Option<Value> {
    if let Some(here) = value.get_mut(path) {
        return Some(here.take());
    }
    let (name, rest) = path.split_once('.')?;
    taken(value.get_mut(name)?.take(), rest)
}

fn names(answer: &Value) -> Vec<String> {
    let Some(fields) = answer.as_object() else {
        return Vec::new();
    };
    let names = fields.keys().take(SHOWN_NAMES);
    names
        .map(|name| sanitize::excerpt(name, SHOWN_LETTERS))
        .collect()
}

fn missing(key: &str, path: &str, names: &[String]) -> SourceFault {
    SourceFault::Unexpected(match names {
        [] => format!("`{key}`: there is no `{path}` in its answer"),
        names => format!(
            "`{key}`: there is no `{path}` in its answer; it has: {}",
            names.join(", ")
        ),
    })
}

fn no_list(items: Option<&str>) -> SourceFault {
    SourceFault::Unexpected(match items {
        Some(path) => format!("`items`: `{path}` is no list in its answer"),
        None => "its answer is no list; say in `items` where the list is".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(keys: &str, body: &str) -> Result<FeedPage, String> {
        let settings = format!("url = \"https://a.example/\"\n{keys}");
        let settings: HttpFeedSettings = toml::from_str(&settings).unwrap();
        let body = FeedBody {
            bytes: body.into(),
            content_type: Some("text/html".to_owned()),
            validator: None,
        };
        FeedPage::read(&settings, &body).map_err(|fault| fault.to_string())
    }

    #[test]
    fn the_list_is_where_the_settings_say() {
        let plain = page("", "[1, 2]").unwrap();
        assert_eq!(plain.items, [json!(1), json!(2)]);
        let deep = page(
            "items = \"data.rows\"\nnext = \"@odata.nextLink\"",
            "\u{feff}{\"data\": {\"rows\": [{}]}, \"@odata.nextLink\": \"?page=2\"}",
        );
        let deep = deep.unwrap();
        assert_eq!(
            (deep.items.len(), deep.next.as_deref()),
            (1, Some("?page=2"))
        );
        for nothing in ["null", "false", "\"\""] {
            let body = format!("{{\"a\": null, \"n\": {{\"href\": {nothing}}}}}");
            let last = page("items = \"a\"\nnext = \"n.href\"", &body).unwrap();
            assert!(last.items.is_empty() && last.next.is_none());
        }
    }

    #[test]
    fn what_is_no_list_is_said() {
        let a = "items = \"a\"";
        for (keys, body, said) in [
            ("", "<html>Welcome</html>", "page or XML (text/html)"),
            ("", "{\"a\": [", "no JSON"),
            ("", "{\"a\": []}", "say in `items`"),
            (a, "{\"b\": [], \"c\": 1}", "it has: b, c"),
            (a, "{\"a\": {}}", "`a` is no list"),
            (a, "{\"error\": \"no\"}", "it has: error"),
            (
                "items = \"a\"\nnext = \"n\"",
                "{\"a\": [], \"n\": 2}",
                "no address",
            ),
        ] {
            let fault = page(keys, body).unwrap_err();
            assert!(fault.contains(said), "{body}: {fault}");
        }
    }

    #[test]
    fn the_next_page_is_of_the_same_host() {
        let from = "https://a.example/cases?page=1";
        for (next, whole) in [
            ("?page=2", "https://a.example/cases?page=2"),
            ("/cases/2", "https://a.example/cases/2"),
            ("https://a.example/2", "https://a.example/2"),
        ] {
            assert_eq!(follow(from, next).unwrap(), whole);
        }
        for next in [
            "https://b.example/2",
            "http://a.example/2",
            "//b.example",
            "file:///etc/x",
        ] {
            assert!(follow(from, next).is_err(), "{next}");
        }
    }

    #[test]
    fn an_item_that_is_no_object_is_a_record_for_people() {
        let fields = record(json!(["a"]), None).fields;
        assert_eq!(fields["_unreadable"], "an item must be an object in { }");
        let large = json!({"a": "x".repeat(SOURCE_ROW)});
        let fields = record(large, Some("7".to_owned())).fields;
        assert_eq!(fields["_unreadable"], "it is larger than 256 KiB");
    }
}
