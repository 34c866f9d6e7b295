//! `/v1/clients/{ref}/deputies`: who acts for a client. GET lists them, also those whose mandate has ended;
//! PUT enters one, or changes whoever acts at that address already; DELETE `…/{deputy}` ends a mandate.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::domain::address::PhonePolicy;
use crate::domain::fields::{Fields, REFERENCE};
use crate::domain::language::Language;
use crate::domain::limits::{MANDATE, MANDATE_PARTS, NAME};
use crate::domain::{Address, Channel, FieldError};
use crate::store::people::deputies::DeputyRecord;
use crate::web::Web;
use crate::web::actions::deputies::{self, DeputyWish};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// Lists them, the newest first.
pub(crate) async fn get(
    State(web): State<Web>,
    Path(client): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let mut tx = web.store.read().await?;
    let all = deputies::list(&mut tx, &client).await?;
    let items: Vec<Value> = all.iter().map(shown).collect();
    Ok(axum::Json(json!({ "items": items })))
}

/// 201 when it is somebody new.
pub(crate) async fn put(
    caller: Caller,
    State(web): State<Web>,
    Path(client): Path<String>,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let wish = parse(&body, &web.phones)?;
    let created = deputies::put(&web, &caller.actor(), &client, &wish).await?;
    let status = match created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let mut tx = web.store.read().await?;
    let all = deputies::list(&mut tx, &client).await?;
    let at = |one: &&DeputyRecord| one.address.as_deref() == Some(wish.address.as_str());
    let kept = all.iter().find(at).map_or(Value::Null, shown);
    Ok((status, axum::Json(kept)))
}

/// 204, or 404 where nobody acts by that reference.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path((client, deputy)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    deputies::end(&web, &caller.actor(), &client, &deputy).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(deputy: &DeputyRecord) -> Value {
    json!({
        "deputy": deputy.reference,
        "name": deputy.name,
        "locale": deputy.locale,
        "channel": deputy.channel,
        "address": deputy.address,
        "verified": deputy.verified,
        "mode": deputy.mode,
        "topics": deputy.topics,
        "cases": deputy.cases,
        "mandate": deputy.mandate,
        "given_by": deputy.given_by,
        "began_at": deputy.began_at,
        "until": deputy.until,
        "ended_at": deputy.ended_at,
        "ended_by": deputy.ended_by,
    })
}

fn parse(body: &Value, phones: &PhonePolicy) -> Result<DeputyWish, FieldError> {
    let fields = Fields::of(body, "")?;
    fields.only(&[
        "name", "locale", "channel", "address", "mode", "topics", "cases", "mandate", "until",
    ])?;
    let channel: Channel = fields.word("channel")?;
    let text = fields
        .text_if("address")?
        .ok_or_else(|| fields.missing("address"))?;
    let address = Address::parse(channel, text, phones)
        .map_err(|error| fields.fault("address", error.to_string()))?;
    let line = |name, max| {
        fields
            .line_if(name, max)?
            .ok_or_else(|| fields.missing(name))
    };
    let locale = fields.text_if("locale")?.unwrap_or(Language::HOME.tag());
    if Language::of(locale).is_none() {
        let detail = "`locale` is no language of Araldo's own texts: it or en";
        return Err(fields.fault("locale", detail));
    }
    Ok(DeputyWish {
        name: line("name", NAME)?,
        locale: locale.to_owned(),
        address,
        mode: fields.word("mode")?,
        topics: references(&fields, "topics")?,
        cases: references(&fields, "cases")?,
        mandate: line("mandate", MANDATE)?,
        until: fields.time_if("until")?,
    })
}

fn references(fields: &Fields<'_>, name: &str) -> Result<Vec<String>, FieldError> {
    let mut references = Vec::new();
    for value in fields.list(name, MANDATE_PARTS)? {
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        let right = text.filter(|text| text.chars().count() <= REFERENCE);
        let text = right.ok_or_else(|| fields.fault(name, "write a list of references"))?;
        references.push(text.to_owned());
    }
    Ok(references)
}
