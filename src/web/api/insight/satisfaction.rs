//! `GET /v1/insight/satisfaction`: how clients say that closed cases went, by kind of case, by the body
//! responsible and by partner. Comments are not among it: they are for the staff.
//!
//! A mean, a share and the scores are null where few answered.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::summary::{InsightAsk, period, share};
use crate::insight::satisfaction::Satisfaction;
use crate::web::Web;
use crate::web::actions::satisfaction::SatisfactionSums;
use crate::web::day::date;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

pub(crate) async fn get(
    State(web): State<Web>,
    Query(ask): Query<InsightAsk>,
) -> Result<Json<Value>, Problem> {
    let period = period(&web, &ask)?;
    let sums = SatisfactionSums::read(&web, period).await?;
    Ok(Json(json!({
        "from": date(period.from),
        "to": date(period.to),
        "all": line(&sums.all),
        "kinds": lines(&sums.kinds),
        "bodies": lines(&sums.bodies),
        "partners": lines(&sums.partners),
    })))
}

fn lines(groups: &[Satisfaction]) -> Vec<Value> {
    groups.iter().map(line).collect()
}

fn line(group: &Satisfaction) -> Value {
    let mean = group.mean().and_then(|mean| i32::try_from(mean).ok());
    json!({
        "name": group.name,
        "asked": group.asked,
        "answered": group.answered(),
        "response": share(group.response()),
        "mean": mean.map(|mean| f64::from(mean) / 100.0),
        "good": group.good().map(share),
        "scores": group.distribution(),
    })
}
