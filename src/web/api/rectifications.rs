//! `POST /v1/rectifications`: tells exactly those who got a wrong message that it was wrong. What reaches
//! more than the console's limit waits for a person, as at the console. With `dry_run` nothing is written.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::domain::fields::Fields;
use crate::domain::limits::REFERENCE;
use crate::domain::{FieldError, PlanId};
use crate::web::Web;
use crate::web::actions::rectifying::{self, RectifyingText, WrongMessages, WrongScope};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;

/// 200 with the numbers for a look, 202 with them and what became of it otherwise.
pub(super) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let fields = Fields::of(&body, "")?;
    fields.only(&[
        "plan", "event", "template", "version", "from", "to", "wrong", "holds", "dry_run",
    ])?;
    let scope = scope(&fields)?;
    let said = |name: &str| Ok::<_, FieldError>(fields.text_if(name)?.unwrap_or_default());
    let text = RectifyingText::of(said("wrong")?, said("holds")?)?;
    let is_tried = fields.flag_if("dry_run")?.unwrap_or_default();
    let mut tx = web.store.read().await?;
    let found = rectifying::look(&mut tx, &scope).await?;
    drop(tx);
    let mut answer = numbers(&found);
    if is_tried {
        return Ok((StatusCode::OK, axum::Json(answer)));
    }
    let row = rectifying::write(&web, &caller.actor(), web.ids.next(), &found, &text).await?;
    answer["id"] = row.id.to_string().into();
    answer["state"] = row.state.as_str().into();
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}

fn numbers(found: &WrongMessages) -> Value {
    let channels: Vec<Value> = found
        .reach
        .iter()
        .map(|reach| {
            json!({ "channel": reach.channel, "sure": reach.sure, "doubtful": reach.doubtful })
        })
        .collect();
    json!({
        "clients": found.clients,
        "channels": channels,
        "plans": found.plans.len(),
        "plans_put_right_before": found.taken,
    })
}

/// One way of saying it, and no two.
fn scope(fields: &Fields<'_>) -> Result<WrongScope, FieldError> {
    let plan = fields.parsed_if::<PlanId>("plan")?;
    let event = fields.reference_if("event", REFERENCE)?;
    let template = fields.reference_if("template", REFERENCE)?;
    match (plan, event, template) {
        (Some(plan), None, None) => Ok(WrongScope::Plan(plan)),
        (None, Some(event), None) => Ok(WrongScope::Event(event)),
        (None, None, Some(template)) => Ok(WrongScope::Version {
            template,
            version: version(fields)?,
            from: fields
                .time_if("from")?
                .ok_or_else(|| fields.missing("from"))?,
            to: fields.time_if("to")?.ok_or_else(|| fields.missing("to"))?,
        }),
        _ => Err(fields.fault(
            "plan",
            "write which messages were wrong, in one way: `plan`, or `event`, or `template` with \
             `version`, `from` and `to`",
        )),
    }
}

fn version(fields: &Fields<'_>) -> Result<i64, FieldError> {
    let given = fields
        .get("version")
        .ok_or_else(|| fields.missing("version"))?;
    let number = given.as_i64().filter(|number| *number > 0);
    number.ok_or_else(|| fields.fault("version", "write the version's number, such as 3"))
}
