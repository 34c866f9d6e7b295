//! `POST /console/sources/{name}/dead/replay`, `../dead/{id}/replay` and `../forget`: a person sees to
//! records that could not be taken; who, is written down. What still cannot be taken stays, with the
//! new reason.

use axum::extract::State;
use axum::response::Response;

use super::show::to_page;
use crate::domain::role::Right;
use crate::source::Replayed;
use crate::web::Web;
use crate::web::actions::dead_letters;
use crate::web::auth::csrf::Posted;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(super) async fn replay(
    State(web): State<Web>,
    Path((name, id)): Path<(String, String)>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::MendSources)?;
    let outcome = dead_letters::replay_one(&web, &person.email, &name, &id).await?;
    Ok(match outcome {
        Replayed::Taken | Replayed::Known => to_page(&name, "taken=1&left=0"),
        Replayed::StillDead(_) => to_page(&name, "taken=0&left=1"),
    })
}

/// All of a source, a bounded number at a time; the page offers to go on where it ended.
pub(super) async fn replay_all(
    State(web): State<Web>,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::MendSources)?;
    let after = fields.get("after").parse().unwrap_or(0);
    let count = dead_letters::replay_all(&web, &person.email, &name, after).await?;
    let (taken, left) = (count.taken + count.known, count.dead);
    let more = count.next.map(|last| format!("&after={last}"));
    let said = format!("taken={taken}&left={left}{}", more.unwrap_or_default());
    Ok(to_page(&name, &said))
}

pub(super) async fn forget(
    State(web): State<Web>,
    Path((name, id)): Path<(String, String)>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::MendSources)?;
    dead_letters::forget(&web, &person.email, &name, &id).await?;
    Ok(to_page(&name, "forgotten=1"))
}
