//! Which rules an event matches. Rules are compiled once; a fault in one is found at start.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression, Value};
use serde_json::{Map, Value as Json, json};

use crate::domain::event::Event;
use crate::domain::rule::{self, Rule};
use crate::template::conditions;

/// Where expressions are compiled and run; it holds nothing of its own.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(conditions);

/// The rules, ready to be asked.
pub struct Matcher {
    rules: Vec<(Rule, Option<Expression<'static, 'static>>)>,
}

/// A rule whose `when` is no expression.
#[derive(Debug, thiserror::Error)]
#[error("rule `{rule}`: `when` is not an expression: {detail}")]
pub struct MatcherError {
    rule: String,
    detail: String,
}

impl Matcher {
    pub fn new(rules: Vec<Rule>) -> Result<Self, MatcherError> {
        let rules = rules
            .into_iter()
            .map(|rule| {
                let when = rule.when.clone().map(compiled).transpose();
                let when = when.map_err(|detail| MatcherError {
                    rule: rule.name.clone(),
                    detail,
                })?;
                Ok((rule, when))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { rules })
    }

    /// In the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The rules that an event sets going; what comes late only those that want it. `variables`: what
    /// is known of its case or incident.
    #[must_use]
    pub fn for_event(&self, event: &Event, variables: &Map<String, Json>) -> Vec<Rule> {
        let mut facts = BTreeMap::new();
        let about = json!({
            "type": event.kind,
            "source": event.source,
            "subject": event.subject,
            "time": event.occurred_at,
            "late": event.late,
            "data": event.raw,
        });
        facts.insert("event", Value::from(Serde(&about)));
        for name in ["case", "incident"] {
            let fact = variables.get(name);
            facts.insert(
                name,
                fact.map_or_else(|| Value::from(()), |fact| Value::from(Serde(fact))),
            );
        }
        let mut matching = self.matching(&event.kind, &facts);
        matching.retain(|rule| rule.late || !event.late);
        matching.into_iter().cloned().collect()
    }

    /// The rules that listen to this type and whose condition holds. A condition that cannot be
    /// evaluated (a field that is not there) does not hold; that is logged with the rule's name.
    #[must_use]
    pub fn matching(&self, kind: &str, facts: &BTreeMap<&str, Value>) -> Vec<&Rule> {
        self.rules
            .iter()
            .filter(|(rule, _)| rule.on.iter().any(|on| on == kind))
            .filter(|(rule, when)| when.as_ref().is_none_or(|when| holds(rule, when, facts)))
            .map(|(rule, _)| rule)
            .collect()
    }
}

/// A condition, ready to be asked. Its size is looked at first: the engine has no limit of its own.
fn compiled(text: String) -> Result<Expression<'static, 'static>, String> {
    rule::condition_within_limits(&text)?;
    ENVIRONMENT
        .compile_expression_owned(text)
        .map_err(|error| error.to_string())
}

fn holds(rule: &Rule, when: &Expression<'static, 'static>, facts: &BTreeMap<&str, Value>) -> bool {
    match when.eval(facts) {
        Ok(value) => value.is_true(),
        Err(error) => {
            tracing::warn!(rule.name = rule.name, error = %error, "a rule's condition could not be evaluated; the rule does not match");
            false
        }
    }
}
