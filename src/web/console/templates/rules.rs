//! Whom a version would touch: the rules that use its template, and whether what they tell of can
//! fill it. A rule whose events lack a variable that must be there makes messages that are all held.

use crate::domain::rule::Rule;
use crate::domain::template::Source;
use crate::web::Web;
use crate::web::console::shell::ConsoleWords;

/// A rule that uses the template.
pub(super) struct RuleUse {
    pub(super) rule: String,
    /// What it listens to.
    pub(super) on: String,
    /// Why its messages would be held, if they would.
    pub(super) breaks: Option<String>,
}

/// What events of a kind know: the beginning of the kind, and the first words of its variables.
const KNOWN: [(&str, &[&str]); 2] = [("case.", &["case"]), ("incident.", &["incident", "place"])];

pub(super) fn of(web: &Web, words: ConsoleWords, source: &Source) -> Vec<RuleUse> {
    let rules = web.rules.load();
    let uses = rules.rules().filter(|rule| rule.template == source.name);
    uses.map(|rule| RuleUse {
        rule: rule.name.clone(),
        on: rule.on.join(", "),
        breaks: missing(rule, source)
            .map(|variable| words.with("templates-rule-breaks", "variable", variable)),
    })
    .collect()
}

/// The first variable that must be there and that the events of the rule cannot know. Of events
/// and variables of other kinds nothing is known here, so nothing is said.
fn missing<'a>(rule: &Rule, source: &'a Source) -> Option<&'a str> {
    let mut required = source.variables.iter().filter(|it| it.required);
    let found = required.find(|variable| {
        let group = variable.name.split('.').next().unwrap_or_default();
        let is_known = KNOWN.iter().any(|(_, groups)| groups.contains(&group));
        is_known && rule.on.iter().any(|kind| lacks(kind, group))
    })?;
    Some(&found.name)
}

fn lacks(kind: &str, group: &str) -> bool {
    KNOWN
        .iter()
        .any(|(start, groups)| kind.starts_with(start) && !groups.contains(&group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_lacks_what_events_of_another_kind_know() {
        assert!(lacks("case.opened", "incident") && lacks("case.opened", "place"));
        assert!(lacks("incident.created", "case"));
        assert!(!lacks("case.opened", "case") && !lacks("incident.created", "place"));
        assert!(!lacks("message.requested", "case"), "it brings its own");
    }
}
