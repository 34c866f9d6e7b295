//! One field of ours: a column of theirs, or a text with expressions over `record` in it.

use std::sync::LazyLock;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Expression, UndefinedBehavior, Value as Answer};
use serde_json::Value;

use crate::domain::FieldError;
use crate::domain::expression::within_limits;
use crate::domain::limits::SOURCE_FIELD;
use crate::source::reader::SourceRecord;
use crate::template::conditions;

/// Where expressions are compiled and run; it holds nothing of its own.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = conditions();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
});

/// A field whose text is neither a column nor an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {detail}")]
pub struct MappingError {
    /// Ours, as in `[source.NAME.case]`.
    pub field: String,
    detail: String,
}

/// Where one of our fields comes from.
#[derive(Debug)]
pub(super) enum Field {
    Column(String),
    /// Its result as it is: it may be a list or a truth value.
    Whole(Expression<'static, 'static>),
    /// Results and the text between them.
    Joined(Vec<FieldPart>),
}

#[derive(Debug)]
pub(super) enum FieldPart {
    Text(String),
    Result(Expression<'static, 'static>),
}

impl Field {
    /// The field and its name, if it is set.
    pub(super) fn named(
        name: &'static str,
        text: Option<&String>,
    ) -> Result<Option<(&'static str, Self)>, MappingError> {
        Ok(Self::read(name, text)?.map(|field| (name, field)))
    }

    pub(super) fn read(name: &str, text: Option<&String>) -> Result<Option<Self>, MappingError> {
        let field = text.map(|text| Self::parse(text.trim())).transpose();
        field.map_err(|detail| MappingError {
            field: name.to_owned(),
            detail,
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty; name a column, or leave the field out".to_owned());
        }
        if text.len() > SOURCE_FIELD {
            return Err(format!("it is longer than {SOURCE_FIELD} bytes"));
        }
        if text.contains("{%") {
            return Err(
                "only {{ expressions }} are read; write {{ a if b else c }} for a choice"
                    .to_owned(),
            );
        }
        if !text.contains("{{") {
            return Ok(Self::Column(text.to_owned()));
        }
        let mut parts = parts(text)?;
        match parts.as_mut_slice() {
            [FieldPart::Result(_)] => {}
            _ => return Ok(Self::Joined(parts)),
        }
        match parts.pop() {
            Some(FieldPart::Result(expression)) => Ok(Self::Whole(expression)),
            _ => Ok(Self::Joined(parts)),
        }
    }

    /// What the record has for it; `null` where it has nothing.
    pub(super) fn value(&self, name: &str, record: &SourceRecord) -> Result<Value, FieldError> {
        let fault = |detail: String| FieldError::new(format!("/{name}"), detail);
        match self {
            Self::Column(column) => record.fields.get(column).cloned().ok_or_else(|| {
                let columns: Vec<&str> = record.fields.keys().map(String::as_str).collect();
                fault(format!(
                    "there is no column `{column}`; there are: {}",
                    columns.join(", ")
                ))
            }),
            Self::Whole(expression) => {
                let answer = evaluate(expression, record).map_err(fault)?;
                serde_json::to_value(&answer).map_err(|error| fault(error.to_string()))
            }
            Self::Joined(parts) => {
                let texts: Result<String, String> =
                    parts.iter().map(|part| part.text(record)).collect();
                texts.map(Value::String).map_err(fault)
            }
        }
    }
}

impl FieldPart {
    fn text(&self, record: &SourceRecord) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Result(expression) => {
                let answer = evaluate(expression, record)?;
                Ok(match answer.kind() {
                    ValueKind::None => String::new(),
                    _ => answer.to_string(),
                })
            }
        }
    }
}

fn evaluate(
    expression: &Expression<'static, 'static>,
    record: &SourceRecord,
) -> Result<Answer, String> {
    let facts = std::collections::BTreeMap::from([("record", Answer::from(Serde(&record.fields)))]);
    let answer = expression.eval(facts).map_err(|error| error.to_string())?;
    match answer.is_undefined() {
        true => Err("its expression names a column that is not there".to_owned()),
        false => Ok(answer),
    }
}

fn parts(text: &str) -> Result<Vec<FieldPart>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let end = rest[at..].find("}}").ok_or("a `{{` has no `}}`")? + at;
        if at > 0 {
            parts.push(FieldPart::Text(rest[..at].to_owned()));
        }
        parts.push(FieldPart::Result(compiled(rest[at + 2..end].trim())?));
        rest = &rest[end + 2..];
    }
    if !rest.is_empty() {
        parts.push(FieldPart::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// Its size is looked at first: the engine has no limit of its own.
fn compiled(text: &str) -> Result<Expression<'static, 'static>, String> {
    within_limits(text).map_err(|excess| excess.to_string())?;
    ENVIRONMENT
        .compile_expression_owned(text.to_owned())
        .map_err(|error| format!("not an expression: {error}"))
}
