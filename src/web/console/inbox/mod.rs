//! The inbox: conversations with clients, who waits longest first, and each on a page of its own, where it
//! is answered, given to somebody, closed and opened again. Who may not answer sees who waits, and no words.
//! What is done is `web::actions::conversations`'s; what partners ask stands in `replies`.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod act;
mod line;
mod list;
mod show;

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let answerers = Access::Right(Right::AnswerReplies);
    Routes::default()
        .get("/console/inbox", Access::Person, list::get)
        .get("/console/inbox/{id}", Access::Person, show::get)
        .post("/console/inbox/{id}/answer", answerers, act::answer)
        .post("/console/inbox/{id}/assign", answerers, act::assign)
        .post("/console/inbox/{id}/close", answerers, act::close)
        .post("/console/inbox/{id}/reopen", answerers, act::reopen)
        .post("/console/inbox/{id}/identify", answerers, act::identify)
}
