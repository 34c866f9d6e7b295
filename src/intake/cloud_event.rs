//! The three modes of the CloudEvents 1.0 HTTP binding (§3): structured, batched, binary.
//!
//! The media type decides; `application/cloudevents-batch` is looked for first, because
//! `application/cloudevents` is its beginning. Plain `application/json` is taken too: with
//! `ce-` headers it is binary mode, a list is a batch, anything else a structured event.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::domain::event::{Arrival, from_outside, is_json};
use crate::domain::{FieldError, Timestamp};
use crate::intake::{Limits, json};
use crate::text::tree::{Object, Tree};

/// How a request carries its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The body is one event.
    Structured,
    /// The body is a list of events.
    Batched,
    /// The headers are the attributes, the body is the data.
    Binary,
    /// JSON that shows only when read whether it is one event or a list.
    Plain,
}

impl Mode {
    /// Chosen by media type and by whether there is a `ce-id` or `ce-specversion` header; none
    /// when the media type is not one Araldo reads.
    #[must_use]
    pub fn of(media_type: &str, has_ce_headers: bool) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        if essence.starts_with("application/cloudevents-batch") {
            return is_json(&essence).then_some(Self::Batched);
        }
        if essence.starts_with("application/cloudevents") {
            return is_json(&essence).then_some(Self::Structured);
        }
        if has_ce_headers && (is_json(&essence) || essence.is_empty()) {
            return Some(Self::Binary);
        }
        is_json(&essence).then_some(Self::Plain)
    }

    /// Whether this body holds a list of events, so that faults name a place in it.
    #[must_use]
    pub fn holds_list(self, body: &[u8]) -> bool {
        match self {
            Self::Batched => true,
            Self::Plain => {
                let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
                body.trim_ascii_start().starts_with(b"[")
            }
            Self::Structured | Self::Binary => false,
        }
    }

    /// The largest body in bytes.
    #[must_use]
    pub const fn max_bytes(self, limits: &Limits) -> usize {
        match self {
            Self::Structured | Self::Binary => limits.single_bytes,
            Self::Batched | Self::Plain => limits.batch_bytes,
        }
    }
}

/// Reads the events of a request, none of which may be one that only Araldo makes. `headers` are
/// the `ce-` headers without their prefix.
pub fn read(
    mode: Mode,
    headers: &[(String, String)],
    body: &[u8],
    limits: &Limits,
    received_at: Timestamp,
) -> Result<Vec<Arrival>, FieldError> {
    let value = match mode {
        Mode::Binary => assemble(headers, body)?,
        Mode::Structured | Mode::Batched | Mode::Plain => json::read(body)?,
    };
    match (mode, value) {
        (Mode::Batched | Mode::Plain, Tree::List(items)) => batch(items, limits, received_at),
        (Mode::Batched, _) => Err(FieldError::new(
            "",
            "a batch is a list of events: [{..}, ..]",
        )),
        (_, value) => one(value, received_at).map(|event| vec![event]),
    }
}

/// One event as somebody outside may send it.
fn one(mut event: Tree<'_>, received_at: Timestamp) -> Result<Arrival, FieldError> {
    unpack(&mut event)?;
    let event = Arrival::parse(event, received_at)?;
    from_outside(&event.source, &event.kind)?;
    Ok(event)
}

/// `data_base64` (JSON event format §3.1): what SDKs make of data they are given as bytes. When the
/// bytes are JSON, as they must be here, it is the same event as one with `data`.
fn unpack(event: &mut Tree<'_>) -> Result<(), FieldError> {
    let Tree::Object(fields) = event else {
        return Ok(());
    };
    let is_alone = fields.get("data").is_none_or(|data| *data == Tree::Null);
    let Some(Tree::Text(packed)) = fields.get("data_base64").filter(|_| is_alone) else {
        // Nothing there, or something that is refused further on.
        return Ok(());
    };
    let fault = |detail| FieldError::new("/data_base64", detail);
    let bytes = STANDARD
        .decode(packed.as_bytes())
        .map_err(|_| fault("`data_base64` is not Base64 (RFC 4648 §4)".to_owned()))?;
    let data: Tree<'_> = json::read(&bytes).map_err(|inside| {
        let detail = inside.detail;
        fault(format!(
            "`data_base64` holds no JSON, which Araldo reads: {detail}"
        ))
    })?;
    let data = data.into_owned();
    fields.remove("data_base64");
    fields.insert("data", data);
    Ok(())
}

fn batch(
    items: Vec<Tree<'_>>,
    limits: &Limits,
    received_at: Timestamp,
) -> Result<Vec<Arrival>, FieldError> {
    if items.len() > limits.batch_events {
        let detail = format!(
            "the batch has {} events; at most {} are taken at once",
            items.len(),
            limits.batch_events
        );
        return Err(FieldError::new("", detail));
    }
    let parse = |(index, item)| {
        one(item, received_at).map_err(|fault| {
            let detail = format!("event {index}: {}", fault.detail);
            FieldError::new(fault.pointer, detail).under(&format!("/{index}"))
        })
    };
    items.into_iter().enumerate().map(parse).collect()
}

