//! The client's own pages: behind the links of a message, without login, script or cookies.
//!
//! A token opens exactly what its message is about; one that is not ours gets a neutral 404,
//! whatever is wrong with it. GET and HEAD change nothing (mail scanners follow every link);
//! every decision is a POST. Redirect and pixel never wait for the store's writer.
//! Start with `status` (the page), then `click` and `open`; `page` has what all answers share.

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::web::Web;

mod answer;
mod click;
mod decide;
mod open;
mod page;
mod pages;
mod phrases;
mod status;
mod unsubscribe;
mod view;
mod visitor;
mod when;

pub(in crate::web) use page::missing;
pub use pages::{Contact, Pages};

/// The largest form: a reply of 1,000 characters and room to spare.
const LARGEST_FORM: usize = 16 * 1024;

/// The routes of this part.
pub fn routes() -> axum::Router<Web> {
    axum::Router::new()
        .route("/c/{token}", get(click::follow))
        .route("/o/{name}", get(open::pixel))
        .route("/s/{token}", get(status::show))
        .route("/s/{token}/read", post(answer::read))
        .route("/s/{token}/reply", post(answer::reply))
        .route("/s/{token}/preferences", post(decide::preferences))
        .route("/s/{token}/stop", post(decide::stop))
        .route("/s/{token}/resume", post(decide::resume))
        .route(
            "/u/{token}",
            get(unsubscribe::ask).post(unsubscribe::refuse),
        )
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
}
