//! Which rules an event matches. Rules are compiled once; a fault in one is found at start.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression, Value};
use serde_json::{Map, Value as Json, json};

use crate::domain::Class;
use crate::domain::condition;
use crate::domain::event::Event;
use crate::domain::rule::{self, Rule};
use crate::template::conditions;

/// Where expressions are compiled and run; it holds nothing of its own.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(conditions);

/// The rules, ready to be asked.
pub struct Matcher {
    rules: Vec<(Rule, Option<Expression<'static, 'static>>)>,
    /// Where each stands, by its name: file and line.
    places: BTreeMap<String, String>,
    /// The same of the file alone, without what stands in the place of it.
    of_file: (Vec<Rule>, BTreeMap<String, String>),
    /// The rows of the rules that stand in the place of those of the file.
    overlay: Vec<i64>,
}

/// What a rule makes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleVerdict {
    Tells,
    /// It listens to other types.
    OtherType,
    /// Its condition does not hold; the fields it asks for, with what the event has there.
    Fails(Vec<(String, Option<String>)>),
    /// Its condition cannot be evaluated for this event, and why.
    Unclear(String),
    /// It does not want what is found late.
    NotLate,
}

/// A rule that was asked about one event.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedRule {
    pub rule: Rule,
    pub verdict: RuleVerdict,
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
        let of_file = (rules.clone(), BTreeMap::new());
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
        Ok(Self {
            rules,
            places: BTreeMap::new(),
            of_file,
            overlay: Vec::new(),
        })
    }

    /// The rules of the file, but each of these in the place of the one of its name, or behind the
    /// others. `rows`: where they were read.
    pub fn overlaid(
        &self,
        published: Vec<(Rule, String)>,
        rows: Vec<i64>,
    ) -> Result<Self, MatcherError> {
        let (mut rules, mut places) = self.of_file.clone();
        for (rule, place) in published {
            places.insert(rule.name.clone(), place);
            match rules.iter_mut().find(|of_file| of_file.name == rule.name) {
                Some(of_file) => *of_file = rule,
                None => rules.push(rule),
            }
        }
        let of_file = self.of_file.clone();
        let matcher = Self::new(rules)?;
        Ok(Self {
            places,
            of_file,
            overlay: rows,
            ..matcher
        })
    }

    /// The rows of the rules that stand in the place of those of the file.
    #[must_use]
    pub fn overlay(&self) -> &[i64] {
        &self.overlay
    }

    /// The same rules, with where each stands by its name.
    #[must_use]
    pub fn standing_at(mut self, places: impl IntoIterator<Item = (String, String)>) -> Self {
        self.places.extend(places);
        self.of_file.1.clone_from(&self.places);
        self
    }

    /// File and line of a rule, where that is known.
    #[must_use]
    pub fn place_of(&self, rule: &str) -> Option<&str> {
        self.places.get(rule).map(String::as_str)
    }

    /// In the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// Whether a rule writes about this topic for somebody's safety, which no client can refuse.
    #[must_use]
    pub fn has_safety(&self, topic: &str) -> bool {
        let mut of_topic = self.rules().filter(|rule| rule.topic == topic);
        of_topic.any(|rule| rule.class == Class::Safety)
    }

    /// The rules that an event sets going; what comes late only those that want it. `variables`: what
    /// is known of its case or incident.
    #[must_use]
    pub fn for_event(&self, event: &Event, variables: &Map<String, Json>) -> Vec<Rule> {
        let mut matching = self.matching(&event.kind, &facts(&about(event), variables));
        matching.retain(|rule| rule.late || !event.late);
        matching.into_iter().cloned().collect()
    }

    /// The same, and the names of the rules that listen to the event and whose condition cannot be
    /// evaluated, each with why.
    #[must_use]
    pub(super) fn for_event_or_why(
        &self,
        event: &Event,
        variables: &Map<String, Json>,
    ) -> (Vec<Rule>, Vec<(String, String)>) {
        let facts = facts(&about(event), variables);
        let listens = |rule: &Rule| rule.on.contains(&event.kind) && (rule.late || !event.late);
        let (mut matching, mut unclear) = (Vec::new(), Vec::new());
        for (rule, when) in self.rules.iter().filter(|(rule, _)| listens(rule)) {
            match when.as_ref().map(|when| when.eval(&facts)) {
                Some(Err(error)) => unclear.push((rule.name.clone(), error.to_string())),
                Some(Ok(value)) if !value.is_true() => {}
                _ => matching.push(rule.clone()),
            }
        }
        (matching, unclear)
    }

    /// What each rule makes of an event, in the order of the file.
    #[must_use]
    pub fn judged(&self, event: &Event, variables: &Map<String, Json>) -> Vec<JudgedRule> {
        let about = about(event);
        let facts = facts(&about, variables);
        let rules = self.rules.iter();
        let judged = rules.map(|(rule, when)| JudgedRule {
            rule: rule.clone(),
            verdict: match when {
                _ if !rule.on.contains(&event.kind) => RuleVerdict::OtherType,
                _ if event.late && !rule.late => RuleVerdict::NotLate,
                None => RuleVerdict::Tells,
                Some(when) => match when.eval(&facts) {
                    Ok(value) if value.is_true() => RuleVerdict::Tells,
                    Ok(_) => RuleVerdict::Fails(asked_for(rule, &about, variables)),
                    Err(error) => RuleVerdict::Unclear(error.to_string()),
                },
            },
        });
        judged.collect()
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

/// What conditions see of an event.
pub(super) fn about(event: &Event) -> Json {
    json!({
        "type": event.kind,
        "source": event.source,
        "subject": event.subject,
        "time": event.occurred_at,
        "late": event.late,
        "data": event.raw,
    })
}

fn facts(about: &Json, variables: &Map<String, Json>) -> BTreeMap<&'static str, Value> {
    let mut facts = BTreeMap::new();
    facts.insert("event", Value::from(Serde(about)));
    for name in ["case", "incident"] {
        let fact = variables.get(name);
        facts.insert(
            name,
            fact.map_or_else(|| Value::from(()), |fact| Value::from(Serde(fact))),
        );
    }
    facts
}

/// The fields of a rule's condition, each with what stands there.
pub(super) fn asked_for(
    rule: &Rule,
    about: &Json,
    variables: &Map<String, Json>,
) -> Vec<(String, Option<String>)> {
    let fields = condition::fields(rule.when.as_deref().unwrap_or_default());
    let with_value = |field: String| {
        let (root, path) = field.split_once('.').unwrap_or((field.as_str(), ""));
        let root = match root {
            "event" => Some(about),
            other => variables.get(other),
        };
        let found = root.and_then(|root| root.pointer(&format!("/{}", path.replace('.', "/"))));
        let found = found
            .filter(|value| !value.is_null())
            .map(|value| match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            });
        (field, found)
    };
    fields.into_iter().map(with_value).collect()
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
