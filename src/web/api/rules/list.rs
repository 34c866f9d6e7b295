//! `GET /v1/rules`: each rule in force, how often it was set going in the last 30 days, how many it
//! told, and why no event could have set it going, if so.

use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::limits::{RULE_PLANS_COUNTED, RULES_LOOK_BACK};
use crate::domain::rule::FallbackUnless;
use crate::plan::{RuleDoubt, RuleOfLate, WhyUntold};
use crate::web::Web;
use crate::web::problem::Problem;

pub(crate) async fn get(State(web): State<Web>) -> Result<axum::Json<Value>, Problem> {
    let found = Box::pin(web.rehearsal.rules_of_late()).await?;
    let items: Vec<Value> = found.rules.iter().map(item).collect();
    let mut answer = json!({"items": items, "days": RULES_LOOK_BACK.num_days()});
    if !found.is_whole {
        answer["newest_plans_only"] = RULE_PLANS_COUNTED.into();
    }
    Ok(axum::Json(answer))
}

fn item(found: &RuleOfLate) -> Value {
    let rule = &found.rule;
    let fallback = rule.fallback.map(|fallback| {
        let waits = fallback.unless == FallbackUnless::Read;
        json!({
            "after_s": fallback.after.num_seconds(),
            "channel": fallback.channel,
            "unless": fallback.unless,
            "unreadable": waits.then_some(fallback.unreadable),
        })
    });
    let figures = found.figures.as_ref();
    json!({
        "name": rule.name,
        "on": rule.on,
        "when": rule.when,
        "late": rule.late,
        "audience": rule.audience,
        "template": rule.template,
        "topic": rule.topic,
        "class": rule.class,
        "lane": rule.lane,
        "channels": rule.channels,
        "fallback": fallback,
        "respects_quiet_hours": rule.respects_quiet_hours,
        "coalesce_s": rule.coalesce.map(|time| time.num_seconds()),
        "expires_s": rule.expires.num_seconds(),
        "on_unknown": rule.on_unknown,
        "place": found.place,
        "matched": figures.map_or(0, |figures| figures.matched),
        "told": figures.map_or(0, |figures| figures.told),
        "last_at": figures.map(|figures| figures.last_at),
        "untold": found.untold.map(|why| match why {
            WhyUntold::NobodyKnown => "nobody_known",
            WhyUntold::Because(reason) => reason.as_str(),
        }),
        "doubt": found.doubt.as_ref().map(doubted),
    })
}

fn doubted(doubt: &RuleDoubt) -> Value {
    match doubt {
        RuleDoubt::NoTemplate { template, nearest } => {
            json!({"code": "no_template", "template": template, "nearest": nearest})
        }
        RuleDoubt::NoSuchEvent { nearest } => json!({"code": "no_such_event", "nearest": nearest}),
        RuleDoubt::NoSuchField { field, nearest } => {
            json!({"code": "no_such_field", "field": field, "nearest": nearest})
        }
        RuleDoubt::NeverHeld { events, values } => {
            let values = values.iter();
            let values = values.map(|(field, values)| json!({"field": field, "values": values}));
            let values: Vec<Value> = values.collect();
            json!({"code": "never_held", "events": events, "values": values})
        }
    }
}
