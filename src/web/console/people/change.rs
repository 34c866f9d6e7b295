//! What an admin changes of a person: the role, and whether they may come in. Either ends the
//! person's sessions, and neither takes away the last one who can administer. Nobody of the staff
//! becomes somebody of a partner or the other way round: what one saw the other must not.

use axum::response::{Redirect, Response};

use super::list::refused;
use crate::domain::UserId;
use crate::domain::role::{Right, Role};
use crate::store::access::audit::AuditEntry;
use crate::store::access::users::User;
use crate::store::{StoreError, Tx};
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// `POST /console/people/{id}/role`
pub(crate) async fn role(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let role = role_of(&fields)?;
    let mut tx = visit.web.store.write().await?;
    let is_last = is_last(&mut tx, id).await?;
    let user = found(&mut tx, id).await?;
    if user.role == role {
        return Ok(back());
    }
    if is_last {
        drop(tx);
        return last_one_stays(&visit).await;
    }
    if Role::Partner == role || Role::Partner == user.role {
        drop(tx);
        let fault = visit.words().say("people-partner-stays").into_owned();
        return refused(&visit, fault).await;
    }
    tx.users().set_role(&user.email, role).await?;
    let change = format!("{} → {role}", user.role);
    let entry = AuditEntry::new(&person.email, "user.role_changed", &user.email).with(&change);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(back())
}

/// `POST /console/people/{id}/lock`: they are shut out, and a link they have is worth nothing.
pub(crate) async fn lock(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let web = &visit.web;
    let mut tx = web.store.write().await?;
    let is_last = is_last(&mut tx, id).await?;
    let user = found(&mut tx, id).await?;
    if user.disabled_at.is_some() {
        return Ok(back());
    }
    if is_last {
        drop(tx);
        return last_one_stays(&visit).await;
    }
    tx.users().disable(&user.email, web.clock.now()).await?;
    let entry = AuditEntry::new(&person.email, "user.disabled", &user.email);
    web.audit(&mut tx, &entry.with("open → locked")).await?;
    tx.commit().await?;
    Ok(back())
}

/// `POST /console/people/{id}/unlock`
pub(crate) async fn unlock(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let mut tx = visit.web.store.write().await?;
    let user = found(&mut tx, id).await?;
    if user.disabled_at.is_none() {
        return Ok(back());
    }
    tx.users().unlock(user.id).await?;
    let entry = AuditEntry::new(&person.email, "user.enabled", &user.email);
    let entry = entry.with("locked → open");
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(back())
}

/// The role a form asks for.
pub(super) fn role_of(fields: &FormFields) -> Result<Role, Problem> {
    let asked = fields.get("role").parse::<Role>();
    asked.map_err(|error| Problem::field("/role", error.to_string()))
}

pub(super) async fn found(tx: &mut Tx, id: i64) -> Result<User, Problem> {
    let user = tx.users().get(UserId::new(id)).await?;
    user.ok_or_else(|| Problem::not_found("person", &id.to_string()))
}

/// Whether nobody else could administer. Asked before the person is read: from here on nobody
/// else changes who may.
pub(super) async fn is_last(tx: &mut Tx, id: i64) -> Result<bool, StoreError> {
    Ok(tx.users().admins().await? == [UserId::new(id)])
}

pub(super) async fn last_one_stays(visit: &Visit) -> Result<Response, Problem> {
    let fault = visit.words().say("people-last-admin").into_owned();
    refused(visit, fault).await
}

fn back() -> Response {
    strictly(Redirect::to("/console/people"))
}
