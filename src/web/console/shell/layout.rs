//! What surrounds every page: the rail, the top line, the theme.

use std::borrow::Cow;

use axum::http::HeaderMap;

use super::assets;
use super::health::Health;
use super::visit::Visit;
use super::words::ConsoleWords;
use crate::domain::language::Language;
use crate::domain::role::{Right, Role};
use crate::web::auth::cookies;
use crate::web::console::first_page;
use crate::web::console::partner::HOME;
use crate::web::console::state::Snapshot;

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
    /// What clients wrote, and what is answered.
    Inbox,
    Templates,
    Insight,
    Sources,
    Sandbox,
    People,
    Settings,
    /// The cases of a partner's clients: all that its people have.
    Partner,
}

/// One entry of the rail.
pub(crate) struct RailEntry {
    pub(crate) word: Cow<'static, str>,
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
    /// Of the staff: who has the search and the health light.
    pub(crate) is_staff: bool,
    /// Where the mark leads.
    pub(crate) home: &'static str,
    pub(crate) health: Health,
    pub(crate) assets: &'static str,
    /// Of the language the page is in.
    pub(crate) words: ConsoleWords,
    /// Those the console speaks, for the menu.
    pub(crate) languages: [Language; 2],
}

impl Frame {
    /// The frame of a page in `part`.
    pub(super) fn new(
        visit: &Visit,
        snapshot: &Snapshot,
        part: ConsolePart,
        title: String,
    ) -> Self {
        let person = &visit.person;
        Self {
            title,
            email: person.email.clone(),
            role: person.role,
            csrf: person.csrf.clone(),
            theme: visit.theme,
            entries: rail(part, visit),
            is_staff: person.role != Role::Partner,
            home: first_page(person.role),
            health: Health::of(snapshot, visit.moment()),
            assets: assets::folder(),
            words: visit.words(),
            languages: Language::ALL,
        }
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

/// The rail: part, the key of its word, path, and the drawing of its sign.
#[rustfmt::skip] // a table is read line by line
const RAIL: [(ConsolePart, &str, &str, &str); 12] = [
    (ConsolePart::Now, "shell-rail-now", "/console/now", "M4 18h16M6 18v-5m5 5V7m5 11v-8"),
    (ConsolePart::Incidents, "shell-rail-incidents", "/console/incidents", "M12 4 3 19h18zM12 10v4m0 2.5v.5"),
    (ConsolePart::Cases, "shell-rail-cases", "/console/cases", "M4 7h6l2 2h8v10H4z"),
    (ConsolePart::Clients, "shell-rail-clients", "/console/clients", "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-7 8c1-4 4-5 7-5s6 1 7 5"),
    (ConsolePart::Messages, "shell-rail-messages", "/console/messages", "M4 6h16v11H9l-5 4z"),
    (ConsolePart::Inbox, "shell-rail-inbox", "/console/inbox", "M4 13l3-8h10l3 8v6H4zM4 13h5l1 3h4l1-3h5"),
    (ConsolePart::Templates, "shell-rail-templates", "/console/templates", "M6 3h8l4 4v14H6zM9 11h6m-6 4h6"),
    (ConsolePart::Insight, "shell-rail-insight", "/console/insight", "M4 19 10 12l4 3 6-9"),
    (ConsolePart::Sources, "shell-rail-sources", "/console/sources", "M12 4c4 0 7 1 7 2.5s-3 2.5-7 2.5-7-1-7-2.5S8 4 12 4zM5 6.5v11C5 19 8 20 12 20s7-1 7-2.5v-11M5 12c0 1.5 3 2.5 7 2.5s7-1 7-2.5"),
    (ConsolePart::Sandbox, "shell-rail-sandbox", "/console/sandbox", "M8 3h8v18H8zM11 18h2"),
    (ConsolePart::People, "shell-rail-people", "/console/people", "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-6 8c.8-3.5 3.4-5 6-5s5.2 1.5 6 5M16 5a3 3 0 0 1 0 6m2 3c1.6.8 2.6 2.5 3 5"),
    (ConsolePart::Settings, "shell-rail-settings", "/console/settings", "M4 7h9m4 0h3M4 17h3m4 0h9M15 5v4M9 15v4"),
];

/// The whole rail of a partner's people.
const PARTNER: (ConsolePart, &str, &str, &str) = (
    ConsolePart::Partner,
    "shell-rail-cases",
    HOME,
    "M4 7h6l2 2h8v10H4z",
);

fn rail(here: ConsolePart, visit: &Visit) -> Vec<RailEntry> {
    if visit.person.role == Role::Partner {
        return vec![rail_entry(PARTNER, here, visit.words())];
    }
    let (words, sandbox) = (visit.words(), visit.web.sandbox.is_some());
    RAIL.into_iter()
        .filter(|(part, ..)| {
            *part != ConsolePart::Sandbox || (sandbox && visit.may(Right::HoldHandsets))
        })
        .filter(|(part, ..)| *part != ConsolePart::Insight || visit.may(Right::Rates))
        .filter(|(part, ..)| *part != ConsolePart::People || visit.may(Right::Administer))
        .map(|line| rail_entry(line, here, words))
        .collect()
}

fn rail_entry(
    (part, key, path, drawing): (ConsolePart, &str, &'static str, &'static str),
    here: ConsolePart,
    words: ConsoleWords,
) -> RailEntry {
    RailEntry {
        word: words.say(key),
        path,
        drawing,
        here: part == here,
    }
}
