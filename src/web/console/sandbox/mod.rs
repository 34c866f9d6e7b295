//! The sandbox as its clients see it: a wall of phones and mailboxes, the last reached first.
//! Links can be tapped, texts and mails be answered: they are the real ones, so the click and the reply
//! show up on the message's page. So these pages are for those who may act as the sandbox's clients ([`Right::HoldHandsets`]).

use std::sync::Arc;

use crate::channel::sandbox::World;
use crate::domain::role::Right;
use crate::web::console::shell::Visit;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

mod inbox;
mod item;
mod reply;
mod text;
mod wall;

/// The routes of the sandbox.
pub(crate) fn routes() -> Routes {
    // Links work here as in the client's own hands.
    let holder = Access::Right(Right::HoldHandsets);
    Routes::default()
        .get("/console/sandbox", holder, wall::get)
        .get("/console/sandbox/live", holder, wall::live)
        .get("/console/sandbox/{channel}/{address}", holder, inbox::get)
        .get("/console/sandbox/mail/{address}/{id}", holder, inbox::mail)
        .post(
            "/console/sandbox/mail/{address}/{id}/reply",
            holder,
            reply::mail,
        )
        .post("/console/sandbox/sms/{address}/reply", holder, reply::post)
}

fn world(visit: &Visit) -> Result<&Arc<World>, Problem> {
    visit.person.require(Right::HoldHandsets)?;
    let world = visit.web.sandbox.as_ref();
    world.ok_or_else(|| Problem::not_found("sandbox", "in this configuration"))
}
