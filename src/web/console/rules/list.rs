//! `GET /console/rules`: each rule as a sentence, what it came to in the last 30 days, and why no
//! event could have set it going, if so.

use askama::Template;
use axum::response::Response;

use super::sentence::{self, RuleSentences};
use crate::config::rules as rules_file;
use crate::domain::limits::{RULE_PLANS_COUNTED, RULES_LOOK_BACK};
use crate::domain::role::Right;
use crate::plan::{RuleDoubt, RuleOfLate, WhyUntold};
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;

/// A rule as the page has it.
struct ShownRule {
    name: String,
    path: String,
    sentences: RuleSentences,
    place: Option<String>,
    is_built_in: bool,
    figures: String,
    /// Why it told nobody, if so.
    untold: Option<String>,
    last: Option<When>,
    /// Why no event could have set it going, and how loud that is said.
    doubt: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/rules/list.html")]
struct RulesPage {
    frame: Frame,
    rules: Vec<ShownRule>,
    /// Says so where not all plans were counted.
    sampled: Option<String>,
    may_try: bool,
    may_edit: bool,
    /// Rules of which there is a draft, each with its part of an address.
    drafts: Vec<(String, String)>,
}

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let now = visit.moment();
    let found = Box::pin(visit.web.rehearsal.rules_of_late()).await?;
    let mut tx = visit.web.store.read().await?;
    let drafts = tx.rule_versions().drafts().await?;
    drop(tx);
    let drafts = drafts.into_iter().map(|rule| {
        let path = in_path(&rule);
        (rule, path)
    });
    let sampled = (!found.is_whole).then(|| now.words.count("rules-sampled", RULE_PLANS_COUNTED));
    let rules = found.rules.iter().map(|rule| shown(rule, now));
    let page = RulesPage {
        rules: rules.collect(),
        sampled,
        may_try: visit.may(Right::TryRules),
        may_edit: visit.may(Right::EditRules),
        drafts: drafts.collect(),
        frame: visit
            .frame(ConsolePart::Templates, now.words.say("rules-title"))
            .await?,
    };
    Ok(shell::page(&page))
}

fn shown(found: &RuleOfLate, now: Moment) -> ShownRule {
    let (rule, words) = (&found.rule, now.words);
    let figures = match &found.figures {
        None => words.say("rules-never-set-going").into_owned(),
        Some(figures) => format!(
            "{} {}",
            words.count("rules-matched", figures.matched),
            words.count("rules-told", figures.told)
        ),
    };
    let last = found.figures.as_ref();
    ShownRule {
        name: rule.name.clone(),
        path: in_path(&rule.name),
        sentences: sentence::of(rule, words),
        is_built_in: found.place.as_deref().is_some_and(rules_file::is_built_in),
        place: found.place.clone(),
        figures,
        untold: found.untold.map(|why| untold(why, words)),
        last: last.map(|figures| When::new(figures.last_at, now)),
        doubt: found.doubt.as_ref().map(|doubt| {
            let tone = match is_odd(doubt, &rule.on) {
                true => "note",
                false => "quiet",
            };
            (doubted(doubt, words), tone)
        }),
    }
}

/// Whether somebody should look: that nobody had an outage is no fault of a rule.
fn is_odd(doubt: &RuleDoubt, on: &[String]) -> bool {
    match doubt {
        RuleDoubt::NoSuchEvent { nearest } => {
            nearest.is_some() && !on.iter().all(|kind| sentence::is_ours(kind))
        }
        RuleDoubt::NoTemplate { .. }
        | RuleDoubt::NoSuchField { .. }
        | RuleDoubt::NeverHeld { .. } => true,
    }
}

fn untold(why: WhyUntold, words: ConsoleWords) -> String {
    match why {
        WhyUntold::NobodyKnown => words.say("rules-untold-nobody").into_owned(),
        WhyUntold::Because(reason) => {
            let reason = words.of("reason", reason.as_str());
            words.with("rules-untold-because", "reason", &reason)
        }
    }
}

fn doubted(doubt: &RuleDoubt, words: ConsoleWords) -> String {
    let days = RULES_LOOK_BACK.num_days();
    match doubt {
        RuleDoubt::NoTemplate {
            template,
            nearest: None,
        } => words.with("rules-no-template", "template", template),
        RuleDoubt::NoTemplate {
            template,
            nearest: Some(nearest),
        } => words.say_with(
            "rules-no-template-but",
            &[
                ("template", FluentValue::from(template.as_str())),
                ("nearest", nearest.as_str().into()),
            ],
        ),
        RuleDoubt::NoSuchEvent { nearest: None } => {
            words.with("rules-no-such-event", "days", &days.to_string())
        }
        RuleDoubt::NoSuchEvent {
            nearest: Some(nearest),
        } => words.say_with(
            "rules-no-such-event-but",
            &[
                ("days", FluentValue::from(days.to_string())),
                ("nearest", nearest.as_str().into()),
            ],
        ),
        RuleDoubt::NoSuchField {
            field,
            nearest: None,
        } => words.with("rules-no-such-field", "field", field),
        RuleDoubt::NoSuchField {
            field,
            nearest: Some(nearest),
        } => words.say_with(
            "rules-no-such-field-but",
            &[
                ("field", FluentValue::from(field.as_str())),
                ("nearest", nearest.as_str().into()),
            ],
        ),
        RuleDoubt::NeverHeld { events, values } => {
            let values = values.iter();
            let values = values.map(|(field, values)| format!("{field}: {}", values.join(", ")));
            let values = values.collect::<Vec<_>>().join("; ");
            let events = i64::try_from(*events).unwrap_or(i64::MAX);
            words.say_with(
                "rules-never-held",
                &[
                    ("count", FluentValue::from(events)),
                    ("number", words.number(events).into()),
                    ("values", values.into()),
                ],
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn a_renamed_field_is_said_with_the_one_that_is_meant() {
        let doubt = RuleDoubt::NoSuchField {
            field: "event.data.status".to_owned(),
            nearest: Some("event.data.state".to_owned()),
        };
        for language in Language::ALL {
            let said = doubted(&doubt, ConsoleWords::new(language));
            assert!(said.contains("event.data.status"), "{said}");
            assert!(said.contains("event.data.state"), "{said}");
        }
    }

    #[test]
    fn that_nothing_happened_is_no_fault_of_a_rule() {
        let nothing = RuleDoubt::NoSuchEvent { nearest: None };
        assert!(!is_odd(&nothing, &["incident.cancelled".to_owned()]));
        let nearest = Some("meter.reads".to_owned());
        let renamed = RuleDoubt::NoSuchEvent { nearest };
        assert!(is_odd(&renamed, &["meter.read".to_owned()]));
        assert!(!is_odd(&renamed, &["case.opened".to_owned()]));
    }
}
