//! What the checks of `fields` ask of a JSON value, whether it borrows or lives by itself.

use std::borrow::Cow;

use serde_json::Value;

use super::Tree;

/// A JSON value to be checked.
pub trait JsonNode: Sized {
    /// Whether it is `null`.
    fn is_null(&self) -> bool;
    /// Whether it is an object.
    fn is_object(&self) -> bool;
    /// A field, if it is an object that has it.
    fn field(&self, name: &str) -> Option<&Self>;
    fn text(&self) -> Option<&str>;
    /// As `true` or `false`.
    fn flag(&self) -> Option<bool>;
    fn number(&self) -> Option<f64>;
    fn items(&self) -> Option<&[Self]>;
    /// By itself, for the rare checks that look at everything inside, and for errors.
    fn value(&self) -> Cow<'_, Value>;
}

impl JsonNode for Value {
    fn is_null(&self) -> bool {
        self.is_null()
    }
    fn is_object(&self) -> bool {
        self.is_object()
    }
    fn field(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }
    fn text(&self) -> Option<&str> {
        self.as_str()
    }
    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }
    fn number(&self) -> Option<f64> {
        self.as_f64()
    }
    fn items(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }
    fn value(&self) -> Cow<'_, Value> {
        Cow::Borrowed(self)
    }
}

impl JsonNode for Tree<'_> {
    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
    fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(name),
            _ => None,
        }
    }
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
    fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            _ => None,
        }
    }
    fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
    fn value(&self) -> Cow<'_, Value> {
        Cow::Owned(self.to_value())
    }
}
