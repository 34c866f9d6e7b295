//! One field of ours: a column of theirs, or a text with expressions over `record` in it.

use std::sync::LazyLock;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, Expression, UndefinedBehavior, Value as Answer};
use serde_json::Value;

use crate::domain::FieldError;
use crate::domain::expression::{within_limits, words};
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
pub(super) struct Field {
    /// As it stands in the settings.
    written: String,
    form: FieldForm,
}

#[derive(Debug)]
enum FieldForm {
    Column(String),
    /// Its result as it is: it may be a list or a truth value.
    Whole(RecordExpression),
    /// Results and the text between them.
    Joined(Vec<FieldPart>),
}

#[derive(Debug)]
enum FieldPart {
    Text(String),
    Result(RecordExpression),
}

/// An expression over `record`, and which columns it needs.
#[derive(Debug)]
struct RecordExpression {
    compiled: Expression<'static, 'static>,
    /// Columns without which it says nothing; none where it says itself what an empty one means.
    needs: Vec<String>,
}

/// Words by which an expression deals with empty columns itself.
const ON_EMPTY: [&str; 5] = ["none", "None", "default", "if", "or"];

impl Field {
    /// The field and its name, if it is set.
    pub(super) fn named(
        name: &'static str,
        text: Option<&String>,
    ) -> Result<Option<(&'static str, Self)>, MappingError> {
        Ok(Self::read(name, text)?.map(|field| (name, field)))
    }

    pub(super) fn read(name: &str, text: Option<&String>) -> Result<Option<Self>, MappingError> {
        let field = text.map(|text| {
            let written = text.trim().to_owned();
            FieldForm::parse(&written).map(|form| Self { written, form })
        });
        field.transpose().map_err(|detail| MappingError {
            field: name.to_owned(),
            detail,
        })
    }

    /// As it stands in the settings.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Where it comes from, for people.
    pub(super) fn origin(&self) -> String {
        match &self.form {
            FieldForm::Column(column) => format!("the column `{column}`"),
            FieldForm::Whole(_) | FieldForm::Joined(_) => format!("`{}`", self.written),
        }
    }

    /// What the record has for it; `null` where it has nothing, or where a column that its
    /// expression needs is empty.
    pub(super) fn value(&self, name: &str, record: &SourceRecord) -> Result<Value, FieldError> {
        let value = self.form.value(record);
        value.map_err(|detail| FieldError::new(format!("/{name}"), detail))
    }
}

impl FieldForm {
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

    fn value(&self, record: &SourceRecord) -> Result<Value, String> {
        let mut needs = self.needs();
        if needs.any(|column| record.fields.get(column) == Some(&Value::Null)) {
            return Ok(Value::Null);
        }
        match self {
            Self::Column(column) => record.fields.get(column).cloned().ok_or_else(|| {
                let columns: Vec<&str> = record.fields.keys().map(String::as_str).collect();
                format!(
                    "there is no column `{column}`; there are: {}",
                    columns.join(", ")
                )
            }),
            Self::Whole(expression) => {
                let answer = expression.evaluate(record)?;
                serde_json::to_value(&answer).map_err(|error| error.to_string())
            }
            Self::Joined(parts) => parts
                .iter()
                .map(|part| part.text(record))
                .collect::<Result<String, String>>()
                .map(Value::String),
        }
    }

    /// The columns without which it says nothing.
    fn needs(&self) -> impl Iterator<Item = &String> {
        let (whole, parts) = match self {
            Self::Column(_) => (None, [].as_slice()),
            Self::Whole(expression) => (Some(expression), [].as_slice()),
            Self::Joined(parts) => (None, parts.as_slice()),
        };
        let of_parts = parts.iter().filter_map(|part| match part {
            FieldPart::Result(expression) => Some(expression),
            FieldPart::Text(_) => None,
        });
        let all = whole.into_iter().chain(of_parts);
        all.flat_map(|expression| &expression.needs)
    }
}

impl FieldPart {
    fn text(&self, record: &SourceRecord) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Result(expression) => {
                let answer = expression.evaluate(record)?;
                Ok(match answer.kind() {
                    ValueKind::None => String::new(),
                    _ => answer.to_string(),
                })
            }
        }
    }
}

impl RecordExpression {
    fn evaluate(&self, record: &SourceRecord) -> Result<Answer, String> {
        let facts =
            std::collections::BTreeMap::from([("record", Answer::from(Serde(&record.fields)))]);
        let answer = self.compiled.eval(facts);
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.is_undefined() {
            true => Err("its expression names a column that is not there".to_owned()),
            false => Ok(answer),
        }
    }
}

/// The columns that an expression names as `record.NAME`.
fn columns(text: &str) -> Vec<String> {
    let words: Vec<&str> = words(text).map(|word| word.text).collect();
    if words.iter().any(|word| ON_EMPTY.contains(word)) {
        return Vec::new();
    }
    let named = words.windows(3).filter_map(|three| match three {
        ["record", ".", name] => Some((*name).to_owned()),
        _ => None,
    });
    named.collect()
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
fn compiled(text: &str) -> Result<RecordExpression, String> {
    within_limits(text).map_err(|excess| excess.to_string())?;
    let compiled = ENVIRONMENT
        .compile_expression_owned(text.to_owned())
        .map_err(|error| format!("not an expression: {error}"))?;
    Ok(RecordExpression {
        compiled,
        needs: columns(text),
    })
}
