//! What rules came to of late; and those that no event could have set going, each with the likely reason: a type that
//! nobody sends, a field that no event has. What it is held against are the newest events of a
//! rule's types; it reads, and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::matching::{Matcher, RuleVerdict, about, asked_for};
use super::{Planner, forwarding, reminder, variables};
use crate::domain::condition::EVENT_FIELDS;
use crate::domain::event::{Event, EventData, Incident};
use crate::domain::limits::{
    RULE_EVENTS_READ, RULE_EVENTS_SAMPLED, RULE_MESSAGES_READ, RULE_PLANS_COUNTED,
    RULE_VALUES_NAMED, RULES_LOOK_BACK,
};
use crate::domain::rule::Rule;
use crate::domain::{Reason, Timestamp};
use crate::store::reports::RuleFigures;
use crate::store::{StoreError, Tx};
use crate::text::nearness::nearest;

/// Why a rule was not set going, or could tell nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleDoubt {
    /// Its template is not there, or no version of it is published: its messages are held.
    NoTemplate {
        template: String,
        /// The published one that is meant, perhaps.
        nearest: Option<String>,
    },
    /// No event had one of its types.
    NoSuchEvent {
        /// The type that is meant, perhaps.
        nearest: Option<String>,
    },
    /// No event of its types had a field that its condition asks for.
    NoSuchField {
        field: String,
        /// The field that is meant, perhaps.
        nearest: Option<String>,
    },
    /// Its condition held for none of these events.
    NeverHeld {
        events: usize,
        /// Its fields, each with some of the values that came.
        values: Vec<(String, Vec<String>)>,
    },
}

/// Why a rule that was set going told nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUntold {
    /// Nobody in the audience of any of its events is known here.
    NobodyKnown,
    /// The reason of most messages of its newest plan that was held back.
    Because(Reason),
}

/// A rule, and what it came to in [`RULES_LOOK_BACK`].
#[derive(Debug, Clone)]
pub struct RuleOfLate {
    pub rule: Rule,
    /// File and line, where that is known.
    pub place: Option<String>,
    /// None: no event set it going.
    pub figures: Option<RuleFigures>,
    /// Why it told nobody though events set it going, if so and known.
    pub untold: Option<WhyUntold>,
    /// Why no event could have set it going, or nobody can be told, if so.
    pub doubt: Option<RuleDoubt>,
}

/// All rules, in the order of their file.
#[derive(Debug, Clone)]
pub struct RulesOfLate {
    pub rules: Vec<RuleOfLate>,
    /// Every plan of that time was counted, and not the newest alone.
    pub is_whole: bool,
}

/// What events had that a rule listens to.
#[derive(Default)]
struct HeardOfRule {
    events: usize,
    /// The rule would have told one of them.
    told: bool,
    /// Values that came, by the fields its condition asks for.
    values: BTreeMap<String, BTreeSet<String>>,
    /// Names of all fields that came, as conditions write them.
    names: BTreeSet<String>,
}

impl Planner {
    /// The rules as they are in force, each with what it came to of late.
    pub async fn rules_of_late(&self) -> Result<RulesOfLate, StoreError> {
        let since = self.clock.now() - RULES_LOOK_BACK;
        let mut tx = self.store.read().await?;
        let figures = tx.reports().rules(since, RULE_PLANS_COUNTED).await?;
        let counted: i64 = figures.iter().map(|it| it.matched).sum();
        let matcher = self.matcher.load_full();
        let is_silent = |rule: &&Rule| figures.iter().all(|it| it.rule != rule.name);
        let silent: Vec<&Rule> = matcher.rules().filter(is_silent).collect();
        let mut doubts = self.doubts(&mut tx, &matcher, &silent, since).await?;
        doubts.extend(without_template(&mut tx, &matcher).await?);
        let mut untold = BTreeMap::new();
        for figures in figures.iter().filter(|it| it.told == 0) {
            let why = why_untold(&mut tx, figures, since).await?;
            untold.extend(why.map(|why| (figures.rule.clone(), why)));
        }
        let of_late = |rule: &Rule| RuleOfLate {
            place: matcher.place_of(&rule.name).map(str::to_owned),
            figures: figures.iter().find(|it| it.rule == rule.name).cloned(),
            untold: untold.get(&rule.name).copied(),
            doubt: doubts.remove(&rule.name),
            rule: rule.clone(),
        };
        Ok(RulesOfLate {
            rules: matcher.rules().map(of_late).collect(),
            is_whole: counted < RULE_PLANS_COUNTED,
        })
    }

