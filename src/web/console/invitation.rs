//! `/console/invitation/{token}`: where a link leads that an admin passed on. Whoever has it sets
//! the person's password, once; a link that was used, ran out, or never was one is told alike.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};

use super::login::words;
use super::new_password::{chosen, rule};
use super::shell::layout::theme;
use super::shell::{ConsoleWords, assets, page_with, strictly};
use crate::domain::limits::PASSWORD_FORM;
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::access::invitations::InvitedPerson;
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, from_own_page_for_sure};
use crate::web::auth::session::hash;
use crate::web::problem::Problem;
use crate::web::request::body;
use crate::web::request::extract::Path;

/// Characters of a link's secret: no other can be one.
const SECRET_CHARACTERS: usize = 43;

#[derive(Template)]
#[template(path = "console/invitation.html")]
struct InvitationPage {
    theme: Option<&'static str>,
    assets: &'static str,
    words: ConsoleWords,
    /// Whose password is set; nothing: the link is worth nothing.
    email: Option<String>,
    token: String,
    rule: String,
    fault: Option<String>,
}

/// `GET`: looking uses nothing up.
pub(crate) async fn form(
    State(web): State<Web>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let invited = invited(&web, &token).await?;
    Ok(draw(&web, &headers, token, invited, None))
}

/// `POST`: sets the password and leads to the login, which says so and from there to the first page: whoever
/// can log in with it has typed what they meant.
pub(crate) async fn enter(
    State(web): State<Web>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    from_own_page_for_sure(&headers, &web.public_url)?;
    let Some(person) = invited(&web, &token).await? else {
        return Ok(draw(&web, &headers, token, None, None));
    };
    let fields = FormFields::parse(&body::read(request, PASSWORD_FORM).await?);
    let password = match chosen(&fields, &person.email, words(&web, &headers)).await? {
        Ok(password) => password,
        Err(fault) => return Ok(draw(&web, &headers, token, Some(person), Some(fault))),
    };
    if !set(&web, &token, &person.email, &password).await? {
        return Ok(draw(&web, &headers, token, None, None));
    }
    Ok(strictly(Redirect::to("/console/login?password=set")))
}

/// Whom the link is for, if it is good.
async fn invited(web: &Web, token: &str) -> Result<Option<InvitedPerson>, StoreError> {
    if token.len() != SECRET_CHARACTERS {
        return Ok(None);
    }
    let mut tx = web.store.read().await?;
    tx.invitations()
        .lookup(&hash(token), web.clock.wall())
        .await
}

/// Uses the link up and sets the password, which ends the sessions that the old one began. False
/// when somebody was quicker.
async fn set(web: &Web, token: &str, email: &str, password: &str) -> Result<bool, StoreError> {
    let mut tx = web.store.write().await?;
    // A person follows the link, by the time outside.
    let now = web.clock.wall();
    if !tx.invitations().take(&hash(token), now).await? {
        return Ok(false);
    }
    tx.users().set_password(email, password).await?;
    let entry = AuditEntry::new(email, "user.password_set", email);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(true)
}

fn draw(
    web: &Web,
    headers: &HeaderMap,
    token: String,
    invited: Option<InvitedPerson>,
    fault: Option<String>,
) -> Response {
    let status = match (&invited, &fault) {
        (None, _) => StatusCode::NOT_FOUND,
        (_, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, None) => StatusCode::OK,
    };
    let words = words(web, headers);
    let page = InvitationPage {
        theme: theme(headers),
        assets: assets::folder(),
        words,
        email: invited.map(|person| person.email),
        token,
        rule: rule(words),
        fault,
    };
    page_with(status, &page)
}
