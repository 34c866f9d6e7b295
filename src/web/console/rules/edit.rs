//! `/console/rules/edit`: a rule written at the console: draft, published version, and those that
//! were. Two people at one draft: the second is told, and nothing is overwritten. What is published is
//! obeyed by each node as soon as it looks (`app::rules`); a rule is read here by the reader of the
//! file, so what can be saved can be used.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::{replay, sentence};
use crate::domain::Timestamp;
use crate::domain::limits::PROSE;
use crate::domain::role::Right;
use crate::domain::rule::Rule;
use crate::domain::template::VersionState;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::rule_versions::{NewRuleText, RuleVersion};
use crate::web::actions::pasted_rules::{self, PastedFault};
use crate::web::actions::rule_names;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{
    self, Badge, ConsolePart, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// What a button of the page does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleDeed {
    Save,
    Publish,
    Discard,
    Withdraw,
}

impl RuleDeed {
    fn of(button: &str) -> Option<Self> {
        match button {
            "save" => Some(Self::Save),
            "publish" => Some(Self::Publish),
            "discard" => Some(Self::Discard),
            "withdraw" => Some(Self::Withdraw),
            _ => None,
        }
    }
}

/// What the page is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleEditQuery {
    /// The rule's name; a new one where there is none.
    rule: String,
    done: String,
}

/// A version as the page lists it.
struct ShownRuleVersion {
    version: String,
    badge: Badge,
    author: String,
    changed: When,
    comment: String,
}

#[derive(Template)]
#[template(path = "console/rules/edit.html")]
struct RuleEditPage {
    frame: Frame,
    rule: String,
    typed: String,
    comment: String,
    /// When the draft was changed last, in microseconds; empty: there is none.
    seen: String,
    faults: Vec<String>,
    /// Why it could not be published as it stands.
    doubts: Vec<String>,
    note: Option<String>,
    says: Option<String>,
    versions: Vec<ShownRuleVersion>,
    has_draft: bool,
    is_in_force: bool,
    may_publish: bool,
}

/// What stands in the form, where it is drawn again.
#[derive(Default)]
struct TypedRule {
    text: Option<String>,
    comment: String,
    faults: Vec<String>,
}

pub(super) async fn form(
    visit: Visit,
    Query(asked): Query<RuleEditQuery>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let note = match asked.done.as_str() {
        "save" => Some(words.say("rules-edit-done-saved")),
        "publish" => Some(words.say("rules-edit-done-published")),
        "discard" => Some(words.say("rules-edit-done-discarded")),
        "withdraw" => Some(words.say("rules-edit-done-withdrawn")),
        _ => None,
    };
    let note = note.map(std::borrow::Cow::into_owned);
    draw(&visit, &asked.rule, TypedRule::default(), note).await
}

pub(super) async fn post(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditRules)?;
    let deed = RuleDeed::of(fields.get("deed"));
    let deed = deed.ok_or_else(|| Problem::field("/deed", "this is no button of the page"))?;
    if matches!(deed, RuleDeed::Publish | RuleDeed::Withdraw) {
        person.require(Right::PublishRules)?;
    }
    let done = match deed {
        RuleDeed::Save => save(&visit, &fields).await?,
        RuleDeed::Publish => publish(&visit, &fields).await?,
        RuleDeed::Discard | RuleDeed::Withdraw => end(&visit, deed, &fields).await?,
    };
    match done {
        Ok(rule) => {
            let rule = in_path(&rule);
            let path = format!(
                "/console/rules/edit?rule={rule}&done={}",
                fields.get("deed")
            );
            Ok(shell::strictly(Redirect::to(&path)))
        }
        Err(faults) => {
            let typed = TypedRule {
                text: Some(text_of(&fields)),
                comment: fields.get("comment").to_owned(),
                faults,
            };
            draw(&visit, fields.get("rule"), typed, None).await
        }
    }
}

/// Keeps a draft. The rule's name, or what is wrong.
async fn save(visit: &Visit, fields: &FormFields) -> Result<Result<String, Vec<String>>, Problem> {
    let text = text_of(fields);
    let rule = match one_rule(visit, fields.get("rule"), text.clone()).await {
        Ok(rule) => rule,
        Err(faults) => return Ok(Err(faults)),
    };
    let new = NewRuleText {
        id: visit.web.ids.next(),
        rule: &rule.name,
        text: &text,
        author: &visit.person.email,
    };
    let mut tx = visit.web.store.write().await?;
    let now = visit.web.clock.now();
    if !tx.rule_versions().save(&new, seen_in(fields), now).await? {
        return Ok(Err(vec![
            visit.words().say("rules-edit-stale").into_owned(),
        ]));
    }
    let entry = AuditEntry::new(&visit.person.email, "rule.saved", &rule.name);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Ok(rule.name))
}

/// Puts the draft into force, as it was saved.
async fn publish(
    visit: &Visit,
    fields: &FormFields,
) -> Result<Result<String, Vec<String>>, Problem> {
    let words = visit.words();
    let refused = |key: &str| Ok(Err(vec![words.say(key).into_owned()]));
    let (name, comment) = (fields.get("rule").to_owned(), fields.get("comment").trim());
    if comment.is_empty() || comment.chars().count() > PROSE {
        return refused("rules-edit-why");
    }
    let rule = match one_rule(visit, &name, text_of(fields)).await {
        Ok(rule) => rule,
        Err(faults) => return Ok(Err(faults)),
    };
    let lost = lost_names(visit, &text_of(fields), &rule).await?;
    if !lost.is_empty() {
        return Ok(Err(lost));
    }
    let mut tx = visit.web.store.write().await?;
    let versions = tx.rule_versions().of_rule(&name).await?;
    let draft = versions.iter().find(|it| it.state == VersionState::Draft);
    let Some(seen) = seen_in(fields) else {
        return refused("rules-edit-unsaved");
    };
    if draft.is_some_and(|draft| draft.text != text_of(fields)) {
        return refused("rules-edit-unsaved");
    }
    let now = visit.web.clock.now();
    let mut rules = tx.rule_versions();
    if !rules.publish(&name, seen, comment, now).await? {
        return refused("rules-edit-stale");
    }
    let entry = AuditEntry::new(&visit.person.email, "rule.published", &name).with(comment);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Ok(name))
}

