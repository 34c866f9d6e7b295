//! `POST /v1/reachability`: whom we could tell something in some places, before there is anything
//! to tell. Counted from the clients as they are now; nothing is sent and nothing is stored.
//! `GET /v1/reachability` has all zones, as they were counted last, at most a day ago.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::FieldError;
use crate::domain::limits::{REACH_CODE, REACH_CODES};
use crate::insight::reach::{ZoneReach, zones};
use crate::store::insight::zones::ZoneKind;
use crate::web::Web;
use crate::web::actions::insight::{kept_zones, reach_csv};
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["by"];

/// Codes that nobody has a place under are shown up to so many.
const UNKNOWN_SHOWN: usize = 20;

/// The fields of a question and what their codes are of.
const FIELDS: [(&str, ZoneKind); 3] = [
    ("municipalities", ZoneKind::Municipality),
    ("postal_codes", ZoneKind::PostalCode),
    ("places", ZoneKind::Place),
];

/// Which zones are asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct ReachAsk {
    /// `municipality` or `postal_code`.
    by: Option<String>,
}

pub(crate) async fn get(
    headers: HeaderMap,
    Query(ask): Query<ReachAsk>,
    State(web): State<Web>,
) -> Result<Response, Problem> {
    let kind = match ask.by.as_deref().unwrap_or("municipality") {
        "municipality" => ZoneKind::Municipality,
        "postal_code" => ZoneKind::PostalCode,
        other => {
            let detail = format!("`by` is `{other}`; it takes municipality or postal_code");
            return Err(Problem::field("/by", detail));
        }
    };
    let mut tx = web.store.read().await?;
    let zones = kept_zones(&mut tx, kind).await?;
    Ok(match wants_csv(&headers) {
        true => csv_answer(&zones)?,
        false => axum::Json(json!({ "zones": zones })).into_response(),
    })
}

pub(crate) async fn post(
    headers: HeaderMap,
    State(web): State<Web>,
    Json(body): Json,
) -> Result<Response, Problem> {
    let (kind, codes) = asked(&body)?;
    let mut tx = web.store.read().await?;
    let found = zones(&tx.zones().of_codes(kind, &codes, true).await?);
    let all = zones(&tx.zones().of_codes(kind, &codes, false).await?);
    // Supply points one by one would be a list of clients.
    let one_by_one = kind != ZoneKind::Place;
    if wants_csv(&headers) {
        return csv_answer(if one_by_one { &found } else { &all });
    }
    let all = all.into_iter().next().unwrap_or_default();
    let known: BTreeSet<&str> = found.iter().map(|zone| zone.zone.as_str()).collect();
    let mut unknown = codes.iter().filter(|code| !known.contains(code.as_str()));
    let shown: Vec<&String> = unknown.by_ref().take(UNKNOWN_SHOWN).collect();
    let unknown = shown.len() + unknown.count();
    let mut answer = json!({
        "clients": all.clients,
        "any": all.any, "sms": all.sms, "email": all.email,
        "codes": codes.len(),
        "unknown": {"count": unknown, "first": shown},
    });
    if one_by_one {
        answer["zones"] = json!(found);
    }
    Ok(axum::Json(answer).into_response())
}

/// The one list of the question, each code once.
fn asked(body: &Value) -> Result<(ZoneKind, Vec<String>), Problem> {
    let empty = Map::new();
    let fields = body.as_object().unwrap_or(&empty);
    let known = |(name, kind): &(&'static str, ZoneKind)| {
        fields.get(*name).map(|value| (*name, *kind, value))
    };
    let lists: Vec<_> = FIELDS.iter().filter_map(known).collect();
    let (&[(name, kind, value)], true) = (lists.as_slice(), fields.len() == 1) else {
        let detail = "give one list: municipalities, postal_codes or places";
        return Err(unfit("", detail.to_owned()));
    };
    let codes = value
        .as_array()
        .filter(|codes| (1..=REACH_CODES).contains(&codes.len()));
    let Some(codes) = codes else {
        let detail = format!("`{name}` is a list of 1 to {REACH_CODES} codes");
        return Err(unfit(&format!("/{name}"), detail));
    };
    let code = |(place, code): (usize, &Value)| {
        let text = code.as_str().map(str::trim).unwrap_or_default();
        if text.is_empty() || text.chars().count() > REACH_CODE {
            let detail = format!("a code is a text of 1 to {REACH_CODE} characters");
            return Err(unfit(&format!("/{name}/{place}"), detail));
        }
        Ok(text.to_owned())
    };
    let codes: Result<BTreeSet<String>, Problem> = codes.iter().enumerate().map(code).collect();
    Ok((kind, codes?.into_iter().collect()))
}

fn unfit(pointer: &str, detail: String) -> Problem {
    let fault = FieldError::new(pointer, detail);
    Problem::unprocessable("invalid_field", fault.pointer, fault.detail)
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|value| value.as_bytes().starts_with(b"text/csv"))
}

fn csv_answer(zones: &[ZoneReach]) -> Result<Response, Problem> {
    let text = reach_csv(zones).map_err(|error| {
        tracing::error!(error = %error, "the reachability could not be written as CSV");
        Problem::page_failed()
    })?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_one_list_and_each_code_once() {
        let (kind, codes) = asked(&json!({"postal_codes": ["40100", " 40100", "40121"]})).unwrap();
        assert_eq!(kind, ZoneKind::PostalCode);
        assert_eq!(codes, ["40100", "40121"]);
        for (body, pointer) in [
            (json!([]), ""),
            (json!({}), ""),
            (json!({"places": ["a"], "postal_codes": ["b"]}), ""),
            (json!({"places": ["a"], "town": "b"}), ""),
            (json!({"places": []}), "/places"),
            (json!({"places": "a"}), "/places"),
            (json!({"places": ["a", 7]}), "/places/1"),
            (json!({"places": [" "]}), "/places/0"),
        ] {
            let problem = asked(&body).unwrap_err();
            assert_eq!(problem.pointer.as_deref(), Some(pointer), "{body}");
        }
    }
}
