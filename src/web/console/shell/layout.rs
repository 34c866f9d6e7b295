//! What surrounds every page: the rail, the top line, the theme.

use axum::http::HeaderMap;

use super::assets;
use super::health::Health;
use crate::domain::role::{Right, Role};
use crate::web::Web;
use crate::web::auth::cookies;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

/// The cookie that keeps the choice of light or dark.
pub(crate) const THEME_COOKIE: &str = "araldo_theme";

/// The parts of the console, in the order of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsolePart {
    Now,
    Incidents,
    Cases,
    Clients,
    Messages,
    Templates,
    Insight,
    Sources,
    Sandbox,
    Settings,
}

/// One entry of the rail.
pub(crate) struct RailEntry {
    pub(crate) word: &'static str,
    pub(crate) path: &'static str,
    /// The path of its picture, 24 by 24, drawn with a stroke.
    pub(crate) drawing: &'static str,
    pub(crate) here: bool,
}

/// What the layout needs from every page.
pub(crate) struct Frame {
    /// Title of the page: the place one is in.
    pub(crate) title: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) csrf: String,
    pub(crate) theme: Option<&'static str>,
    pub(crate) entries: Vec<RailEntry>,
    pub(crate) health: Health,
    pub(crate) assets: &'static str,
}

impl Frame {
    /// The frame of a page in `part`.
    pub(crate) async fn new(
        web: &Web,
        person: &Person,
        theme: Option<&'static str>,
        part: ConsolePart,
        title: String,
    ) -> Result<Self, Problem> {
        let snapshot = web.console.now(web).await?;
        Ok(Self {
            title,
            email: person.email.clone(),
            role: person.role,
            csrf: person.csrf.clone(),
            theme,
            entries: rail(part, web.sandbox.is_some(), person.role),
            health: Health::of(&snapshot, web.moment()),
            assets: assets::folder(),
        })
    }
}

/// The theme chosen, if one was; the browser's own otherwise.
pub(crate) fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookies::value(headers, THEME_COOKIE) {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    }
}

/// The rail: part, word, path, and the drawing of its sign.
#[rustfmt::skip] // a table is read line by line
const RAIL: [(ConsolePart, &str, &str, &str); 10] = [
    (ConsolePart::Now, "Now", "/console/now", "M4 18h16M6 18v-5m5 5V7m5 11v-8"),
    (ConsolePart::Incidents, "Incidents", "/console/incidents", "M12 4 3 19h18zM12 10v4m0 2.5v.5"),
    (ConsolePart::Cases, "Cases", "/console/cases", "M4 7h6l2 2h8v10H4z"),
    (ConsolePart::Clients, "Clients", "/console/clients", "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-7 8c1-4 4-5 7-5s6 1 7 5"),
    (ConsolePart::Messages, "Messages", "/console/messages", "M4 6h16v11H9l-5 4z"),
    (ConsolePart::Templates, "Templates", "/console/templates", "M6 3h8l4 4v14H6zM9 11h6m-6 4h6"),
    (ConsolePart::Insight, "Insight", "/console/insight", "M4 19 10 12l4 3 6-9"),
    (ConsolePart::Sources, "Sources", "/console/sources", "M12 4c4 0 7 1 7 2.5s-3 2.5-7 2.5-7-1-7-2.5S8 4 12 4zM5 6.5v11C5 19 8 20 12 20s7-1 7-2.5v-11M5 12c0 1.5 3 2.5 7 2.5s7-1 7-2.5"),
    (ConsolePart::Sandbox, "Sandbox", "/console/sandbox", "M8 3h8v18H8zM11 18h2"),
    (ConsolePart::Settings, "Settings", "/console/settings", "M4 7h9m4 0h3M4 17h3m4 0h9M15 5v4M9 15v4"),
];

fn rail(here: ConsolePart, sandbox: bool, role: Role) -> Vec<RailEntry> {
    RAIL.into_iter()
        .filter(|(part, ..)| {
            *part != ConsolePart::Sandbox || (sandbox && role.may(Right::HoldHandsets))
        })
        .filter(|(part, ..)| *part != ConsolePart::Insight || role.may(Right::Rates))
        .map(|(part, word, path, drawing)| RailEntry {
            word,
            path,
            drawing,
            here: part == here,
        })
        .collect()
}