    /// Of these rules, which made no plan since then, those that no event could have set going.
    async fn doubts(
        &self,
        tx: &mut Tx,
        matcher: &Matcher,
        silent: &[&Rule],
        since: Timestamp,
    ) -> Result<BTreeMap<String, RuleDoubt>, StoreError> {
        if silent.is_empty() {
            return Ok(BTreeMap::new());
        }
        let types = tx.events().types_since(since, RULE_EVENTS_SAMPLED).await?;
        let wanted: BTreeSet<String> = silent.iter().flat_map(|rule| rule.on.clone()).collect();
        let wanted: Vec<String> = wanted.into_iter().collect();
        let bounds = (RULE_EVENTS_SAMPLED, RULE_EVENTS_READ);
        let events = tx.events().of_types(&wanted, since, bounds).await?;
        let mut heard: BTreeMap<String, HeardOfRule> = BTreeMap::new();
        for stored in &events {
            let facts = self.facts_of(tx, &stored.event).await?;
            note(matcher, silent, (&stored.event, &facts), &mut heard);
        }
        let doubts = silent.iter().filter_map(|rule| {
            let heard = heard.remove(&rule.name).unwrap_or_default();
            Some((rule.name.clone(), doubt(rule, &heard, &types)?))
        });
        Ok(doubts.collect())
    }

    /// What conditions and texts may look at, as near as it can be known without taking the event
    /// in: an incident as it stands now.
    pub(super) async fn facts_of(
        &self,
        tx: &mut Tx,
        event: &Event,
    ) -> Result<Map<String, Value>, StoreError> {
        let (contact, kinds) = (&self.settings.contact, &self.settings.case_kinds);
        let mut facts = variables::common(&event.kind, event.occurred_at, contact);
        match &event.data {
            EventData::Case(step, data) => {
                variables::add_case(&mut facts, data, kinds);
                if step.is_reminder() {
                    reminder::add(&mut facts, data, &event.raw);
                }
            }
            EventData::Incident(step, data) => {
                let known = tx.incidents().lookup(&data.incident).await?;
                let incident = known.map_or_else(
                    || Incident::begin(*step, data, event.occurred_at),
                    |record| record.incident,
                );
                variables::add_incident(&mut facts, &incident);
            }
            EventData::Direct(request) => facts.extend(request.variables.clone()),
            EventData::Body(report) => reminder::add_body(&mut facts, report, kinds),
            EventData::Forwarded(list) => forwarding::add_list(&mut facts, list, &[], kinds),
            EventData::Other | EventData::Unreadable(_) => {}
        }
        Ok(facts)
    }
}

/// The rules whose messages cannot be written, by name.
async fn without_template(
    tx: &mut Tx,
    matcher: &Matcher,
) -> Result<Vec<(String, RuleDoubt)>, StoreError> {
    let templates = tx.templates().list().await?.into_iter();
    let published = templates.filter(|template| template.published.is_some());
    let published: Vec<String> = published.map(|template| template.name).collect();
    let lost = matcher
        .rules()
        .filter(|rule| !published.contains(&rule.template));
    let doubts = lost.map(|rule| {
        let near = nearest(published.iter().map(String::as_str), &rule.template);
        let doubt = RuleDoubt::NoTemplate {
            template: rule.template.clone(),
            nearest: near.map(str::to_owned),
        };
        (rule.name.clone(), doubt)
    });
    Ok(doubts.collect())
}

async fn why_untold(
    tx: &mut Tx,
    figures: &RuleFigures,
    since: Timestamp,
) -> Result<Option<WhyUntold>, StoreError> {
    if figures.planned == 0 {
        return Ok(Some(WhyUntold::NobodyKnown));
    }
    let (rule, last_at) = (figures.rule.as_str(), figures.last_at);
    let mut reports = tx.reports();
    let reason = reports
        .held_back(rule, since, last_at, RULE_MESSAGES_READ)
        .await?;
    Ok(reason.map(WhyUntold::Because))
}

