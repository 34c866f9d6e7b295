//! `POST /console/clients/{client}/lift`: an address that was barred may be used again, for a reason that
//! is written down. A STOP of the client is not lifted here.

use axum::response::{Redirect, Response};

use crate::domain::limits::LIFTING_REASON;
use crate::domain::role::Right;
use crate::text::sanitize;
use crate::web::actions::bars;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{self, Visit, in_path};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn post(
    visit: Visit,
    Path(client): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::LiftBars)?;
    let reason = sanitize::line(fields.get("reason"));
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().nth(LIFTING_REASON).is_some() {
        let detail = format!("say why, in at most {LIFTING_REASON} characters");
        return Err(Problem::field("/reason", detail));
    }
    let contact: Option<i64> = fields.get("contact").parse().ok();
    bars::lift(&visit.web, &person.email, &client, reason, |bar| {
        Some(bar.contact) == contact
    })
    .await?;
    Ok(shell::strictly(Redirect::to(&format!(
        "/console/clients/{}#contacts",
        in_path(&client)
    ))))
}
