//! `POST /v1/webhooks/{name}:replay`: tells a webhook again what happened from a place or a time on.

use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::FieldError;
use crate::domain::fields::Fields;
use crate::web::Web;
use crate::web::actions::webhooks::{self, ReplayFrom};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// The verb, as the path ends.
const VERB: &str = ":replay";

/// 200 with the number before the first that is told.
pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Path(path): Path<String>,
    Json(body): Json,
) -> Result<axum::Json<Value>, Problem> {
    let missing = || Problem::not_found("webhook", path.trim_end_matches(VERB));
    let name = path.strip_suffix(VERB).ok_or_else(missing)?;
    let from = parse(&body)
        .map_err(|fault| Problem::unprocessable("invalid_field", fault.pointer, fault.detail))?;
    let after = webhooks::replay(&web, &caller.actor(), name, from).await?;
    Ok(axum::Json(
        json!({ "name": name, "after": after.to_string() }),
    ))
}

fn parse(body: &Value) -> Result<ReplayFrom, FieldError> {
    let fields = Fields::of(body, "")?;
    fields.only(&["after", "since"])?;
    match (fields.text_if("after")?, fields.time_if("since")?) {
        (Some(after), None) => match after.parse() {
            Ok(number) => Ok(ReplayFrom::Number(number)),
            Err(_) => {
                Err(fields.fault("after", "write the `id` of an entry of the feed, as a text"))
            }
        },
        (None, Some(since)) => Ok(ReplayFrom::Time(since)),
        _ => Err(fields.fault("after", "write either `after` or `since`")),
    }
}
