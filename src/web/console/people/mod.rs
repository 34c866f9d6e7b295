//! The people of the console, for admins: who they are, what they may do, and the links by which
//! they set their password (`invite`), how each comes in and where they are logged in (`show`). What people do for themselves is `me`'s, what a link leads
//! to `invitation`'s; `araldo user` does the same on the machine, and is the way back in.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod change;
mod invite;
mod list;
mod show;

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let admins = Access::Right(Right::Administer);
    Routes::default()
        .get("/console/people", admins, list::get)
        .post("/console/people", admins, invite::add)
        .post("/console/people/{id}/invitation", admins, invite::renew)
        .post("/console/people/{id}/role", admins, change::role)
        .post("/console/people/{id}/lock", admins, change::lock)
        .post("/console/people/{id}/unlock", admins, change::unlock)
        .get("/console/people/{id}", admins, show::get)
        .post("/console/people/{id}/sessions", admins, show::end)
        .post("/console/people/{id}/second-factor", admins, show::reset)
        .post("/console/people/{id}/sign-in", admins, show::way)
        .post("/console/people/{id}/unbind", admins, show::unbind)
}
