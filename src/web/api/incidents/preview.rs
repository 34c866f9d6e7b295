//! `POST /v1/incidents:preview`: who would be told about an incident, by what, at what cost,
//! before anybody is. Nothing is stored.
//!
//! A key that may not read clients gets the counts rounded up, and none for single supply
//! points: otherwise it could ask house by house who is a client.

use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::FieldError;
use crate::domain::api_key::Scope;
use crate::domain::area::Area;
use crate::domain::event::{IncidentData, IncidentStep};
use crate::domain::limits::PREVIEW_STEP;
use crate::domain::money::Money;
use crate::plan::{exchanged, preview};
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;

/// When nobody would be told, whoever lives there.
const NO_RULE: &str = "no rule tells the clients of an area about such an incident";

/// Counts the audience of an incident described as in an `incident.opened` event.
pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Json(mut body): Json,
) -> Result<axum::Json<Value>, Problem> {
    // It need not have a name yet.
    if let Some(fields) = body.as_object_mut() {
        fields.entry("incident").or_insert_with(|| "preview".into());
    }
    let data = IncidentData::parse(IncidentStep::Opened, &body)?;
    data.check()?;
    let area = data.area.clone().unwrap_or_default();
    let exact = caller.rights().has(Scope::ClientsRead);
    if !exact {
        coarse(&area)?;
    }
    let mut tx = web.store.read().await?;
    let rules = web.rules.load_full();
    let count = preview(&mut tx, &rules, &data, &body, web.clock.now()).await?;
    let shown = |count| if exact { count } else { rounded_up(count) };
    let prices = web.console.prices();
    let all = |price: Option<Money>, count| price.map(|price| price.times(shown(count)));
    let mut answer = json!({
        "clients": shown(count.clients),
        "channels": {"sms": shown(count.sms), "email": shown(count.email)},
        "same_address": shown(count.same_address),
        "wider_incident": shown(count.wider_incident),
        "refused": shown(count.refused),
        "unreachable": shown(count.unreachable),
        // One segment each at least; how many it really takes depends on the text.
        "cost": {
            "sms_segments_at_least": shown(count.sms),
            "sms_at_least": all(prices.segment, count.sms),
            "email": all(prices.email, count.email),
            "currency": prices.currency.as_str(),
        },
    });
    if !exact {
        answer["rounded_up_to"] = PREVIEW_STEP.into();
    }
    // Valid, and probably not meant.
    let mut warnings = Vec::new();
    if !count.has_rule {
        warnings.push(NO_RULE.to_owned());
    }
    if exact {
        warnings.extend(exchanged(&mut tx, &area).await?);
    }
    if !warnings.is_empty() {
        answer["warnings"] = warnings.into();
    }
    Ok(axum::Json(answer))
}

fn coarse(area: &Area) -> Result<(), Problem> {
    if area.places.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "single supply points are counted for keys with the scope `{}` only",
        Scope::ClientsRead
    );
    let fault = FieldError::new("/area/places", detail);
    Err(Problem::forbidden("scope_missing", fault))
}

/// Nobody looks like a few.
fn rounded_up(count: i64) -> i64 {
    let steps = (count.max(1) + PREVIEW_STEP - 1) / PREVIEW_STEP;
    steps * PREVIEW_STEP
}
