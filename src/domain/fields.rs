//! Reads the fields of a JSON object one by one, so that each fault carries its pointer.
//!
//! Derived deserialisers stop at "line 1 column 84"; whoever feeds Araldo from a case system
//! needs "`/contacts/0/address`: `118` is an emergency number". `null` counts as absent.

use std::str::FromStr;

use serde_json::Value;

use crate::domain::UnknownWord;
use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::limits::QUOTED;
use crate::text::invisible::harmless;
use crate::text::sanitize;
use crate::text::tree::JsonNode;

pub use crate::domain::limits::{PROSE, REFERENCE};

/// An object under way of being read: a [`Value`], or a [`Tree`](crate::text::tree::Tree).
#[derive(Debug, Clone)]
pub struct Fields<'a, N = Value> {
    object: &'a N,
    at: String,
}

impl<'a, N: JsonNode> Fields<'a, N> {
    /// Reads `value`, which stands at the pointer `at` of its document.
    pub fn of(value: &'a N, at: impl Into<String>) -> Result<Self, FieldError> {
        let at = at.into();
        if value.is_object() {
            return Ok(Self { object: value, at });
        }
        let shown = shown(&value.value());
        Err(FieldError::new(
            at,
            format!("{shown} is not an object such as {{..}}"),
        ))
    }

    /// The pointer to one of its fields (RFC 6901 §3).
    #[must_use]
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    /// A fault in one of its fields.
    pub fn fault(&self, name: &str, detail: impl Into<String>) -> FieldError {
        FieldError::new(self.pointer(name), detail)
    }

    /// The field as it is, unless absent or `null`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a N> {
        self.object.field(name).filter(|value| !value.is_null())
    }

    /// A reference that must be there: 1 to `max` visible characters.
    pub fn reference(&self, name: &str, max: usize) -> Result<String, FieldError> {
        self.visible(name, max).map(str::to_owned)
    }

    /// A reference, if there.
    pub fn reference_if(&self, name: &str, max: usize) -> Result<Option<String>, FieldError> {
        self.visible_if(name, max)
            .map(|text| text.map(str::to_owned))
    }

    /// A reference that must be there, where it stands.
    pub fn visible(&self, name: &str, max: usize) -> Result<&'a str, FieldError> {
        self.visible_if(name, max)?
            .ok_or_else(|| self.missing(name))
    }

    /// A reference, if there, where it stands.
    pub fn visible_if(&self, name: &str, max: usize) -> Result<Option<&'a str>, FieldError> {
        let Some(text) = self.text_if(name)? else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            return Err(self.fault(name, format!("`{name}` is empty")));
        }
        if sanitize::has_invisible(text) {
            return Err(self.fault(
                name,
                format!("`{name}` holds control or invisible characters"),
            ));
        }
        self.not_longer(name, text, max)?;
        Ok(Some(text.trim()))
    }

    /// One line of text, cleaned; absent when nothing is left.
    pub fn line_if(&self, name: &str, max: usize) -> Result<Option<String>, FieldError> {
        self.cleaned_if(name, max, sanitize::line)
    }

    /// Text of several lines, cleaned; absent when nothing is left.
    pub fn prose_if(&self, name: &str) -> Result<Option<String>, FieldError> {
        self.cleaned_if(name, PROSE, sanitize::prose)
    }

    fn cleaned_if(
        &self,
        name: &str,
        max: usize,
        clean: fn(&str) -> String,
    ) -> Result<Option<String>, FieldError> {
        let Some(text) = self.text_if(name)? else {
            return Ok(None);
        };
        let text = clean(text);
        self.not_longer(name, &text, max)?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// A text as it stands.
    pub fn text_if(&self, name: &str) -> Result<Option<&'a str>, FieldError> {
        self.get(name)
            .map(|value| {
                value
                    .text()
                    .ok_or_else(|| self.wrong(name, value, "a text"))
            })
            .transpose()
    }

    /// A time with a zone (RFC 3339 §5.6).
    pub fn time_if(&self, name: &str) -> Result<Option<Timestamp>, FieldError> {
        self.text_if(name)?
            .map(|text| {
                Timestamp::parse(cut(text)).map_err(|error| self.fault(name, error.to_string()))
            })
            .transpose()
    }

    /// A word of a closed list that must be there.
    pub fn word<T: FromStr<Err = UnknownWord>>(&self, name: &str) -> Result<T, FieldError> {
        self.parsed_if(name)?.ok_or_else(|| self.missing(name))
    }

    /// Anything that can be parsed from a text.
    pub fn parsed_if<T: FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, FieldError> {
        self.text_if(name)?
            .map(|text| {
                cut(text)
                    .parse()
                    .map_err(|error: T::Err| self.fault(name, error.to_string()))
            })
            .transpose()
    }

    /// `true` or `false`.
    pub fn flag_if(&self, name: &str) -> Result<Option<bool>, FieldError> {
        self.get(name)
            .map(|value| {
                value
                    .flag()
                    .ok_or_else(|| self.wrong(name, value, "true or false"))
            })
            .transpose()
    }

    /// A number between two bounds, both included.
    pub fn number_if(&self, name: &str, low: f64, high: f64) -> Result<Option<f64>, FieldError> {
        self.get(name)
            .map(|value| {
                value
                    .number()
                    .filter(|number| (low..=high).contains(number))
                    .ok_or_else(|| {
                        self.wrong(name, value, &format!("a number from {low} to {high}"))
                    })
            })
            .transpose()
    }

    /// The items of a list of at most `max`; none when absent.
    pub fn list(&self, name: &str, max: usize) -> Result<&'a [N], FieldError> {
        let Some(value) = self.get(name) else {
            return Ok(&[]);
        };
        match value.items() {
            Some(items) if items.len() <= max => Ok(items),
            Some(items) => Err(self.fault(
                name,
                format!(
                    "`{name}` has {} items; at most {max} are taken",
                    items.len()
                ),
            )),
            None => Err(self.wrong(name, value, "a list such as [..]")),
        }
    }

    /// An object in a field.
    pub fn object_if(&self, name: &str) -> Result<Option<Self>, FieldError> {
        self.get(name)
            .map(|value| Self::of(value, self.pointer(name)))
            .transpose()
    }

    /// The fault of a field that must be there.
    #[must_use]
    pub fn missing(&self, name: &str) -> FieldError {
        self.fault(name, format!("`{name}` is missing"))
    }

    fn wrong(&self, name: &str, value: &N, right: &str) -> FieldError {
        let shown = shown(&value.value());
        self.fault(name, format!("`{name}` is {shown}, not {right}"))
    }

    fn not_longer(&self, name: &str, text: &str, max: usize) -> Result<(), FieldError> {
        // A character has at least one byte: most texts need not be counted.
        if text.len() <= max {
            return Ok(());
        }
        let length = text.chars().count();
        if length <= max {
            return Ok(());
        }
        Err(self.fault(
            name,
            format!("`{name}` has {length} characters; at most {max} are taken"),
        ))
    }
}

