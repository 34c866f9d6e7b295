//! Telling those who got a wrong message that it was wrong: one event for each channel, and the rule behind
//! it. Who got one is known by the states of the messages when this is planned: what was accepted, arrived
//! or is in doubt counts, what never left does not. What is written about it is `web::rectifying`.

use serde_json::{Map, Value, json};

use crate::domain::event::{Event, MESSAGE_RECTIFIED};
use crate::domain::rule::{Audience, ChannelChoice, Rule};
use crate::domain::{Channel, Class, Lane, OnUnknown};
use crate::store::planning::candidates::Member;
use crate::store::{StoreError, Tx};

/// The template that says so.
const TEMPLATE: &str = "rectified";
/// How long it stays worth saying.
const EXPIRES: chrono::TimeDelta = chrono::TimeDelta::hours(72);

/// The rule of such an event; none when the event does not name a channel.
pub(super) fn rule(event: &Event) -> Option<Rule> {
    let (_, channel) = about(event)?;
    let word = |name: &str| event.raw[name].as_str().unwrap_or_default();
    let lane = word("lane").parse().unwrap_or(Lane::Normal);
    Some(Rule {
        name: String::from("rectified"),
        on: vec![MESSAGE_RECTIFIED.to_owned()],
        when: None,
        late: false,
        audience: Audience::Listed,
        template: TEMPLATE.to_owned(),
        topic: word("topic").to_owned(),
        class: word("class").parse().unwrap_or(Class::Service),
        lane,
        channels: vec![ChannelChoice::Fixed(channel)],
        fallback: None,
        respects_quiet_hours: lane != Lane::Urgent,
        coalesce: None,
        expires: EXPIRES,
        on_unknown: OnUnknown::Reconcile,
    })
}

/// Whoever got one of the wrong messages on the event's channel.
pub(super) async fn members(tx: &mut Tx, event: &Event) -> Result<Vec<Member>, StoreError> {
    match about(event) {
        Some((id, channel)) => tx.rectifications().members(id, channel).await,
        None => Ok(Vec::new()),
    }
}

/// What the text may say, if the event is one of these.
pub(super) fn add(variables: &mut Map<String, Value>, event: &Event) {
    if event.kind != MESSAGE_RECTIFIED {
        return;
    }
    let mut said = json!({ "wrong": event.raw["wrong"], "holds": event.raw["holds"] });
    if event.raw["about"].is_string() {
        said["about"] = event.raw["about"].clone();
    }
    variables.insert("rectified".to_owned(), said);
}

fn about(event: &Event) -> Option<(i64, Channel)> {
    let id = event.raw["rectification"].as_str()?.parse().ok()?;
    let channel = event.raw["channel"].as_str()?.parse().ok()?;
    Some((id, channel))
}
