//! The console: pages for operators and managers, rendered here, working without script.
//!
//! `shell` is what surrounds every page and how things are said, `state` what is kept in memory;
//! each page has its folder, named as in the address, and each verb its file, as in the API. Pages
//! know `shell` and `state`, which know no page. Pages read through `store::reports`; they decide
//! nothing about messages. Who may see what stands in the table of routes.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::Uri;
use axum::response::Redirect;

use crate::domain::role::{Right, Role};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::routes::{Access, Routes};

mod audit;
mod cases;
mod clients;
mod forwardings;
mod inbox;
mod incidents;
mod insight;
mod invitation;
mod login;
mod me;
mod messages;
mod new_password;
mod now;
mod partner;
mod people;
mod person;
mod rectify;
mod replies;
mod rules;
mod sandbox;
mod search;
mod settings;
mod shell;
mod sources;
mod state;
mod templates;
mod theme;
mod webhooks;

pub use insight::WeekLetters;
pub(in crate::web) use shell::errors::{problem, wants_page};
pub use state::{ConsoleState, DeclareSettings, ProviderFace, SignInSettings};

/// Whether an address is one of the console's, so that people ask for it.
pub(super) fn is_in(uri: &Uri) -> bool {
    uri.path().starts_with("/console")
}

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    use Access::{Anyone, Person};
    let may = Access::Right;
    Routes::default()
        .get("/", Anyone, home)
        .get("/console", Anyone, home)
        .get("/console/", Anyone, home)
        .get("/console/assets/{hash}/{name}", Anyone, shell::assets::get)
        .get("/console/search", Person, search::get)
        .get("/console/now", Person, now::page::get)
        .get("/console/now/live", Person, now::live::get)
        .get("/console/messages", Person, messages::list::get)
        .get("/console/messages/{id}", Person, messages::show::get)
        .get("/console/messages/{id}/mail", Person, messages::show::mail)
        .post("/console/messages/{id}/evidence", may(Right::CorrectEvidence), messages::correct::post)
        .get("/console/clients", Person, clients::list::get)
        .get("/console/clients/{client}", Person, clients::show::get)
        .get("/console/clients/{client}/reveal", Person, clients::show::back)
        .post("/console/clients/{client}/reveal", may(Right::Reveal), clients::show::reveal)
        .post("/console/clients/{client}/lift", may(Right::LiftBars), clients::lift::post)
        .post("/console/clients/{client}/deputies", may(Right::LiftBars), clients::deputies::put)
        .post("/console/clients/{client}/deputies/end", may(Right::LiftBars), clients::deputies::end)
        .get("/console/cases", Person, cases::list::get)
        .get("/console/cases/{case}", Person, cases::show::get)
        .get("/console/replies", Person, replies::list::get)
        .post("/console/replies/{id}/answered", may(Right::AnswerReplies), replies::answer::post)
        .post("/console/questions/{id}/answer", may(Right::AnswerReplies), replies::question::answer)
        .get("/console/incidents", Person, incidents::list::get)
        .get("/console/incidents/{incident}", Person, incidents::show::get)
        .get("/console/audit", may(Right::Administer), audit::list::get)
        .get("/console/audit.csv", may(Right::Administer), audit::csv::get)
        .get("/console/settings", Person, settings::get)
        .merge(account_routes())
        .merge(insight::routes())
        .merge(inbox::routes())
        .merge(forwardings::routes())
        .merge(partner::routes())
        .merge(people::routes())
        .merge(incidents::routes())
        .merge(rectify::routes())
        .merge(sources::routes())
        .merge(templates::routes())
        .merge(rules::routes())
        .merge(webhooks::routes())
        .merge(sandbox::routes())
        .around(|router| router.layer(axum::middleware::from_fn(shell::errors::as_page)))
}

/// Coming in, going out, and what a person keeps for themselves.
#[rustfmt::skip] // a table is read line by line
fn account_routes() -> Routes {
    use Access::{Account, Anyone, SettingUp, Token};
    Routes::default()
        .get("/console/login", Anyone, login::form)
        .post("/console/login", Anyone, login::enter)
        .get("/console/login/code", Anyone, login::code::form)
        .post("/console/login/code", Anyone, login::code::enter)
        .get("/console/login/with/{name}", Anyone, login::with::begin)
        .get("/console/login/with/{name}/back", Token, login::with::back)
        .post("/console/logout", SettingUp, login::leave)
        .get("/console/invitation/{token}", Token, invitation::form)
        .post("/console/invitation/{token}", Token, invitation::enter)
        .get("/console/me", Account, me::get)
        .post("/console/me/password", Account, me::password)
        .post("/console/me/sessions", Account, me::end)
        .get("/console/me/second-factor", SettingUp, me::second_factor::get)
        .post("/console/me/second-factor", SettingUp, me::second_factor::confirm)
        .post("/console/me/second-factor/remove", Account, me::second_factor::remove)
        .post("/console/me/week", Access::Right(Right::Rates), me::week)
        .post("/console/theme", SettingUp, theme::post)
        .post("/console/language", SettingUp, person::language)
        .post("/console/time-zone", Account, person::time_zone)
}

/// Where somebody begins: people of partners at their own pages, everybody else at `now`.
const fn first_page(role: Role) -> &'static str {
    match role {
        Role::Partner => partner::HOME,
        _ => "/console/now",
    }
}

/// Whoever is not logged in goes to the login from there.
async fn home(State(web): State<Web>, request: Request) -> Redirect {
    let (mut parts, _) = request.into_parts();
    let person = Person::from_request_parts(&mut parts, &web).await;
    let role = person.map_or(Role::Viewer, |person| person.role);
    Redirect::to(first_page(role))
}
