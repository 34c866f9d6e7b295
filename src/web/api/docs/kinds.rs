//! A schema in a few words: `text, at most 200 characters`, `list of Contact`, `sms or email or null`.

use serde_json::Value;

/// A piece of such words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KindWord {
    Plain(String),
    /// The name of a schema, which stands on the same page.
    Schema(String),
}

impl KindWord {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Schema(text) => text,
        }
    }

    /// The page that has the schema; none of a plain word.
    pub(super) fn page(&self) -> Option<&'static str> {
        match self {
            Self::Plain(_) => None,
            Self::Schema(name) => Some(schema_page(name)),
        }
    }
}

/// Where the schemas stand, by their first letter: together they would weigh more than a page may.
pub(super) const SCHEMA_PAGES: [(&str, &str); 2] = [
    ("schemas-a-l", "Schemas A–L"),
    ("schemas-m-z", "Schemas M–Z"),
];

/// The page of the schema of this name.
pub(super) fn schema_page(name: &str) -> &'static str {
    let [(early, _), (late, _)] = SCHEMA_PAGES;
    if name < "M" { early } else { late }
}

/// What stands before the name of a schema in a reference.
const SCHEMAS: &str = "#/components/schemas/";

/// The words for a schema.
pub(super) fn kind(schema: &Value) -> Vec<KindWord> {
    let mut words = Vec::new();
    say(schema, &mut words);
    words
}

fn say(schema: &Value, words: &mut Vec<KindWord>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix(SCHEMAS).unwrap_or(name);
        words.push(KindWord::Schema(name.to_owned()));
        return;
    }
    let choices = ["anyOf", "allOf"].map(|word| (word, schema[word].as_array()));
    for (word, schemas) in choices {
        let Some(schemas) = schemas else { continue };
        let between = if word == "anyOf" { " or " } else { " and " };
        for (at, one) in schemas.iter().enumerate() {
            if at > 0 {
                words.push(KindWord::Plain(between.to_owned()));
            }
            say(one, words);
        }
        return;
    }
    words.push(KindWord::Plain(plain(schema)));
    if schema["items"].is_object() {
        words.push(KindWord::Plain(" of ".to_owned()));
        say(&schema["items"], words);
    }
}

/// What is neither a name nor a choice.
fn plain(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return shown(value);
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(shown).collect();
        return values.join(" or ");
    }
    let mut said = vec![types(&schema["type"])];
    said.extend(bounds(schema));
    said.join(", ")
}

fn types(kind: &Value) -> String {
    let words: Vec<&str> = match kind {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let words: Vec<&str> = words
        .into_iter()
        .map(|word| match word {
            "string" => "text",
            "array" => "list",
            "boolean" => "true or false",
            "integer" => "whole number",
            other => other,
        })
        .collect();
    match words.is_empty() {
        true => "anything".to_owned(),
        false => words.join(" or "),
    }
}

/// The limits of it, each in words.
fn bounds(schema: &Value) -> Vec<String> {
    let number = |word: &str| schema.get(word).filter(|value| value.is_number());
    let text = |word: &str| schema[word].as_str();
    let mut said = Vec::new();
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => said.push(format!("{least} to {most}")),
        (Some(least), None) => said.push(format!("{least} at least")),
        (None, Some(most)) => said.push(format!("{most} at most")),
        (None, None) => {}
    }
    for (word, of) in [
        ("maxLength", "characters"),
        ("maxItems", "items"),
        ("maxProperties", "entries"),
    ] {
        said.extend(number(word).map(|most| format!("at most {most} {of}")));
    }
    said.extend(text("format").map(str::to_owned));
    // That something is visible in a text goes without saying.
    let pattern = text("pattern").filter(|pattern| *pattern != "\\S");
    said.extend(pattern.map(|pattern| format!("as {pattern}")));
    said.extend(
        schema
            .get("default")
            .map(|usual| format!("otherwise {}", shown(usual))),
    );
    said
}

/// A value as a reader writes it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(schema: &Value) -> String {
        let words = kind(schema).into_iter();
        let words = words.map(|word| match word {
            KindWord::Plain(text) => text,
            KindWord::Schema(name) => format!("<{name}>"),
        });
        words.collect()
    }

    #[test]
    fn a_schema_is_said_in_a_few_words() {
        let channel = json!({"$ref": "#/components/schemas/Channel"});
        for (schema, words) in [
            (
                json!({"anyOf": [channel, {"type": "null"}]}),
                "<Channel> or null",
            ),
            (
                json!({"type": "array", "maxItems": 3, "items": channel}),
                "list, at most 3 items of <Channel>",
            ),
            (
                json!({"type": ["string", "null"], "maxLength": 7}),
                "text or null, at most 7 characters",
            ),
            (
                json!({"type": "integer", "minimum": 1, "maximum": 9, "default": 2}),
                "whole number, 1 to 9, otherwise 2",
            ),
            (json!({"enum": ["sms", null]}), "sms or null"),
            (json!({"description": "any"}), "anything"),
        ] {
            assert_eq!(said(&schema), words);
        }
    }
}
