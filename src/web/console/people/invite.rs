//! Links by which people set their password: for somebody new, and for somebody who forgot it. An
//! admin gets the link once and passes it on; Araldo sends it nowhere and keeps its hash alone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::change::{found, role_of};
use super::list::{FreshLink, PeopleNotice, draw, refused};
use crate::domain::limits::{INVITATION_GOOD, LOGIN_ADDRESS, PEOPLE_MOST};
use crate::domain::role::{Right, Role};
use crate::domain::{EmailAddress, UserId};
use crate::store::access::audit::AuditEntry;
use crate::store::access::invitations::NewInvitation;
use crate::store::access::users::{Added, NewUser};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::auth::session::{IDLE, Person, hash, random};
use crate::web::console::shell::{Visit, When};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Where the admin reaches the console: what their browser says of the form's page, since the
/// console may stand elsewhere than the clients' pages.
pub(crate) struct ConsoleAddress(String);

impl FromRequestParts<Web> for ConsoleAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let said = origin(&parts.headers);
        Ok(Self(said.unwrap_or_else(|| web.public_url.to_string())))
    }
}

/// `https://console.example` of the header, without anything behind it.
fn origin(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::ORIGIN)?.to_str().ok()?;
    let url = url::Url::parse(said).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_web.then(|| url.origin().ascii_serialization())
}

/// `POST /console/people`: somebody new, who sets their password by the link.
pub(crate) async fn add(
    visit: Visit,
    address: ConsoleAddress,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let (web, words) = (&visit.web, visit.words());
    let role = role_of(&fields)?;
    let partner = fields.get("partner").trim();
    let Some(email) = address_of(fields.get("email")) else {
        return not_taken(&visit, "people-no-address", &fields).await;
    };
    if partner.is_empty() == (role == Role::Partner) {
        return not_taken(&visit, "people-partner-role", &fields).await;
    }
    let now = web.clock.now();
    let user = NewUser {
        id: UserId::new(web.ids.next()),
        email: &email,
        role,
        password_hash: "",
    };
    let mut tx = web.store.write().await?;
    if tx.users().people(now, IDLE).await?.len() >= PEOPLE_MOST {
        drop(tx);
        let most = words.with("people-too-many", "most", &PEOPLE_MOST.to_string());
        return refused(&visit, most).await;
    }
    if tx.users().add(&user, now).await? == Added::Taken {
        drop(tx);
        return not_taken(&visit, "people-taken", &fields).await;
    }
    if role == Role::Partner && !join(web, &mut tx, &user, partner, &person).await? {
        drop(tx);
        return not_taken(&visit, "people-partner-unknown", &fields).await;
    }
    let secret = give(web, &mut tx, user.id).await?;
    let entry = AuditEntry::new(&person.email, "user.invited", &email).with(role.as_str());
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    shown(&visit, &address, email, &secret).await
}

/// `POST /console/people/{id}/invitation`: another link, for somebody who forgot their password or
/// lost the link. Their password holds until it is used.
pub(crate) async fn renew(
    visit: Visit,
    Path(id): Path<i64>,
    address: ConsoleAddress,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let web = &visit.web;
    let mut tx = web.store.write().await?;
    let user = found(&mut tx, id).await?;
    if user.disabled_at.is_some() {
        drop(tx);
        let fault = visit.words().say("people-no-link-while-locked");
        return refused(&visit, fault.into_owned()).await;
    }
    let secret = give(web, &mut tx, user.id).await?;
    let entry = AuditEntry::new(&person.email, "user.link_renewed", &user.email);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    shown(&visit, &address, user.email, &secret).await
}

/// An address by which somebody may log in.
fn address_of(typed: &str) -> Option<String> {
    let email = EmailAddress::parse(typed).ok()?.as_str().to_lowercase();
    (email.len() <= LOGIN_ADDRESS).then_some(email)
}

/// Says whose clients they see, and writes it down. False when there is no such partner.
async fn join(
    web: &Web,
    tx: &mut Tx,
    user: &NewUser<'_>,
    partner: &str,
    by: &Person,
) -> Result<bool, StoreError> {
    if !tx.users().set_partner(user.id, partner).await? {
        return Ok(false);
    }
    let entry = AuditEntry::new(&by.email, "partner.invited", partner).with(user.email);
    web.audit(tx, &entry).await?;
    Ok(true)
}

async fn not_taken(visit: &Visit, fault: &str, fields: &FormFields) -> Result<Response, Problem> {
    let notice = PeopleNotice {
        fault: Some(visit.words().say(fault).into_owned()),
        typed: fields.get("email").to_owned(),
        partner: fields.get("partner").to_owned(),
        ..PeopleNotice::default()
    };
    draw(visit, StatusCode::CONFLICT, notice).await
}

/// Makes the link's secret and keeps its hash.
async fn give(web: &Web, tx: &mut Tx, user: UserId) -> Result<String, StoreError> {
    let (secret, now) = (random(), web.clock.wall());
    let new = NewInvitation {
        user,
        token_hash: &hash(&secret),
        expires_at: now + INVITATION_GOOD,
    };
    tx.invitations().put(&new, now).await?;
    Ok(secret)
}

async fn shown(
    visit: &Visit,
    ConsoleAddress(console): &ConsoleAddress,
    email: String,
    secret: &str,
) -> Result<Response, Problem> {
    let now = visit.outside();
    let link = FreshLink {
        email,
        address: format!("{console}/console/invitation/{secret}"),
        until: When::new(now.at + INVITATION_GOOD, now),
    };
    let notice = PeopleNotice {
        link: Some(link),
        ..PeopleNotice::default()
    };
    draw(visit, StatusCode::OK, notice).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_the_admin_is_and_nowhere_else() {
        let of = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, said.parse().unwrap());
            origin(&headers)
        };
        assert_eq!(
            of("https://console.example:8443").as_deref(),
            Some("https://console.example:8443")
        );
        for odd in ["null", "file:///etc", "javascript:alert(1)"] {
            assert_eq!(of(odd), None, "{odd}");
        }
        assert_eq!(origin(&HeaderMap::new()), None);
    }
}