/// Gives up a draft, or takes what is published out of force.
async fn end(
    visit: &Visit,
    deed: RuleDeed,
    fields: &FormFields,
) -> Result<Result<String, Vec<String>>, Problem> {
    let name = fields.get("rule").to_owned();
    let mut tx = visit.web.store.write().await?;
    let now = visit.web.clock.now();
    let action = if deed == RuleDeed::Withdraw {
        tx.rule_versions().retire(&name, now).await?;
        "rule.withdrawn"
    } else {
        tx.rule_versions().discard(&name).await?;
        "rule.discarded"
    };
    let entry = AuditEntry::new(&visit.person.email, action, &name);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Ok(name))
}

/// The one rule of a text, of this name where there is one already.
async fn one_rule(visit: &Visit, name: &str, text: String) -> Result<Rule, Vec<String>> {
    let words = visit.words();
    let one = || vec![words.say("rules-edit-one").into_owned()];
    let mut rules = match pasted_rules::read(&visit.web, text).await {
        Ok(rules) => rules,
        Err(PastedFault::Faults(faults)) => return Err(faults),
        Err(PastedFault::Empty | PastedFault::TooMany | PastedFault::TooLong(_)) => {
            return Err(one());
        }
    };
    match (rules.pop(), rules.is_empty()) {
        (Some(rule), true) if name.is_empty() || rule.name == name => Ok(rule),
        (Some(rule), true) => {
            let values = [
                ("found", FluentValue::from(rule.name.as_str())),
                ("expected", name.into()),
            ];
            Err(vec![words.say_with("rules-edit-name", &values)])
        }
        _ => Err(one()),
    }
}

/// What the rule names that is not there, each with its line.
async fn lost_names(visit: &Visit, text: &str, rule: &Rule) -> Result<Vec<String>, Problem> {
    let words = visit.words();
    let lost = rule_names::lost(&visit.web, text, rule).await?.into_iter();
    let said = lost.map(|lost| {
        let place = format!("{}:{}", pasted_rules::NAME, lost.line);
        let key = match (lost.key, &lost.nearest) {
            ("template", None) => "rules-edit-no-template",
            ("template", Some(_)) => "rules-edit-no-template-but",
            (_, None) => "rules-edit-no-topic",
            (_, Some(_)) => "rules-edit-no-topic-but",
        };
        let values = [
            ("place", FluentValue::from(place)),
            (lost.key, lost.name.into()),
            ("nearest", lost.nearest.unwrap_or_default().into()),
        ];
        words.say_with(key, &values)
    });
    Ok(said.collect())
}

/// What was typed, with the ends of lines as they are kept.
fn text_of(fields: &FormFields) -> String {
    fields.get("text").replace("\r\n", "\n").trim().to_owned()
}

fn seen_in(fields: &FormFields) -> Option<Timestamp> {
    let seen = fields.get("seen").parse().ok();
    seen.map(Timestamp::from_micros)
}

async fn draw(
    visit: &Visit,
    rule: &str,
    typed: TypedRule,
    note: Option<String>,
) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let versions = tx.rule_versions().of_rule(rule).await?;
    drop(tx);
    let of = |state| versions.iter().find(|it| it.state == state);
    let (draft, published) = (of(VersionState::Draft), of(VersionState::Published));
    let kept = draft.or(published).map(|version| version.text.clone());
    let text = typed.text.unwrap_or_else(|| match kept {
        Some(text) => text,
        None => replay::as_it_stands(&visit.web, rule),
    });
    let status = match typed.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let read = pasted_rules::read(&visit.web, text.clone()).await.ok();
    let read = read.and_then(|mut rules| rules.pop());
    let doubts = match &read {
        Some(rule) if typed.faults.is_empty() => lost_names(visit, &text, rule).await?,
        _ => Vec::new(),
    };
    let words = visit.words();
    let page = RuleEditPage {
        rule: rule.to_owned(),
        typed: text,
        comment: typed.comment,
        seen: draft.map_or_else(String::new, |it| it.changed_at.as_micros().to_string()),
        faults: typed.faults,
        doubts,
        note,
        says: read.map(|rule| sentence::of(&rule, words).first),
        has_draft: draft.is_some(),
        is_in_force: published.is_some(),
        may_publish: visit.may(Right::PublishRules),
        versions: versions.iter().map(|it| shown(it, visit)).collect(),
        frame: visit
            .frame(ConsolePart::Templates, words.say("rules-edit-title"))
            .await?,
    };
    Ok(shell::page_with(status, &page))
}

fn shown(version: &RuleVersion, visit: &Visit) -> ShownRuleVersion {
    let now = visit.moment();
    let tone = match version.state {
        VersionState::Draft => "attention",
        VersionState::Published => "delivered",
        VersionState::Retired => "waiting",
    };
    let word = now.words.of("rules-version", version.state.as_str());
    ShownRuleVersion {
        version: version.version.to_string(),
        badge: Badge::new(tone, &word),
        author: version.author.clone(),
        changed: When::new(version.changed_at, now),
        comment: version.comment.clone().unwrap_or_default(),
    }
}
