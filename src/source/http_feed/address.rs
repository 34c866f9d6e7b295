//! An address with `{{ cursor }}` in it: what stands between the braces is an expression, and its result
//! is written with percent signs, so that no place in the feed can lead to another address.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{Environment, Expression, UndefinedBehavior, Value as Answer};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::expression::within_limits;
use crate::template::conditions;

/// Where expressions are compiled and run; it holds nothing of its own.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = conditions();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
});
/// What stays as it is (RFC 3986 §2.3).
const WRITTEN_OUT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address of a feed, as the settings have it.
#[derive(Debug)]
pub(super) struct AskedUrl(Vec<UrlPart>);

#[derive(Debug)]
enum UrlPart {
    Text(String),
    /// Over `cursor`, which is an empty text before the first look.
    Place(Expression<'static, 'static>),
}

impl AskedUrl {
    /// A fault names the key `url`, and nothing of what stands there but an expression.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            let end = rest[at..].find("}}").ok_or("`url`: a `{{` has no `}}`")? + at;
            parts.push(UrlPart::Text(rest[..at].to_owned()));
            parts.push(UrlPart::Place(compiled(rest[at + 2..end].trim())?));
            rest = &rest[end + 2..];
        }
        parts.push(UrlPart::Text(rest.to_owned()));
        let url = Self(parts);
        match url.has_place() && !url.begins_with_a_host() {
            true => Err(
                "`url`: {{ cursor }} stands behind the host, in the path or the query".to_owned(),
            ),
            false => Ok(url),
        }
    }

    pub(super) fn has_place(&self) -> bool {
        self.0.iter().any(|part| matches!(part, UrlPart::Place(_)))
    }

    /// The address to ask from this place on; none: from the beginning.
    pub(super) fn at(&self, place: Option<&str>) -> Result<String, String> {
        self.0.iter().map(|part| part.at(place)).collect()
    }

    /// Whether the first text ends behind the host, so that nothing can be added to that.
    fn begins_with_a_host(&self) -> bool {
        let first = match self.0.first() {
            Some(UrlPart::Text(text)) => text.as_str(),
            Some(UrlPart::Place(_)) | None => return false,
        };
        let behind = first.split_once("://").map(|(_, rest)| rest);
        behind.is_some_and(|rest| rest.contains(['/', '?']))
    }
}

impl UrlPart {
    fn at(&self, place: Option<&str>) -> Result<String, String> {
        let expression = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::Place(expression) => expression,
        };
        let facts = BTreeMap::from([("cursor", Answer::from(place.unwrap_or_default()))]);
        let answer = expression.eval(facts);
        let answer = answer.map_err(|error| format!("`url`: {error}"))?;
        Ok(match answer.kind() {
            ValueKind::Undefined => {
                return Err(
                    "`url`: an expression there may name `cursor` and nothing else".to_owned(),
                );
            }
            ValueKind::None => String::new(),
            _ => utf8_percent_encode(&answer.to_string(), WRITTEN_OUT).to_string(),
        })
    }
}

/// Its size is looked at first: the engine has no limit of its own.
fn compiled(text: &str) -> Result<Expression<'static, 'static>, String> {
    within_limits(text).map_err(|excess| format!("`url`: {excess}"))?;
    ENVIRONMENT
        .compile_expression_owned(text.to_owned())
        .map_err(|error| format!("`url`: not an expression: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_so_that_it_is_nothing_but_a_place() {
        let url = AskedUrl::parse("https://a.example/b?since={{ cursor }}&n=5").unwrap();
        for (place, asked) in [
            (None, "https://a.example/b?since=&n=5"),
            (Some("7"), "https://a.example/b?since=7&n=5"),
            (
                Some("2026-11-24T10:00:00+01:00"),
                "https://a.example/b?since=2026-11-24T10%3A00%3A00%2B01%3A00&n=5",
            ),
            (
                Some("a&n=9#/../"),
                "https://a.example/b?since=a%26n%3D9%23%2F..%2F&n=5",
            ),
        ] {
            assert_eq!(url.at(place).unwrap(), asked);
        }
        let begin = AskedUrl::parse("https://a.example/{{ cursor or '2026' }}/b").unwrap();
        assert_eq!(begin.at(None).unwrap(), "https://a.example/2026/b");
        assert_eq!(begin.at(Some("2027")).unwrap(), "https://a.example/2027/b");
    }

    #[test]
    fn an_address_that_could_lead_elsewhere_is_refused() {
        for (text, said) in [
            (
                "https://a.example{{ cursor }}/b",
                "`url`: {{ cursor }} stands",
            ),
            ("{{ cursor }}", "`url`: {{ cursor }} stands"),
            ("https://a.example/{{ cursor", "`url`: a `{{` has no"),
            (
                "https://a.example/{{ cursor + }}",
                "`url`: not an expression",
            ),
        ] {
            let fault = AskedUrl::parse(text).unwrap_err();
            assert!(fault.starts_with(said), "{fault}");
        }
        let other = AskedUrl::parse("https://a.example/{{ curser }}").unwrap();
        assert!(other.at(Some("7")).is_err());
    }
}
