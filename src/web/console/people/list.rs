//! `GET /console/people`: everybody, what can be done with each, and the form that adds one. The
//! other handlers here answer with the same page when there is something to say.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::store::access::users::PersonOnList;
use crate::web::auth::session::IDLE;
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;

/// One person, and how they stand.
struct PersonEntry {
    row: PersonOnList,
    badge: Badge,
    language: &'static str,
    login: Option<When>,
    sessions: String,
    /// How long their link is good, if they have one.
    link: Option<When>,
    /// Whoever looks at the page.
    is_me: bool,
}

/// A link that was just made: it is shown this once.
pub(super) struct FreshLink {
    pub(super) email: String,
    pub(super) address: String,
    pub(super) until: When,
}

/// What the page says besides the list.
#[derive(Default)]
pub(super) struct PeopleNotice {
    pub(super) fault: Option<String>,
    pub(super) link: Option<FreshLink>,
    /// The address that was typed and not taken.
    pub(super) typed: String,
    pub(super) partner: String,
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<PersonEntry>,
    roles: &'static [Role],
    notice: PeopleNotice,
}

pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    draw(&visit, StatusCode::OK, PeopleNotice::default()).await
}

pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    notice: PeopleNotice,
) -> Result<Response, Problem> {
    // Logins, sessions and links go by the time outside.
    let now = visit.outside();
    let mut tx = visit.web.store.read().await?;
    let rows = tx.users().people(now.at, IDLE).await?;
    drop(tx);
    let title = visit.words().say("people-title");
    let page = PeoplePage {
        frame: visit.frame(ConsolePart::People, title).await?,
        people: rows.into_iter().map(|row| entry(row, visit, now)).collect(),
        roles: Role::ALL,
        notice,
    };
    Ok(shell::page_with(status, &page))
}

/// The page with what is wrong; nothing was changed.
pub(super) async fn refused(visit: &Visit, fault: String) -> Result<Response, Problem> {
    let notice = PeopleNotice {
        fault: Some(fault),
        ..PeopleNotice::default()
    };
    draw(visit, StatusCode::CONFLICT, notice).await
}

fn entry(row: PersonOnList, visit: &Visit, now: Moment) -> PersonEntry {
    let chosen = row.language.as_deref().and_then(Language::of);
    let link = row.invited_until.filter(|until| *until > now.at);
    PersonEntry {
        badge: standing(&row, link.is_some(), now),
        language: chosen
            .unwrap_or_else(|| visit.web.console.words().language())
            .name(),
        login: row.last_login_at.map(|at| When::new(at, now)),
        sessions: now.words.number(row.sessions),
        link: link.map(|until| When::new(until, now)),
        is_me: row.id == visit.person.user,
        row,
    }
}

fn standing(row: &PersonOnList, has_link: bool, now: Moment) -> Badge {
    let may_come = row.has_password || row.oidc_only;
    let (tone, key) = match (row.disabled_at, may_come, has_link) {
        (Some(_), ..) => ("waiting", "people-locked"),
        (None, true, _) => ("delivered", "people-open"),
        (None, false, true) => ("going", "people-invited"),
        (None, false, false) => ("attention", "people-invited-in-vain"),
    };
    Badge::new(tone, &now.words.say(key))
}
