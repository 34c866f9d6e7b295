//! Problems that clients reported and that were passed on to bodies: the list, with what the body said to
//! it, and the form by which a person passes one on. What is done is `web::actions::forwarding`'s; when the
//! mail to a body goes out is `source::clock`'s.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod list;
mod new;

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let answerers = Access::Right(Right::AnswerReplies);
    Routes::default()
        .get("/console/forwardings", Access::Person, list::get)
        .post("/console/forwardings", answerers, new::post)
        .get("/console/forwardings/new", answerers, new::get)
}
