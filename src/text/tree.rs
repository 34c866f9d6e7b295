//! A JSON document whose texts stay where they were read: what events are checked in.
//!
//! [`Value`] copies every name and every text, and sorts them into a map. An event is read,
//! checked and forgotten within microseconds, thousands a second; this tree borrows from the
//! request instead. What outlives the request is written out by [`Tree::to_json`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::{Number, Value};

use crate::text::invisible::harmless;
use crate::text::sanitize;

mod node;

pub use node::JsonNode;

/// Fields an object has room for at first: most events need no second go.
const FIELDS: usize = 8;
/// The name under which `serde_json` passes raw text to itself: as a field of someone's data it
/// would be stored as it stands, and could not be read back.
const RESERVED: &str = "$serde_json::private::RawValue";

#[derive(Debug, Clone, PartialEq)]
pub enum Tree<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Flag(bool),
    Number(Number),
    /// A text, borrowed unless it was written with escapes.
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Object(Object<'a>),
}

/// The fields of an object, by name; each name once.
#[derive(Debug, Clone, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Tree<'a>)>);

impl<'a> Object<'a> {
    /// Refuses a name that comes twice, and tells it: either could be meant.
    pub fn of(mut fields: Vec<(Cow<'a, str>, Tree<'a>)>) -> Result<Self, Cow<'a, str>> {
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        let twice = fields.windows(2).find(|pair| pair[0].0 == pair[1].0);
        match twice {
            Some(pair) => Err(pair[0].0.clone()),
            None => Ok(Self(fields)),
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tree<'a>> {
        let mut fields = self.0.iter();
        fields.find(|(of, _)| of == name).map(|(_, value)| value)
    }

    /// Takes the field of this name out and leaves `null`.
    pub fn take(&mut self, name: &str) -> Option<Tree<'a>> {
        let field = self.0.iter_mut().find(|(of, _)| of == name)?;
        Some(std::mem::replace(&mut field.1, Tree::Null))
    }

    /// Takes the field of this name away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(of, _)| of != name);
    }

    pub fn insert(&mut self, name: &'static str, value: Tree<'a>) {
        self.remove(name);
        let at = self.0.partition_point(|(of, _)| **of < *name);
        self.0.insert(at, (Cow::Borrowed(name), value));
    }

    /// Every field, ordered by name.
    #[must_use]
    pub fn fields(&self) -> &[(Cow<'a, str>, Tree<'a>)] {
        &self.0
    }
}

impl Tree<'_> {
    /// Cleans every text as [`sanitize::scrub_text`] does.
    pub fn scrub(&mut self) {
        match self {
            Self::Text(text) if sanitize::needs_scrubbing(text) => {
                sanitize::scrub_text(text.to_mut());
            }
            Self::List(items) => items.iter_mut().for_each(Self::scrub),
            Self::Object(Object(fields)) => fields.iter_mut().for_each(|(_, value)| value.scrub()),
            _ => {}
        }
    }

    /// Written out, without white space; the same text as that of [`Value`].
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing into memory cannot fail, and names of fields are texts.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same tree, which borrows from nothing.
    #[must_use]
    pub fn into_owned(self) -> Tree<'static> {
        match self {
            Self::Null => Tree::Null,
            Self::Flag(flag) => Tree::Flag(flag),
            Self::Number(number) => Tree::Number(number),
            Self::Text(text) => Tree::Text(Cow::Owned(text.into_owned())),
            Self::List(items) => Tree::List(items.into_iter().map(Tree::into_owned).collect()),
            Self::Object(Object(fields)) => {
                let fields = fields.into_iter();
                let owned =
                    fields.map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()));
                Tree::Object(Object(owned.collect()))
            }
        }
    }

    /// As a value that lives by itself.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(Object(fields)) => fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_value()))
                .collect(),
        }
    }
}

impl<'a> From<&'a Value> for Tree<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(map) => {
                let fields = map.iter();
                let fields = fields.map(|(name, value)| (Cow::from(name), Self::from(value)));
                Self::Object(Object(fields.collect()))
            }
        }
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(Object(fields)) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Tree::Null, Tree::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(FIELDS);
        while let Some(Name(name)) = map.next_key()? {
            if name == RESERVED {
                return Err(A::Error::custom("a field has a name that is not taken"));
            }
            fields.push((name, map.next_value()?));
        }
        let twice = |name: Cow<'_, str>| {
            A::Error::custom(format_args!("`{}` stands there twice", harmless(&name)))
        };
        Object::of(fields).map(Tree::Object).map_err(twice)
    }
}

/// A field's name, borrowed where it can be: `Cow` alone always copies.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
}

#[cfg(test)]
mod tests;
