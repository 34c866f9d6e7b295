//! The client's own pages: behind the links of a message, without login, script or cookies.
//!
//! A token opens exactly what its message is about; one that is not ours gets a neutral 404,
//! whatever is wrong with it. GET and HEAD change nothing (mail scanners follow every link);
//! every decision is a POST. Redirect and pixel never wait for the store's writer.
//! Start with `status` (the page), then `yours` (what one has about oneself), `click` and `open`; `page` has what all answers share.

use axum::middleware::from_fn;

use crate::web::routes::{Access, Routes};

mod again;
mod answer;
mod back;
mod click;
mod confirmed;
mod decide;
mod ended;
mod open;
mod page;
mod pages;
mod phrases;
mod received;
mod refusal;
mod status;
mod survey;
mod topics;
mod unsubscribe;
mod view;
mod visitor;
mod when;
mod yours;

pub(in crate::web) use back::{BackSettled, settle};
pub(in crate::web) use page::missing;
pub use pages::{ContactDetails, Pages};
pub(in crate::web) use refusal::refused;
pub(in crate::web) use survey::{GivenScore, ScoreSettled, rate};

/// The routes of this part: whoever has the link.
pub(super) fn routes() -> Routes {
    use Access::Token;
    Routes::default()
        .get("/c/{token}", Token, click::follow)
        .get("/o/{name}", Token, open::pixel)
        .get("/s/{token}", Token, status::show)
        .post("/s/{token}/read", Token, answer::read)
        .post("/s/{token}/reply", Token, answer::reply)
        .post("/s/{token}/back", Token, back::answer)
        .post("/s/{token}/received", Token, received::confirm)
        .post("/s/{token}/survey", Token, survey::answer)
        .post("/s/{token}/preferences", Token, decide::preferences)
        .post("/s/{token}/stop", Token, decide::stop)
        .get("/s/{token}/stop-all", Token, yours::ask_stop)
        .post("/s/{token}/stop-all", Token, decide::stop_all)
        .get("/s/{token}/yours", Token, yours::show)
        .post("/s/{token}/contact", Token, yours::ask_contact)
        .post("/s/{token}/contact-code", Token, yours::prove_contact)
        .post("/s/{token}/deputy", Token, yours::ask_deputy)
        .post("/s/{token}/deputy-code", Token, yours::prove_deputy)
        .post("/s/{token}/deputy-end", Token, yours::end_deputy)
        .post("/s/{token}/data", Token, yours::ask_copy)
        .post("/s/{token}/data-code", Token, yours::open_copy)
        .post("/s/{token}/resume", Token, decide::resume)
        .get("/u/{token}", Token, unsubscribe::ask)
        .post("/u/{token}", Token, unsubscribe::refuse)
        .around(|router| router.layer(from_fn(refusal::as_note)))
}
