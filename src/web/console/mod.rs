//! The console: pages for operators and managers, rendered here, working without script.
//!
//! `frame` is what surrounds every page, `format` how things are said, `desk` what is kept in
//! memory; each page has its file, named as in the address. Pages read through
//! `store::reports`; they decide nothing about messages. Who may see what: `auth`.

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::web::Web;

mod alarms;
mod assets;
mod cases;
mod chart;
mod clients;
mod desk;
mod fault;
mod format;
mod frame;
mod incidents;
mod insight;
mod login;
mod map;
mod messages;
mod now;
mod sandbox;
mod search;
mod settings;
mod templates;

pub use desk::{Desk, ProviderFace, Renderer, Seen};
pub(in crate::web) use fault::{problem, wants_page};

/// The routes of this part.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/console/now") }))
        .route("/console", get(|| async { Redirect::to("/console/now") }))
        .route("/console/assets/{hash}/{name}", get(assets::get))
        .route("/console/login", login::routes())
        .route("/console/logout", post(login::leave))
        .route("/console/theme", post(login::theme))
        .route("/console/search", get(search::search))
        .route("/console/now", get(now::page))
        .route("/console/now/live", get(now::live))
        .route("/console/messages", get(messages::list))
        .route("/console/messages/{id}", get(messages::show))
        .route("/console/messages/{id}/mail", get(messages::mail))
        .route("/console/clients", get(clients::list))
        .route("/console/clients/{client}", get(clients::show))
        .route("/console/clients/{client}/reveal", post(clients::reveal))
        .route("/console/cases", get(cases::list))
        .route("/console/cases/{case}", get(cases::show))
        .route("/console/incidents", get(incidents::list))
        .route("/console/incidents/{incident}", get(incidents::show))
        .route("/console/insight", get(insight::page))
        .route("/console/insight.csv", get(insight::export))
        .route("/console/settings", get(settings::page))
        .merge(templates::routes())
        .merge(sandbox::routes())
        .layer(axum::middleware::from_fn(fault::as_page))
}
