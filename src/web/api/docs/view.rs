//! What the page says: the operations by their part, and the schemas they name.

use serde_json::Value;

use super::curl;
use super::kinds::{KindWord, kind};

/// The operations of one tag.
pub(super) struct DocsPart {
    pub(super) name: String,
    /// Where the page has it.
    pub(super) anchor: String,
    pub(super) description: String,
    pub(super) operations: Vec<DocsOperation>,
}

pub(super) struct DocsOperation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    /// Who may call it.
    pub(super) may: String,
    pub(super) parameters: Vec<DocsRow>,
    pub(super) bodies: Vec<DocsBody>,
    pub(super) answers: Vec<DocsAnswer>,
    pub(super) call: String,
}

/// A parameter, or a field.
pub(super) struct DocsRow {
    pub(super) name: String,
    /// Where it stands, of a parameter; whether it must be there, of a field.
    pub(super) place: String,
    pub(super) kind: Vec<KindWord>,
    pub(super) says: String,
}

/// What is sent, in one content type.
pub(super) struct DocsBody {
    pub(super) content_type: String,
    pub(super) kind: Vec<KindWord>,
    pub(super) example: String,
}

pub(super) struct DocsAnswer {
    pub(super) status: String,
    pub(super) says: String,
    pub(super) kind: Vec<KindWord>,
    /// Its fields, where it has no name of its own.
    pub(super) fields: Vec<DocsRow>,
    /// Empty where there is none.
    pub(super) example: String,
}

pub(super) struct DocsSchema {
    pub(super) name: String,
    pub(super) says: String,
    pub(super) kind: Vec<KindWord>,
    pub(super) fields: Vec<DocsRow>,
}

/// The parts in the order of the tags.
pub(super) fn parts(document: &Value) -> Vec<DocsPart> {
    let part = |tag: &Value| DocsPart {
        name: text(&tag["name"]),
        anchor: text(&tag["name"]).to_lowercase().replace(' ', "-"),
        description: text(&tag["description"]),
        operations: operations(document, &tag["name"]),
    };
    list(&document["tags"]).iter().map(part).collect()
}

/// All schemas, by name.
pub(super) fn schemas(document: &Value) -> Vec<DocsSchema> {
    let schemas = document["components"]["schemas"].as_object();
    let schema = |(name, schema): (&String, &Value)| DocsSchema {
        name: name.clone(),
        says: text(&schema["description"]),
        kind: kind(schema),
        fields: fields(schema),
    };
    schemas.into_iter().flatten().map(schema).collect()
}

fn operations(document: &Value, tag: &Value) -> Vec<DocsOperation> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, one) in methods.as_object().into_iter().flatten() {
            if one["tags"][0] == *tag {
                found.push(operation(&method.to_uppercase(), path, one));
            }
        }
    }
    found
}

fn operation(method: &str, path: &str, one: &Value) -> DocsOperation {
    DocsOperation {
        id: text(&one["operationId"]),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(&one["summary"]),
        description: text(&one["description"]),
        may: may(&one["security"]),
        parameters: list(&one["parameters"]).iter().map(parameter).collect(),
        bodies: bodies(&one["requestBody"]["content"]),
        answers: answers(&one["responses"]),
        call: curl::call(method, path, one),
    }
}

fn may(security: &Value) -> String {
    let one = |choice: &Value| match choice["key"][0].as_str() {
        Some(scope) => scope.to_owned(),
        None => "a proof of the source".to_owned(),
    };
    let mut who: Vec<String> = list(security).iter().map(one).collect();
    who.dedup();
    match who.is_empty() {
        true => "whoever reaches the port".to_owned(),
        false => who.join(" or "),
    }
}

fn parameter(parameter: &Value) -> DocsRow {
    DocsRow {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(&parameter["schema"]),
        says: text(&parameter["description"]),
    }
}

fn bodies(content: &Value) -> Vec<DocsBody> {
    let body = |(content_type, body): (&String, &Value)| DocsBody {
        content_type: content_type.clone(),
        kind: kind(&body["schema"]),
        example: curl::text(&body["example"]),
    };
    content
        .as_object()
        .into_iter()
        .flatten()
        .map(body)
        .collect()
}

/// What is answered when it went well; how it can be refused is the same text for many, and shorter.
fn answers(responses: &Value) -> Vec<DocsAnswer> {
    let answer = |(status, response): (&String, &Value)| {
        let content = &response["content"]["application/json"];
        DocsAnswer {
            status: status.clone(),
            says: text(&response["description"]),
            kind: content.get("schema").map(kind).unwrap_or_default(),
            fields: fields(&content["schema"]),
            example: content.get("example").map(curl::text).unwrap_or_default(),
        }
    };
    responses
        .as_object()
        .into_iter()
        .flatten()
        .map(answer)
        .collect()
}

/// The fields of an object, those that must be there first.
fn fields(schema: &Value) -> Vec<DocsRow> {
    let required = list(&schema["required"]);
    let field = |(name, schema): (&String, &Value)| {
        let must = required.iter().any(|known| known == name.as_str());
        let place = match must {
            true => "always",
            false => "may be absent",
        };
        let row = DocsRow {
            name: name.clone(),
            place: place.to_owned(),
            kind: kind(schema),
            says: text(&schema["description"]),
        };
        (!must, row)
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut rows: Vec<(bool, DocsRow)> = properties.map(field).collect();
    rows.sort_by_key(|(optional, _)| *optional);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text of the document; empty where there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
