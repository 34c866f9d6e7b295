//! Whether the text of an SMS could break out of the place that the settings give it: two samples are
//! written, one of harmless letters and one of all that means something to somebody, and what comes
//! of them must have the same outline. Else whoever writes a text could choose the receiver.
//! What is written is in `request`; a gateway that reads none of these forms is not judged.

use reqwest::Url;
use serde_json::Value;
use url::form_urlencoded;

/// A text that can break nothing.
pub(super) const HARMLESS: &str = "a";
/// A text with all that ends a value somewhere: in JSON, forms, addresses, XML.
pub(super) const HOSTILE: &str = "a\"'\\&b=c#<d>\n/?%;{{ e }}";

/// How what is posted is read over there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PostedForm {
    Json,
    Form,
    Xml,
    Other,
}

impl PostedForm {
    fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default();
        let kind = kind.trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            kind if kind.ends_with("/json") || kind.ends_with("+json") => Self::Json,
            kind if kind.ends_with("/xml") || kind.ends_with("+xml") => Self::Xml,
            _ => Self::Other,
        }
    }
}

/// Judges the two addresses. `plus`: values that begin with `+`, as numbers do, which a form reads as
/// a space where it is not encoded.
pub(super) fn check_address(harmless: &Url, hostile: &Url, plus: &[&str]) -> Result<(), String> {
    let outline = |url: &Url| {
        let segments = url.path_segments().map_or(0, Iterator::count);
        (
            segments,
            url.query_pairs().count(),
            url.fragment().is_some(),
        )
    };
    if outline(harmless) != outline(hostile) {
        return Err(unencoded("url"));
    }
    let pairs = harmless.query_pairs();
    lost_plus("url", pairs.map(|(_, value)| value.into_owned()), plus)
}

/// Judges the two bodies, where their form is known.
pub(super) fn check_body(
    content_type: &str,
    harmless: &str,
    hostile: &str,
    plus: &[&str],
) -> Result<(), String> {
    match PostedForm::of(content_type) {
        PostedForm::Json => check_json(harmless, hostile),
        PostedForm::Form => {
            let pairs = |body: &str| form_urlencoded::parse(body.as_bytes()).count();
            if pairs(harmless) != pairs(hostile) {
                return Err(unencoded("body"));
            }
            let values = form_urlencoded::parse(harmless.as_bytes());
            lost_plus("body", values.map(|(_, value)| value.into_owned()), plus)
        }
        PostedForm::Xml => {
            let tags = |body: &str| body.matches('<').count();
            match tags(harmless) == tags(hostile) {
                true => Ok(()),
                false => Err(
                    "`body`: a text with `<` would become a tag; write {{ text | escape }}"
                        .to_owned(),
                ),
            }
        }
        PostedForm::Other => Ok(()),
    }
}

fn check_json(harmless: &str, hostile: &str) -> Result<(), String> {
    let Ok(harmless) = serde_json::from_str::<Value>(harmless) else {
        return Err("`body` becomes no JSON, and `content_type` says that it is".to_owned());
    };
    let hostile = serde_json::from_str::<Value>(hostile).ok();
    match hostile.is_some_and(|hostile| same_outline(&harmless, &hostile)) {
        true => Ok(()),
        false => Err(
            "`body`: a text with a quotation mark would end its place, and could choose \
             the receiver; write {{ text | tojson }}, without quotation marks around it"
                .to_owned(),
        ),
    }
}

/// Whether two values have the same keys and kinds, whatever the texts and numbers.
fn same_outline(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| {
                    other
                        .get(key)
                        .is_some_and(|found| same_outline(value, found))
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same_outline(a, b))
        }
        (Value::Null, Value::Null)
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => true,
        _ => false,
    }
}

fn unencoded(key: &str) -> String {
    format!(
        "`{key}`: a text with `&` or `#` would end its place, and could choose the receiver; write \
         {{{{ text | urlencode }}}}"
    )
}

fn lost_plus(key: &str, values: impl Iterator<Item = String>, plus: &[&str]) -> Result<(), String> {
    let mut lost = plus.iter().filter(|value| value.starts_with('+'));
    let values: Vec<String> = values.collect();
    match lost.any(|value| values.contains(&value.replacen('+', " ", 1))) {
        true => Err(format!(
            "`{key}`: the `+` of a number would arrive as a space; write {{{{ to | urlencode }}}}, \
             and the same of `from`"
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "+390000000001";

    fn body(content_type: &str, written: &str) -> Result<(), String> {
        let harmless = written.replace("TEXT", HARMLESS);
        let hostile = written.replace("TEXT", HOSTILE);
        check_body(content_type, &harmless, &hostile, &[NUMBER])
    }

    #[test]
    fn a_text_between_quotation_marks_is_refused_and_an_escaped_one_is_not() {
        for open in [r#"{"text":"TEXT"}"#, r#"{"text":"T: TEXT"}"#] {
            let said = body("application/json; charset=utf-8", open).unwrap_err();
            assert!(said.contains("tojson"), "{said}");
        }
        let closed = |text: &str| serde_json::json!({"to": NUMBER, "text": text}).to_string();
        let judged = check_body("application/json", &closed(HARMLESS), &closed(HOSTILE), &[]);
        assert_eq!(judged, Ok(()));
        assert!(body("application/json", "text=TEXT").is_err(), "no JSON");
        assert_eq!(body("text/plain", "TEXT"), Ok(()));
    }

    #[test]
    fn forms_and_tags_are_not_broken_out_of() {
        let form = "application/x-www-form-urlencoded";
        assert!(body(form, "text=TEXT&to=1").is_err());
        assert!(body(form, "text=a&to=+390000000001").is_err(), "a space");
        assert_eq!(body(form, "text=a&to=%2B390000000001"), Ok(()));
        assert!(body("text/xml", "<t>TEXT</t>").is_err());
        assert_eq!(body("text/xml", "<t>a</t>"), Ok(()));
    }

    #[test]
    fn an_address_keeps_its_outline() {
        let judged = |written: &str| {
            let url = |text| written.replace("TEXT", text).parse::<Url>().unwrap();
            check_address(&url(HARMLESS), &url(HOSTILE), &[NUMBER])
        };
        assert!(judged("https://a.example/x?t=TEXT&to=1").is_err());
        assert!(judged("https://a.example/x/TEXT").is_err());
        assert!(judged("https://a.example/x?to=+390000000001").is_err());
        assert_eq!(judged("https://a.example/x?to=%2B390000000001&t=a"), Ok(()));
    }
}
