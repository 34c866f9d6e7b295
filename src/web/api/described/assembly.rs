//! Parts and the table of routes, put together to one document. Of the table come the parameters of a
//! query and who may call; of the part what each means, what goes in and what comes out; of `common`
//! how every call can be refused. A part that says more than the table has is refused.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::DescriptionFault;
use super::notation::schema;
use crate::web::routes::{Access, Route};

/// How any call can be refused, one with a key, and one with a body.
const OF_ALL: [&str; 3] = ["400", "414", "500"];
const OF_KEYS: [&str; 3] = ["401", "403", "503"];
const OF_BODIES: [&str; 3] = ["408", "413", "415"];

/// A file of `parts/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiPart {
    /// What its operations are of; `common` has none.
    tag: Option<PartTag>,
    /// Those of the path or the query that an operation does not describe itself.
    #[serde(default)]
    parameters: BTreeMap<String, PartParameter>,
    #[serde(default)]
    refusals: BTreeMap<String, String>,
    #[serde(default)]
    schemas: Map<String, Value>,
    /// By method and path, `GET /v1/clients`; a verb that the route leaves open stands in the path.
    #[serde(default)]
    operations: BTreeMap<String, PartOperation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartTag {
    name: String,
    description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartOperation {
    summary: String,
    description: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, PartParameter>,
    #[serde(default)]
    headers: BTreeMap<String, PartParameter>,
    #[serde(default)]
    body: BTreeMap<String, PartBody>,
    answers: BTreeMap<String, PartAnswer>,
    /// By status; what is said here stands in the place of what `common` says.
    #[serde(default)]
    refusals: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartParameter {
    says: String,
    schema: Value,
    example: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartBody {
    schema: Value,
    example: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartAnswer {
    says: String,
    /// None: there is no body.
    schema: Option<Value>,
    example: Option<Value>,
    /// A content type that can be asked for instead of JSON.
    other: Option<String>,
}

/// The whole document. The first part is what all others share.
pub(super) fn document(parts: &[ApiPart], routes: &[Route]) -> Result<Value, DescriptionFault> {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for part in parts {
        for (name, operation) in &part.operations {
            let (route, path) =
                found(name, routes).ok_or_else(|| DescriptionFault::NoRoute(name.clone()))?;
            let one = Operation {
                name,
                path,
                part,
                says: operation,
                route,
                common: parts.first(),
            };
            let method = route.method.as_str().to_lowercase();
            paths.entry(path).or_default().insert(method, one.shown()?);
        }
    }
    let tags = parts.iter().filter_map(|part| part.tag.as_ref());
    let tags = tags.map(|tag| json!({"name": tag.name, "description": tag.description}));
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Araldo",
            "summary": "Tells people what happens to their cases and services before they have to ask.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags.collect::<Vec<Value>>(),
        "paths": paths,
        "components": {"schemas": schemas(parts)?, "securitySchemes": schemes()},
    }))
}

/// The route of an operation, and its path with its verb.
fn found<'a>(name: &'a str, routes: &'a [Route]) -> Option<(&'a Route, &'a str)> {
    let (method, path) = name.split_once(' ')?;
    let in_table = match path.rsplit_once("}:") {
        Some((head, _)) => format!("{head}}}"),
        None => path.to_owned(),
    };
    let is_it = |route: &&Route| route.method.as_str() == method && route.path == in_table;
    routes.iter().find(is_it).map(|route| (route, path))
}

fn schemas(parts: &[ApiPart]) -> Result<Map<String, Value>, DescriptionFault> {
    let mut schemas = Map::new();
    for (name, short) in parts.iter().flat_map(|part| &part.schemas) {
        if schemas.insert(name.clone(), schema(short)?).is_some() {
            return Err(DescriptionFault::Twice(name.clone()));
        }
    }
    Ok(schemas)
}

fn schemes() -> Value {
    json!({
        "key": {"type": "http", "scheme": "bearer",
            "description": "An API key, `araldo_..`, made by `araldo key create`. What it may do is said by its scopes."},
        "source_secret": {"type": "http", "scheme": "bearer",
            "description": "The secret of the source, as its settings have it."},
        "source_signature": {"type": "apiKey", "in": "header", "name": "X-Signature",
            "description": "A signature of the body; the settings of the source name the header and say how."},
    })
}

/// One operation, with all that it is made of.
struct Operation<'a> {
    name: &'a str,
    path: &'a str,
    part: &'a ApiPart,
    says: &'a PartOperation,
    route: &'a Route,
    common: Option<&'a ApiPart>,
}

