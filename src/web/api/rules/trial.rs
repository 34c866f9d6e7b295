//! `POST /v1/rules/try`: what each rule would make of an event that came now, and whom it would tell.
//! The event is planned and the plan thrown away; nothing is kept, nothing is sent.
//!
//! How many are told, and why others are not, says who is a client: the key must be one that may read
//! clients.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::domain::Reason;
use crate::domain::event::Arrival;
use crate::plan::{Foretold, JudgedRule, RuleVerdict};
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::body::Json;

/// How long it may take to find out whom an event would tell: others who write wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn post(
    State(web): State<Web>,
    Json(body): Json,
) -> Result<axum::Json<Value>, Problem> {
    let event = Arrival::parse(Tree::from(&body), web.clock.now())?;
    let trying = Box::pin(web.rehearsal.try_rules(event));
    let tried = tokio::time::timeout(PATIENCE, trying).await;
    let tried = tried.map_err(|_| too_slow())??;
    let rules: Vec<Value> = tried.judged.iter().map(verdict).collect();
    let mut answer = foretold(&tried.foretold);
    answer["rules"] = rules.into();
    Ok(axum::Json(answer))
}

fn too_slow() -> Problem {
    let detail = format!(
        "whom it would tell takes longer to find out than {} s; try again, or with a smaller area",
        PATIENCE.as_secs()
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

fn verdict(judged: &JudgedRule) -> Value {
    let rule = &judged.rule.name;
    match &judged.verdict {
        RuleVerdict::Tells => json!({"rule": rule, "verdict": "tells"}),
        RuleVerdict::OtherType => json!({"rule": rule, "verdict": "other_type"}),
        RuleVerdict::NotLate => json!({"rule": rule, "verdict": "not_late"}),
        RuleVerdict::Unclear(fault) => {
            json!({"rule": rule, "verdict": "unclear", "fault": fault})
        }
        RuleVerdict::Fails(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(field, value)| (field.clone(), json!(value)));
            let fields: Map<String, Value> = fields.collect();
            json!({"rule": rule, "verdict": "condition_fails", "fields": fields})
        }
    }
}

fn foretold(foretold: &Foretold) -> Value {
    let tells = foretold.rules.iter().map(|rule| {
        let version = rule.version.map(|_| rule.number);
        json!({"rule": rule.rule, "template": rule.template, "version": version,
            "clients": rule.clients})
    });
    let goes = foretold.goes.iter();
    let goes = goes.map(|((channel, locale), messages)| {
        json!({"channel": channel, "locale": locale, "messages": messages})
    });
    json!({
        "nobody": foretold.nobody,
        "clients": foretold.clients,
        "looked_at": foretold.looked_at,
        "tells": tells.collect::<Vec<Value>>(),
        "goes": goes.collect::<Vec<Value>>(),
        "untold": by_reason(&foretold.untold),
        "put_off": by_reason(&foretold.put_off),
    })
}

fn by_reason(counts: &BTreeMap<Reason, i64>) -> Map<String, Value> {
    let each = counts.iter();
    each.map(|(reason, count)| (reason.as_str().to_owned(), (*count).into()))
        .collect()
}
