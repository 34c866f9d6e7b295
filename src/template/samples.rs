//! Sample values of a template, from its own examples: for previews, tests and the check.

use serde_json::{Map, Value as Json};

use super::builtin::BUILTINS;
use super::language;
use crate::domain::template::Source;

/// How much of a message's data a sample has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fullness {
    /// Every variable.
    Everything,
    /// Only what must be there: no optional variable, no contact configured.
    Least,
}

impl Source {
    /// Variables of a made-up message in this language.
    #[must_use]
    pub fn sample(&self, locale: &str, fullness: Fullness) -> Json {
        let mut root = Json::Object(Map::new());
        for builtin in BUILTINS {
            let [italian, english] = builtin.example;
            let text = if language(locale) == "it" {
                italian
            } else {
                english
            };
            if fullness == Fullness::Everything || !builtin.name.starts_with("contact.") {
                put(&mut root, builtin.name, text.into());
            }
        }
        for variable in &self.variables {
            if fullness == Fullness::Everything || variable.required {
                let example = variable.examples.get(locale).unwrap_or(&variable.example);
                put(&mut root, &variable.name, example.clone());
            }
        }
        root
    }
}

fn put(root: &mut Json, path: &str, value: Json) {
    let mut place = root;
    for word in path.split('.') {
        if !place.is_object() {
            *place = Json::Object(Map::new());
        }
        let Json::Object(fields) = place else {
            return;
        };
        place = fields.entry(word).or_insert(Json::Null);
    }
    *place = value;
}
