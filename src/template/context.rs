//! The values of one message as the engine sees them: cleaned, and with every declared variable
//! present, absent ones as "none", so that `{% if case.owner %}` works while a misspelt name fails.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::Value as Json;

use super::fault::RenderFault;
use super::{builtin, dates, links, names};
use crate::domain::Channel;
use crate::domain::template::Variable;
use crate::text::sanitize;

/// Context key of the open pixel's address.
pub(super) const PIXEL: &str = "_pixel";

/// Which variables a template knows, and which it cannot do without.
#[derive(Debug)]
pub(super) struct VariableScope {
    known: Branch,
    required: Vec<String>,
}

/// Known names by their first word; a leaf has no branches.
#[derive(Debug, Default)]
struct Branch(BTreeMap<String, Branch>);

/// What is added to the variables of a message to write one of its texts.
pub(super) struct Extras<'a> {
    pub(super) channel: Channel,
    pub(super) locale: &'a str,
    pub(super) links: Vec<Value>,
    pub(super) pixel: Option<&'a str>,
}

impl VariableScope {
    pub(super) fn new(variables: &[Variable]) -> Self {
        let mut known = Branch::default();
        for name in builtin::names().chain(variables.iter().map(|it| it.name.as_str())) {
            let mut branch = &mut known;
            for word in name.split('.') {
                branch = branch.0.entry(word.to_owned()).or_default();
            }
        }
        let required = variables.iter().filter(|it| it.required);
        Self {
            known,
            required: required.map(|it| it.name.clone()).collect(),
        }
    }

    /// The values for one text; a required variable that is absent or empty is named.
    pub(super) fn values(
        &self,
        variables: &Json,
        extras: Extras<'_>,
    ) -> Result<Value, RenderFault> {
        for name in &self.required {
            if is_empty(name, at(variables, name)) {
                return Err(RenderFault::Missing {
                    variable: name.clone(),
                });
            }
        }
        let mut root = self.known.values(Some(variables), "", extras.channel);
        root.insert(dates::LOCALE.to_owned(), Value::from(extras.locale));
        root.insert(links::SLOTS.to_owned(), Value::from(extras.links));
        root.insert(
            PIXEL.to_owned(),
            extras.pixel.map_or(Value::from(()), Value::from),
        );
        Ok(Value::from(root))
    }

    /// Whether a text may use this name: `case.ref`, or `notes` and what hangs on it.
    pub(super) fn knows(&self, name: &str) -> NameKind {
        let mut branch = &self.known;
        for (depth, word) in name.split('.').enumerate() {
            match branch.0.get(word) {
                Some(next) => branch = next,
                // What hangs on a declared leaf is the sender's own structure.
                None if depth > 0 && branch.0.is_empty() => return NameKind::Variable,
                None => return NameKind::No,
            }
        }
        if branch.0.is_empty() {
            NameKind::Variable
        } else {
            NameKind::Group
        }
    }
}

/// The first variable that a template cannot do without, that is not always there, and that
/// `given` lacks.
#[must_use]
pub fn missing<'a>(declared: &'a [Variable], given: &Json) -> Option<&'a str> {
    let mut required = declared
        .iter()
        .filter(|variable| variable.required)
        .map(|variable| variable.name.as_str());
    required.find(|name| {
        is_empty(name, at(given, name)) && !builtin::names().any(|known| known == *name)
    })
}

/// What a name in a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    Variable,
    /// The first word of several variables.
    Group,
    /// Neither declared nor always there.
    No,
}

impl Branch {
    fn values(&self, json: Option<&Json>, path: &str, channel: Channel) -> BTreeMap<String, Value> {
        let given = json.and_then(Json::as_object);
        let mut values: BTreeMap<String, Value> = given
            .into_iter()
            .flatten()
            .filter(|(key, _)| !self.0.contains_key(*key))
            .map(|(key, json)| (key.clone(), value(json, "", channel)))
            .collect();
        for (word, branch) in &self.0 {
            let json = given.and_then(|given| given.get(word));
            let path = if path.is_empty() {
                word.clone()
            } else {
                format!("{path}.{word}")
            };
            let value = if branch.0.is_empty() {
                json.map_or(Value::from(()), |json| value(json, &path, channel))
            } else {
                Value::from(branch.values(json, &path, channel))
            };
            values.insert(word.clone(), value);
        }
        values
    }
}

/// One JSON value, cleaned. An empty text is no value.
fn value(json: &Json, path: &str, channel: Channel) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(yes) => Value::from(*yes),
        Json::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_f64().map(Value::from))
            .unwrap_or_default(),
        Json::String(text) => {
            let text = cleaned(text, path, channel);
            if text.trim().is_empty() {
                Value::from(())
            } else {
                Value::from(text)
            }
        }
        Json::Array(items) => items.iter().map(|item| value(item, "", channel)).collect(),
        Json::Object(fields) => fields
            .iter()
            .map(|(key, field)| (key.clone(), value(field, "", channel)))
            .collect::<BTreeMap<_, _>>()
            .into(),
    }
}

fn cleaned(text: &str, path: &str, channel: Channel) -> String {
    match channel {
        Channel::Sms if builtin::NAMES.contains(&path) => names::short_name(text),
        Channel::Email if builtin::NAMES.contains(&path) => names::name(text),
        _ => sanitize::lines(text),
    }
}

fn at<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(json, |json, word| json.get(word))
}

fn is_empty(path: &str, json: Option<&Json>) -> bool {
    match json {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => cleaned(text, path, Channel::Sms).trim().is_empty(),
        Some(_) => false,
    }
}
