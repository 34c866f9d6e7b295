//! Which topics a client is asked about: those of the rules that write to clients. A template that no
//! rule uses, and what is written to bodies, are nothing to decide on.

use std::collections::BTreeMap;

use crate::domain::event::{BODY_FORWARDED, BODY_STALLED, CaseStep};
use crate::domain::rule::{Audience, Rule};
use crate::web::Web;

/// Leaves the topics that some rule writes to clients about, and those that the client decided on.
pub(super) fn keep_theirs(web: &Web, topics: &mut BTreeMap<String, Option<bool>>) {
    let rules = web.rules.load();
    topics.retain(|topic, decided| {
        let mut of_topic = rules.rules().filter(|rule| rule.topic == *topic);
        decided.is_some() || of_topic.any(|rule| is_for_clients(rule, web))
    });
}

/// Whether clients hear what the rule says, and not their partners or a body. What nobody is asked need
/// not be refused.
fn is_for_clients(rule: &Rule, web: &Web) -> bool {
    let is_for_body = |kind: &String| matches!(kind.as_str(), BODY_STALLED | BODY_FORWARDED);
    let is_for_bodies = rule.on.iter().all(is_for_body);
    let is_survey = |kind: &String| kind.parse().is_ok_and(CaseStep::is_survey);
    let is_unasked = !web.pages.asks_how_it_went() && rule.on.iter().all(is_survey);
    rule.audience != Audience::CaseWatchers && !is_for_bodies && !is_unasked
}