impl<'a> Fields<'a> {
    /// Refuses every field not named: a misspelt one would be lost without a word.
    pub fn only(&self, names: &[&str]) -> Result<(), FieldError> {
        match self.iter().find(|(key, _)| !names.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, _)) => Err(self.fault(
                key,
                format!(
                    "`{}` is not a known field; known are: {}",
                    cut(key),
                    names.join(", ")
                ),
            )),
        }
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.object.as_object().into_iter().flatten()
    }
}

/// A value as an error shows it: short.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("`{}`", harmless(text)),
        other => format!("`{}`", cut(&other.to_string())),
    }
}

fn cut(text: &str) -> &str {
    if text.len() <= QUOTED {
        return text;
    }
    text.char_indices()
        .nth(QUOTED)
        .map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_points_at_its_field_with_slashes_escaped() {
        let value = json!({"a/b": 1});
        let fields = Fields::of(&value, "/data").unwrap();
        let fault = fields.text_if("a/b").unwrap_err();
        assert_eq!(fault.pointer, "/data/a~1b");
        assert_eq!(fault.detail, "`a/b` is `1`, not a text");
        assert_eq!(fields.only(&["c"]).unwrap_err().pointer, "/data/a~1b");
    }

    #[test]
    fn long_text_and_invisible_references_are_refused() {
        let value = json!({"note": "x".repeat(10_000), "case": "PR\u{0}1", "id": "a\u{202E}b"});
        let fields = Fields::of(&value, "").unwrap();
        let fault = fields.prose_if("note").unwrap_err();
        assert_eq!(fault.pointer, "/note");
        assert!(fault.detail.contains("10000 characters; at most 2000"));
        assert!(fields.reference("case", REFERENCE).is_err());
        assert!(fields.reference("id", REFERENCE).is_err());
    }

    #[test]
    fn null_is_absent() {
        let value = json!({"note": null});
        let fields = Fields::of(&value, "").unwrap();
        assert_eq!(fields.prose_if("note").unwrap(), None);
        assert_eq!(
            fields.reference("note", 9).unwrap_err().detail,
            "`note` is missing"
        );
    }
}