/// Binary mode: attributes from the headers, percent-decoded (§3.1.3.2), data from the body.
fn assemble<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Result<Tree<'a>, FieldError> {
    let mut event = Vec::with_capacity(headers.len() + 1);
    for (name, value) in headers {
        let value = percent_decode_str(value).decode_utf8().map_err(|_| {
            FieldError::new(
                format!("/{name}"),
                format!("header `ce-{name}` is not UTF-8"),
            )
        })?;
        event.push((Cow::from(name), Tree::Text(value)));
    }
    if !body.is_empty() {
        event.push((Cow::from("data"), json::read(body)?));
    }
    let twice =
        |name: Cow<'_, str>| FieldError::new(format!("/{name}"), format!("`{name}` comes twice"));
    Object::of(event).map(Tree::Object).map_err(twice)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_media_type_decides_and_the_batch_is_looked_for_first() {
        let batch = "application/cloudevents-batch+json; charset=utf-8";
        assert_eq!(Mode::of(batch, false), Some(Mode::Batched));
        assert_eq!(
            Mode::of("application/cloudevents+json", true),
            Some(Mode::Structured)
        );
        assert_eq!(Mode::of("application/json", true), Some(Mode::Binary));
        assert_eq!(Mode::of("Application/JSON", false), Some(Mode::Plain));
        assert_eq!(Mode::of("text/xml", true), None);
        assert_eq!(Mode::of("application/cloudevents+avro", false), None);
    }

    #[test]
    fn binary_headers_are_percent_decoded() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = [
            header("specversion", "1.0"),
            header("id", "a%20b"),
            header("source", "/oms"),
            header("type", "meter.read"),
        ];
        let now = Timestamp::from_micros(0);
        let events = read(
            Mode::Binary,
            &headers,
            b"{\"kwh\":1}",
            &Limits::default(),
            now,
        );
        let events = events.unwrap();
        assert_eq!(&*events[0].id, "a b");
        assert_eq!(&*events[0].data, r#"{"kwh":1}"#);
    }

    #[test]
    fn what_only_araldo_makes_is_refused_alone_and_in_a_list() {
        let body = br#"{"specversion":"1.0","id":"1","source":"/v1/cases","type":"t"}"#;
        let now = Timestamp::from_micros(0);
        let refused = |mode: Mode, body: &[u8]| {
            let fault = read(mode, &[], body, &Limits::default(), now).unwrap_err();
            (fault.pointer, mode.holds_list(body))
        };
        let list = [b" [", &body[..], b"]"].concat();
        assert_eq!(refused(Mode::Structured, body), ("/source".into(), false));
        assert_eq!(refused(Mode::Plain, body), ("/source".into(), false));
        assert_eq!(refused(Mode::Plain, &list), ("/0/source".into(), true));
        assert_eq!(refused(Mode::Batched, &list), ("/0/source".into(), true));
    }

    #[test]
    fn data_as_base64_is_the_same_event() {
        let read_one = |body: &str| {
            let (limits, now) = (Limits::default(), Timestamp::from_micros(0));
            read(Mode::Structured, &[], body.as_bytes(), &limits, now)
        };
        let event = |data: &str| {
            format!(r#"{{"specversion":"1.0","id":"1","source":"s","type":"t",{data}}}"#)
        };
        let plain = read_one(&event(r#""data":{"kwh":1}"#)).unwrap();
        assert_eq!(
            read_one(&event(r#""data_base64":"eyJrd2giOiAxfQ==""#)),
            Ok(plain.clone())
        );
        assert_eq!(
            read_one(&event(r#""data":null,"data_base64":"eyJrd2giOiAxfQ==""#)),
            Ok(plain)
        );
        for (data, says) in [
            (r#""data_base64":"!!!""#, "not Base64"),
            (r#""data_base64":"AA==""#, "holds no JSON"),
            (r#""data":1,"data_base64":"eyJrd2giOiAxfQ==""#, "not both"),
            (r#""data_base64":7"#, "not both"),
        ] {
            let fault = read_one(&event(data)).unwrap_err();
            assert_eq!(fault.pointer, "/data_base64", "{data}");
            assert!(fault.detail.contains(says), "{fault}");
        }
    }

    #[test]
    fn a_bad_event_names_its_place_in_the_batch() {
        let body = br#"[{"specversion":"1.0","id":"1","source":"s","type":"t"},
                        {"specversion":"1.0","id":"2","source":"s"}]"#;
        let now = Timestamp::from_micros(0);
        let fault = read(Mode::Batched, &[], body, &Limits::default(), now).unwrap_err();
        assert_eq!(fault.pointer, "/1/type");
        assert_eq!(fault.detail, "event 1: `type` is missing");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_event_of_the_past_or_a_short_fault(
            time in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:00(Z|[+-]1[0-4]:00)",
            name in "\\PC{0,300}",
            data in "\\PC{0,40}",
            batched in any::<bool>(),
        ) {
            let now = Timestamp::from_micros(1_795_000_000_000_000);
            let event = serde_json::json!({"specversion": "1.0", "id": name, "source": "/s",
                "type": "t", "time": time, "data": {name.clone(): data}});
            let (mode, body) = match batched {
                true => (Mode::Batched, serde_json::json!([event])),
                false => (Mode::Plain, event),
            };
            match read(mode, &[], body.to_string().as_bytes(), &Limits::default(), now) {
                Ok(events) => {
                    prop_assert_eq!(events.len(), 1);
                    prop_assert!(events[0].occurred_at <= now);
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&events[0].data).is_ok());
                }
                Err(fault) => prop_assert!(fault.detail.chars().count() <= 520),
            }
        }
    }
}