/// Notes what an event had for the rules that listen to its type.
fn note(
    matcher: &Matcher,
    asked: &[&Rule],
    (event, facts): (&Event, &Map<String, Value>),
    heard: &mut BTreeMap<String, HeardOfRule>,
) {
    let seen = about(event);
    for judged in matcher.judged(event, facts) {
        let rule = &judged.rule;
        let is_asked = asked.iter().any(|it| it.name == rule.name);
        if !is_asked || judged.verdict == RuleVerdict::OtherType {
            continue;
        }
        let of_rule = heard.entry(rule.name.clone()).or_default();
        of_rule.events += 1;
        of_rule.told |= judged.verdict == RuleVerdict::Tells;
        for (field, value) in asked_for(rule, &seen, facts) {
            of_rule.values.entry(field).or_default().extend(value);
        }
        if of_rule.names.len() < RULE_VALUES_NAMED * 100 {
            add_names(EVENT_FIELDS, &event.raw, &mut of_rule.names);
            for root in ["case", "incident"] {
                let fact = facts.get(root).unwrap_or(&Value::Null);
                add_names(root, fact, &mut of_rule.names);
            }
        }
    }
}

fn add_names(root: &str, fact: &Value, names: &mut BTreeSet<String>) {
    let Value::Object(fields) = fact else { return };
    names.extend(fields.keys().map(|name| format!("{root}.{name}")));
}

fn doubt(rule: &Rule, heard: &HeardOfRule, types: &[String]) -> Option<RuleDoubt> {
    if heard.told {
        return None;
    }
    if heard.events == 0 {
        let near = |on: &String| nearest(types.iter().map(String::as_str), on);
        let near = rule.on.iter().find_map(near);
        let nearest = near.map(str::to_owned);
        return Some(RuleDoubt::NoSuchEvent { nearest });
    }
    // Without a condition: its events were kept quiet, or came late.
    rule.when.as_ref()?;
    let missing = heard.values.iter().find(|(_, values)| values.is_empty());
    if let Some((field, _)) = missing {
        let near = nearest(heard.names.iter().map(String::as_str), field);
        return Some(RuleDoubt::NoSuchField {
            field: field.clone(),
            nearest: near.map(str::to_owned),
        });
    }
    let some = |values: &BTreeSet<String>| {
        values
            .iter()
            .take(RULE_VALUES_NAMED)
            .cloned()
            .collect::<Vec<_>>()
    };
    let values = heard.values.iter();
    Some(RuleDoubt::NeverHeld {
        events: heard.events,
        values: values
            .map(|(field, values)| (field.clone(), some(values)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(when: &str) -> Rule {
        let text = format!(
            "[[rule]]\nname = \"r\"\non = [\"meter.read\"]\nwhen = \"{when}\"\n\
             audience = \"listed\"\ntemplate = \"t\"\ntopic = \"x\""
        );
        crate::config::rules::parse("rules.toml", &text)
            .unwrap()
            .remove(0)
    }

    fn doubted(when: &str, data: &Value) -> Option<RuleDoubt> {
        let rule = rule(when);
        let matcher = Matcher::new(vec![rule.clone()]).unwrap();
        let event = json!({"specversion": "1.0", "id": "1", "source": "/m", "type": "meter.read",
            "data": data});
        let event = Event::parse(&event, Timestamp::from_micros(1)).unwrap();
        let mut heard = BTreeMap::new();
        note(&matcher, &[&rule], (&event, &Map::new()), &mut heard);
        doubt(&rule, &heard["r"], &["meter.read".to_owned()])
    }

    #[test]
    fn a_renamed_field_is_named_with_the_one_that_is_meant() {
        let found = doubted("event.data.status == 'off'", &json!({"statuz": "off"}));
        let expected = RuleDoubt::NoSuchField {
            field: "event.data.status".to_owned(),
            nearest: Some("event.data.statuz".to_owned()),
        };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn a_value_that_never_comes_is_said_with_those_that_do() {
        let found = doubted("event.data.state == 'off'", &json!({"state": "on"}));
        let values = vec![("event.data.state".to_owned(), vec!["on".to_owned()])];
        let expected = RuleDoubt::NeverHeld { events: 1, values };
        assert_eq!(found, Some(expected));
        assert_eq!(
            doubted("event.data.state == 'on'", &json!({"state": "on"})),
            None
        );
    }

    #[test]
    fn a_type_that_nobody_sends_is_said_with_the_one_that_comes() {
        let found = doubt(
            &rule("true"),
            &HeardOfRule::default(),
            &["meter.reads".to_owned()],
        );
        let nearest = Some("meter.reads".to_owned());
        assert_eq!(found, Some(RuleDoubt::NoSuchEvent { nearest }));
    }
}
