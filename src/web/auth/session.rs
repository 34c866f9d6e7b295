//! Sessions: a 256-bit random secret in a cookie, its hash in the store.
//!
//! [`Person`] is the extractor every page takes; it answers for pages without a session by
//! leading to the login. A session ends after 30 minutes without use and after 12 hours in any
//! case; logging in always makes a new one. Forms are checked by `csrf`.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use chrono_tz::Tz;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};

use super::{cookies, noted};
use crate::domain::language::Language;
use crate::domain::role::{Right, Role};
use crate::domain::second_factor::SecondFactorRule;
use crate::domain::{Timestamp, UserId};
use crate::store::access::sessions::{NewSession, Session};
use crate::store::reports::partner::PartnerSight;
use crate::store::{Store, StoreError};
use crate::web::Web;
use crate::web::problem::Problem;

/// Without use for longer, a session is over.
pub(in crate::web) const IDLE: TimeDelta = TimeDelta::minutes(30);
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// Use is noted no more often, so that reading pages hardly ever writes.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// The person who is asking.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: UserId,
    /// The hash by which the store knows this session: it opens nothing.
    pub session: String,
    /// Their address: also the name in the audit.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whose clients they see, where they are of a partner; nothing there: nobody's.
    pub sight: Option<PartnerSight>,
    /// The word this session's forms must carry.
    pub csrf: String,
    /// Of their pages, where they chose one.
    pub language: Option<Language>,
    /// By whose clock their pages go, where they chose one.
    pub zone: Option<Tz>,
    /// They must have a second factor and have none: nothing but setting it up is open to them.
    pub must_set_up: bool,
}

impl Person {
    /// Lets them pass, or says who may.
    pub fn require(&self, right: Right) -> Result<(), Problem> {
        if self.role.may(right) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "not_allowed",
            format!("the role {} may not do this; ask an admin", self.role),
        ))
    }

    fn of(session: Session, hash: String, rule: SecondFactorRule) -> Self {
        let must_have = rule.binds(session.role, session.oidc_only);
        let of_partner = session.role == Role::Partner;
        let partner = session.partner.filter(|_| of_partner);
        Self {
            user: session.user,
            session: hash,
            email: session.email,
            role: session.role,
            sight: partner.map(PartnerSight::of),
            csrf: session.csrf,
            // What another version may have written counts as no choice.
            language: session.language.as_deref().and_then(Language::of),
            zone: session.time_zone.and_then(|zone| zone.parse().ok()),
            must_set_up: must_have && !session.has_second_factor,
        }
    }
}

impl FromRequestParts<Web> for Person {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        // The table of routes has asked already.
        if let Some(person) = parts.extensions.get::<Self>() {
            return Ok(person.clone());
        }
        match current(&parts.headers, web).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(to_login(parts)),
            Err(error) => Err(Problem::from(error).into_response()),
        }
    }
}

/// Leads to the login, and from there back to what was asked for.
fn to_login(parts: &Parts) -> Response {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if parts.method == Method::GET && !path.ends_with("/live") {
        let back = utf8_percent_encode(path, NON_ALPHANUMERIC);
        return Redirect::to(&format!("/console/login?next={back}")).into_response();
    }
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "logged_out",
        "the session is over; log in again",
    )
    .into_response()
}

async fn current(headers: &HeaderMap, web: &Web) -> Result<Option<Person>, StoreError> {
    let Some(secret) = secret(headers, web) else {
        return Ok(None);
    };
    let now = web.clock.wall();
    let hash = hash(&secret);
    let mut tx = web.store.read().await?;
    let session = tx.sessions().lookup(&hash, now, IDLE).await?;
    drop(tx);
    if let Some(session) = &session
        && now - session.seen_at > NOTED
    {
        noted::note("a session", touch(web, &hash, now)).await;
    }
    let rule = web.console.sign_in.second_factor;
    Ok(session.map(|session| Person::of(session, hash, rule)))
}

async fn touch(web: &Web, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = web.store.write().await?;
    tx.sessions().touch(hash, now).await?;
    tx.commit().await
}

/// Begins a session and gives the cookie that carries it.
pub async fn begin(web: &Web, user: UserId, caller: IpAddr) -> Result<String, StoreError> {
    let secret = random();
    save(
        &web.store,
        user,
        &secret,
        &network(caller),
        web.clock.wall(),
    )
    .await?;
    Ok(cookie(web, &secret, ABSOLUTE.num_seconds()))
}

async fn save(
    store: &Store,
    user: UserId,
    secret: &str,
    network: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let new = NewSession {
        token_hash: &hash(secret),
        user,
        csrf: &random(),
        expires_at: now + ABSOLUTE,
    };
    let mut tx = store.write().await?;
    tx.sessions().begin(&new, now).await?;
    tx.sessions().came_from(new.token_hash, network).await?;
    tx.users().note_login(user, now).await?;
    tx.commit().await
}

/// The network of an address: enough to know one's own login again, too little to find a person.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// Ends the session the request carries, if any, and gives the cookie that forgets it.
pub async fn end(web: &Web, headers: &HeaderMap) -> Result<String, StoreError> {
    if let Some(secret) = secret(headers, web) {
        let mut tx = web.store.write().await?;
        tx.sessions().end(&hash(&secret)).await?;
        tx.commit().await?;
    }
    Ok(cookie(web, "", 0))
}

fn cookie(web: &Web, value: &str, seconds: i64) -> String {
    cookies::set(web, cookie_name(web), value, seconds)
}

fn cookie_name(web: &Web) -> &'static str {
    cookies::host_name(web, "__Host-araldo", "araldo")
}

fn secret(headers: &HeaderMap, web: &Web) -> Option<String> {
    cookies::value(headers, cookie_name(web))
        .filter(|value| value.len() == 43)
        .map(str::to_owned)
}

/// 256 random bits in 43 characters.
pub(in crate::web) fn random() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 in base64: enough for a secret of 256 random bits.
pub(in crate::web) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_its_network_is_kept() {
        for (address, kept) in [
            ("198.51.100.7", "198.51.100.0/24"),
            ("::ffff:198.51.100.7", "198.51.100.0/24"),
            ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), kept);
        }
    }
}
