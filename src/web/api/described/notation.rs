//! How a schema is written in `parts/`: JSON Schema, in which
//!
//! - a text where a schema stands is the name of one, and with a `?` behind it may be null;
//! - `fields` is an object that has these fields and no others; one whose name ends with `?` may be
//!   absent;
//! - a text that begins with `@` is a limit or a list of words of the code (`figures`).

use serde_json::{Map, Value, json};

use super::DescriptionFault;
use super::figures::figure;

/// The schema in full.
pub(super) fn schema(short: &Value) -> Result<Value, DescriptionFault> {
    match short {
        Value::String(name) => Ok(named(name)),
        Value::Object(words) => object(words).map(Value::Object),
        other => Ok(other.clone()),
    }
}

fn named(name: &str) -> Value {
    let of = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    match name.strip_suffix('?') {
        Some(name) => json!({"anyOf": [of(name), {"type": "null"}]}),
        None => of(name),
    }
}

fn object(words: &Map<String, Value>) -> Result<Map<String, Value>, DescriptionFault> {
    let mut whole = Map::new();
    for (word, value) in words {
        let value = match (word.as_str(), value) {
            ("fields", Value::Object(fields)) => {
                whole.extend(closed(fields)?);
                continue;
            }
            ("properties", Value::Object(fields)) => each(fields)?.into(),
            ("items" | "additionalProperties" | "propertyNames", schema_of) => schema(schema_of)?,
            ("anyOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                let schemas: Result<Vec<Value>, _> = schemas.iter().map(schema).collect();
                schemas?.into()
            }
            (_, Value::String(text)) => figured(text)?,
            (_, value) => value.clone(),
        };
        whole.insert(word.clone(), value);
    }
    Ok(whole)
}

fn each(fields: &Map<String, Value>) -> Result<Map<String, Value>, DescriptionFault> {
    let field = |(name, short): (&String, &Value)| Ok((bare(name).to_owned(), schema(short)?));
    fields.iter().map(field).collect()
}

/// An object with these fields and no others.
fn closed(fields: &Map<String, Value>) -> Result<Map<String, Value>, DescriptionFault> {
    let required = fields.keys().filter(|name| bare(name) == name.as_str());
    let required: Vec<&String> = required.collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), "object".into());
    object.insert("properties".to_owned(), each(fields)?.into());
    object.insert("required".to_owned(), json!(required));
    object.insert("additionalProperties".to_owned(), false.into());
    Ok(object)
}

fn bare(name: &str) -> &str {
    name.strip_suffix('?').unwrap_or(name)
}

fn figured(text: &str) -> Result<Value, DescriptionFault> {
    match text.strip_prefix('@') {
        None => Ok(text.into()),
        Some(name) => figure(name).ok_or_else(|| DescriptionFault::NoFigure(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_reference_and_a_question_mark_lets_it_be_null_or_absent() {
        let short = json!({"fields": {"a": "Text", "b?": "Text?"}});
        let text = json!({"$ref": "#/components/schemas/Text"});
        let whole = json!({
            "type": "object",
            "properties": {"a": text, "b": {"anyOf": [text, {"type": "null"}]}},
            "required": ["a"],
            "additionalProperties": false,
        });
        assert_eq!(schema(&short).unwrap(), whole);
    }

    #[test]
    fn limits_and_words_are_those_of_the_code() {
        let short = json!({"items": {"enum": "@Channel"}, "maxItems": "@CONTACTS"});
        let whole = json!({"items": {"enum": ["sms", "email"]}, "maxItems": 20});
        assert_eq!(schema(&short).unwrap(), whole);
        let unknown = schema(&json!({"maxItems": "@NOTHING"})).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "`NOTHING` is no limit and no list of words"
        );
    }
}
