//! `/console/people/{id}`: how one person comes in, and where they are logged in. An admin takes away a second
//! factor that was lost, ends sessions, unbinds from an identity provider, and says whether a password opens anything.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::change::{found, is_last, last_one_stays};
use crate::domain::role::{Right, Role};
use crate::store::access::audit::AuditEntry;
use crate::store::access::identities::OidcBinding;
use crate::store::access::sessions::SessionUnderWay;
use crate::store::access::users::User;
use crate::web::auth::csrf::Posted;
use crate::web::auth::session::IDLE;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, When, in_path, strictly};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

struct TheirSession {
    row: SessionUnderWay,
    began: When,
    seen: When,
}

/// As whom an identity provider knows them.
struct TheirBinding {
    issuer: String,
    since: When,
}

#[derive(Template)]
#[template(path = "console/person.html")]
struct PersonPage {
    frame: Frame,
    user: User,
    /// How their second factor stands, if they have one.
    factor: Option<String>,
    sessions: Vec<TheirSession>,
    bindings: Vec<TheirBinding>,
    /// Their address, as part of another.
    in_address: String,
    /// There are providers by which they could come in instead.
    providers: bool,
}

/// `GET`.
pub(crate) async fn get(visit: Visit, Path(id): Path<i64>) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let user = found(&mut tx, id).await?;
    let factor = tx.second_factors().of(user.id).await?;
    let wall = visit.web.clock.wall();
    let rows = tx.sessions().of_user(user.id, wall, IDLE).await?;
    let bound = tx.oidc_bindings().of(user.id).await?;
    drop(tx);
    let outside = visit.outside();
    let sessions = rows.into_iter().map(|row| TheirSession {
        began: When::new(row.created_at, outside),
        seen: When::new(row.seen_at, outside),
        row,
    });
    let page = PersonPage {
        frame: visit.frame(ConsolePart::People, &user.email).await?,
        sessions: sessions.collect(),
        bindings: bound.into_iter().map(|row| binding(row, now)).collect(),
        in_address: in_path(&user.email),
        providers: !visit.web.console.sign_in.providers.is_empty(),
        factor: factor.map(|factor| now.words.count("people-factor-has", factor.codes_left)),
        user,
    };
    Ok(shell::page_with(StatusCode::OK, &page))
}

/// `POST …/sessions`: ends the one named in `session`, or all.
pub(crate) async fn end(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let mut tx = visit.web.store.write().await?;
    let user = found(&mut tx, id).await?;
    let ended = match fields.get("session") {
        "" => tx.sessions().end_all(user.id).await?,
        one => u64::from(tx.sessions().end_own(user.id, one).await?),
    };
    if ended > 0 {
        let count = ended.to_string();
        let entry = AuditEntry::new(&person.email, "session.ended_elsewhere", &user.email);
        visit.web.audit(&mut tx, &entry.with(&count)).await?;
        tx.commit().await?;
    }
    Ok(back(id))
}

/// `POST …/second-factor`: takes it away, for somebody who lost it, and ends their sessions.
pub(crate) async fn reset(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let mut tx = visit.web.store.write().await?;
    let user = found(&mut tx, id).await?;
    if tx.second_factors().remove(user.id).await? {
        tx.sessions().end_all(user.id).await?;
        let entry = AuditEntry::new(&person.email, "user.second_factor_reset", &user.email);
        visit.web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(back(id))
}

/// `POST …/sign-in`: by an identity provider alone (`oidc_only` is `yes`), or by a password as well.
pub(crate) async fn way(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let only = fields.get("oidc_only") == "yes";
    let mut tx = visit.web.store.write().await?;
    let is_last = is_last(&mut tx, id).await?;
    let user = found(&mut tx, id).await?;
    if user.oidc_only == only {
        return Ok(back(id));
    }
    // Were the provider away, nobody could administer.
    if only && is_last && user.role == Role::Admin {
        drop(tx);
        return last_one_stays(&visit).await;
    }
    tx.users().set_oidc_only(&user, only).await?;
    let change = match only {
        true => "password → provider",
        false => "provider → password",
    };
    let entry = AuditEntry::new(&person.email, "user.sign_in_changed", &user.email).with(change);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(back(id))
}

/// `POST …/unbind`: from the identity provider of `issuer`, for somebody who has a new account there.
pub(crate) async fn unbind(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let issuer = fields.get("issuer");
    let mut tx = visit.web.store.write().await?;
    let user = found(&mut tx, id).await?;
    if tx.oidc_bindings().unbind(user.id, issuer).await? {
        tx.sessions().end_all(user.id).await?;
        let entry = AuditEntry::new(&person.email, "user.identity_unbound", &user.email);
        visit.web.audit(&mut tx, &entry.with(issuer)).await?;
        tx.commit().await?;
    }
    Ok(back(id))
}

fn binding(row: OidcBinding, now: Moment) -> TheirBinding {
    TheirBinding {
        since: When::new(row.bound_at, now),
        issuer: row.issuer,
    }
}

fn back(id: i64) -> Response {
    strictly(Redirect::to(&format!("/console/people/{id}")))
}
