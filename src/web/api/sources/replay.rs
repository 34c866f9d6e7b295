//! `POST /v1/sources/{name}/dead/{id}:replay` and `POST /v1/sources/{name}/dead:replay`: records
//! that could not be taken, taken once more with the mapping as it stands.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::source::Replayed;
use crate::web::Web;
use crate::web::actions::dead_letters::{self, ReplayCount};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// The verb, as the path ends.
const VERB: &str = ":replay";
/// The parameters of the query, of all at once.
pub(in crate::web::api) const QUERY: &[&str] = &["after"];

#[derive(Deserialize)]
pub(crate) struct ReplayQuery {
    after: Option<String>,
}

/// One: 200 says what became of it, also when it still cannot be taken.
pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Path((name, path)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let missing = || Problem::not_found("dead letter", path.trim_end_matches(VERB));
    let id = path.strip_suffix(VERB).ok_or_else(missing)?;
    let outcome = dead_letters::replay_one(&web, &caller.actor(), &name, id).await?;
    let (word, reason) = match outcome {
        Replayed::Taken => ("taken", None),
        Replayed::Known => ("known", None),
        Replayed::StillDead(why) => ("dead", Some(why)),
    };
    Ok(Json(json!({ "id": id, "outcome": word, "reason": reason })))
}

/// All of a source, the oldest first; `next` is where to go on, if there may be more.
pub(crate) async fn post_all(
    caller: Caller,
    State(web): State<Web>,
    Path(name): Path<String>,
    Query(asked): Query<ReplayQuery>,
) -> Result<Json<ReplayCount>, Problem> {
    let after = asked.after.as_deref().unwrap_or("0").parse();
    let after =
        after.map_err(|_| Problem::field("/after", "`after` is the `next` of an answer"))?;
    let count = dead_letters::replay_all(&web, &caller.actor(), &name, after).await?;
    Ok(Json(count))
}