impl Operation<'_> {
    fn shown(&self) -> Result<Value, DescriptionFault> {
        let mut shown = json!({
            "operationId": self.id(),
            "summary": self.says.summary,
            "tags": self.part.tag.iter().map(|tag| &tag.name).collect::<Vec<_>>(),
            "parameters": self.parameters()?,
            "responses": self.responses()?,
            "security": security(self.route.access),
        });
        if let Some(description) = &self.says.description {
            shown["description"] = description.as_str().into();
        }
        if !self.says.body.is_empty() {
            shown["requestBody"] = json!({"required": true, "content": self.bodies()?});
        }
        Ok(shown)
    }

    /// `get_v1_clients_ref`.
    fn id(&self) -> String {
        let words = self.name.split(|letter: char| !letter.is_alphanumeric());
        let words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join("_")
    }

    fn parameters(&self) -> Result<Vec<Value>, DescriptionFault> {
        let open = self.path.split('{').skip(1);
        let open = open.filter_map(|rest| rest.split_once('}'));
        let asked = match self.route.access {
            Access::Key { query, .. } => query,
            _ => &[],
        };
        let taken: Vec<(&str, &str)> = open
            .map(|(name, _)| (name, "path"))
            .chain(asked.iter().map(|name| (*name, "query")))
            .collect();
        let mut described = self.says.parameters.keys();
        if let Some(name) = described.find(|name| taken.iter().all(|(known, _)| known != name)) {
            return Err(self.unknown(name));
        }
        let taken = taken.into_iter().map(|(name, place)| {
            let of = self.described(name).ok_or_else(|| self.unknown(name))?;
            parameter(name, place, of)
        });
        let headers = self.says.headers.iter();
        let headers = headers.map(|(name, of)| parameter(name, "header", of));
        taken.chain(headers).collect()
    }

    /// What is said of a parameter: by the operation, else by its part, else for all.
    fn described(&self, name: &str) -> Option<&PartParameter> {
        let own = self.says.parameters.get(name);
        own.or_else(|| self.part.parameters.get(name))
            .or_else(|| self.common?.parameters.get(name))
    }

    fn unknown(&self, parameter: &str) -> DescriptionFault {
        DescriptionFault::Parameter {
            operation: self.name.to_owned(),
            parameter: parameter.to_owned(),
        }
    }

    fn bodies(&self) -> Result<Map<String, Value>, DescriptionFault> {
        let body = |(kind, body): (&String, &PartBody)| {
            let shown = json!({"schema": schema(&body.schema)?, "example": body.example});
            Ok((kind.clone(), shown))
        };
        self.says.body.iter().map(body).collect()
    }

    fn responses(&self) -> Result<BTreeMap<&str, Value>, DescriptionFault> {
        let mut responses = BTreeMap::new();
        for (status, answer) in &self.says.answers {
            responses.insert(status.as_str(), answer.shown()?);
        }
        for status in self.always_refused() {
            let common = self.common.and_then(|part| part.refusals.get(status));
            let says = common.ok_or_else(|| DescriptionFault::Status {
                operation: self.name.to_owned(),
                status,
            })?;
            responses.insert(status, refusal(status, says));
        }
        for (status, says) in &self.says.refusals {
            responses.insert(status.as_str(), refusal(status, says));
        }
        Ok(responses)
    }

    fn always_refused(&self) -> Vec<&'static str> {
        let mut statuses = OF_ALL.to_vec();
        if matches!(self.route.access, Access::Key { .. }) {
            statuses.extend(OF_KEYS);
        }
        if self.route.method != Method::GET && !self.says.body.is_empty() {
            statuses.extend(OF_BODIES);
        }
        statuses
    }
}

impl PartAnswer {
    fn shown(&self) -> Result<Value, DescriptionFault> {
        let mut shown = json!({"description": self.says});
        let Some(short) = &self.schema else {
            return Ok(shown);
        };
        let mut whole = json!({"schema": schema(short)?});
        if let Some(example) = &self.example {
            whole["example"] = example.clone();
        }
        let mut content = Map::new();
        content.insert("application/json".to_owned(), whole);
        if let Some(other) = &self.other {
            content.insert(other.clone(), json!({"schema": {"type": "string"}}));
        }
        shown["content"] = content.into();
        Ok(shown)
    }
}

fn parameter(name: &str, place: &str, of: &PartParameter) -> Result<Value, DescriptionFault> {
    let whole = schema(&of.schema)?;
    let mut shown = json!({"name": name, "in": place, "description": of.says, "schema": whole});
    if place == "path" {
        shown["required"] = true.into();
    }
    if let Some(example) = &of.example {
        shown["example"] = example.clone();
    }
    Ok(shown)
}

fn refusal(status: &str, says: &str) -> Value {
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    let mut shown = json!({"description": says, "content": {"application/problem+json": problem}});
    if status == "503" {
        let wait = json!({"description": "Seconds.", "schema": {"type": "integer"}});
        shown["headers"] = json!({"Retry-After": wait});
    }
    shown
}

/// One of these is enough.
fn security(access: Access) -> Value {
    match access {
        Access::Key { one_of, .. } => {
            let each = one_of.iter().map(|scope| json!({"key": [scope]}));
            each.collect()
        }
        Access::Signed => json!([{"source_secret": []}, {"source_signature": []}]),
        _ => json!([]),
    }
}
