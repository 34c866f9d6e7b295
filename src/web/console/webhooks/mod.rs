//! Webhooks at the console: to whom it is posted what happens, how that goes, and what an admin may do
//! about it. What is posted, and when it is tried again, is `crate::feed`'s.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod change;
mod list;

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let admins = Access::Right(Right::Administer);
    Routes::default()
        .get("/console/webhooks", Access::Right(Right::SeeWebhooks), list::get)
        .post("/console/webhooks", admins, change::put)
        .post("/console/webhooks/{name}/on", admins, change::on)
        .post("/console/webhooks/{name}/off", admins, change::off)
        .post("/console/webhooks/{name}/secret", admins, change::secret)
        .post("/console/webhooks/{name}/replay", admins, change::replay)
        .post("/console/webhooks/{name}/remove", admins, change::remove)
}
