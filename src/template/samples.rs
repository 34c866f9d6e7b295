//! Sample values of a template, from its own examples: for previews, tests and the check.

use serde_json::{Map, Value as Json};

use super::builtin::BUILTINS;
use crate::domain::language::Language;
use crate::domain::template::Source;

/// How much of a message's data a sample has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fullness {
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
            let text = Language::for_reader(locale).choose(italian, english);
            let always = !builtin.name.starts_with("contact.") && builtin.name != "for_client";
            if fullness == Fullness::Everything || always {
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

/// Puts the organisation's own facts (`organisation.name`, `contact.phone`, ...) in place of the
/// sample's, so that a preview is signed as the messages are. What the sample leaves out stays
/// out; what is not configured stays the example.
pub fn introduce(sample: &mut Json, facts: &Json) {
    let Json::Object(groups) = facts else { return };
    for (group, facts) in groups {
        for (name, fact) in facts.as_object().into_iter().flatten() {
            let place = sample.pointer_mut(&format!("/{group}/{name}"));
            if let (Some(place), Some(text)) = (place, fact.as_str())
                && !text.is_empty()
            {
                *place = text.into();
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_configured_contact_takes_the_place_of_the_samples() {
        let facts = json!({
            "organisation": {"name": "Comune di Prova"},
            "contact": {"phone": "+39 051 123456", "email": ""}
        });
        let mut sample = json!({
            "organisation": {"name": "Energia Comune"},
            "contact": {"phone": "051 000 0000", "hours": "lun-ven 8-20", "email": "a@b.example"}
        });
        introduce(&mut sample, &facts);
        assert_eq!(sample["organisation"]["name"], "Comune di Prova");
        assert_eq!(sample["contact"]["phone"], "+39 051 123456");
        assert_eq!(sample["contact"]["hours"], "lun-ven 8-20");
        assert_eq!(sample["contact"]["email"], "a@b.example");
        let mut least = json!({"organisation": {"name": "Energia Comune"}});
        introduce(&mut least, &facts);
        assert!(least.get("contact").is_none());
    }
}
