//! The console: pages for operators and managers, rendered here, working without script.
//!
//! `frame` is what surrounds every page, `format` how things are said, `desk` what is kept in
//! memory; each page has its file, named as in the address. Pages read through
//! `store::reports`; they decide nothing about messages. Who may see what
//! stands in the table of routes.

use axum::response::Redirect;

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

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
mod replies;
mod sandbox;
mod search;
mod settings;
mod templates;

pub use desk::{Desk, ProviderFace, Renderer, Seen};
pub(in crate::web) use fault::{problem, wants_page};

/// The routes of this part, and who may.
pub(super) fn routes() -> Routes {
    use Access::{Anyone, Person};
    let home = || async { Redirect::to("/console/now") };
    Routes::default()
        .get("/", Anyone, home)
        .get("/console", Anyone, home)
        .get("/console/assets/{hash}/{name}", Anyone, assets::get)
        .get("/console/login", Anyone, login::form)
        .post("/console/login", Anyone, login::enter)
        .post("/console/logout", Person, login::leave)
        .post("/console/theme", Person, login::theme)
        .get("/console/search", Person, search::search)
        .get("/console/now", Person, now::page)
        .get("/console/now/live", Person, now::live)
        .get("/console/messages", Person, messages::list)
        .get("/console/messages/{id}", Person, messages::show)
        .get("/console/messages/{id}/mail", Person, messages::mail)
        .get("/console/clients", Person, clients::list)
        .get("/console/clients/{client}", Person, clients::show)
        .post(
            "/console/clients/{client}/reveal",
            Access::Right(Right::Reveal),
            clients::reveal,
        )
        .get("/console/cases", Person, cases::list)
        .get("/console/cases/{case}", Person, cases::show)
        .get("/console/replies", Person, replies::list)
        .post(
            "/console/replies/{id}/answered",
            Access::Right(Right::AnswerReplies),
            replies::answered,
        )
        .get("/console/incidents", Person, incidents::list)
        .get("/console/incidents/{incident}", Person, incidents::show)
        .get(
            "/console/insight",
            Access::Right(Right::Rates),
            insight::page,
        )
        .get(
            "/console/insight.csv",
            Access::Right(Right::Rates),
            insight::export,
        )
        .get("/console/settings", Person, settings::page)
        .merge(templates::routes())
        .merge(sandbox::routes())
        .around(|router| router.layer(axum::middleware::from_fn(fault::as_page)))
}
