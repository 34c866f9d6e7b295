//! Which topics a client is asked about: those of the rules that write to clients. A template that no
//! rule uses, and what is written to bodies, are nothing to decide on.

use std::collections::BTreeMap;

use crate::domain::event::BODY_STALLED;
use crate::domain::rule::{Audience, Rule};
use crate::web::Web;

/// Leaves the topics that some rule writes to clients about, and those that the client decided on.
pub(super) fn keep_theirs(web: &Web, topics: &mut BTreeMap<String, Option<bool>>) {
    let rules = web.rules.load();
    topics.retain(|topic, decided| {
        let mut of_topic = rules.rules().filter(|rule| rule.topic == *topic);
        decided.is_some() || of_topic.any(is_for_clients)
    });
}

/// Whether clients hear what the rule says, and not their partners or a body.
fn is_for_clients(rule: &Rule) -> bool {
    let is_for_bodies = rule.on.iter().all(|kind| kind == BODY_STALLED);
    rule.audience != Audience::CaseWatchers && !is_for_bodies
}
