//! `/console/login/with/{name}`: coming in by an identity provider. The browser is sent there with a cookie that
//! binds the answer to it, and comes back with a code. Who it is says `identity::oidc`; whether they may come in is
//! decided here: whoever is a person of the console already, and whoever is given a role by the settings. The first
//! time a person is known by the verified address, from then on by what the provider calls them.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use super::{LoginArrival, LoginPage, ReturnTo, words};
use crate::domain::UserId;
use crate::domain::limits::{LOGIN_AT_PROVIDER, LOGIN_BROUGHT, PEOPLE_MOST};
use crate::domain::role::Role;
use crate::identity::oidc::{BroughtBack, OidcFault, OidcProvider, ProvenPerson, SignInSeed};
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::access::users::{Added, NewUser, User};
use crate::web::Web;
use crate::web::auth::cookies;
use crate::web::auth::session::IDLE;
use crate::web::console::shell::{ConsoleWords, FluentValue, strictly};
use crate::web::console::theme::inside;
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// What a provider sends back with the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct CameBack {
    code: String,
    state: String,
    iss: Option<String>,
    error: String,
}

/// Why nobody came in.
enum Turned {
    /// Too long ago, in another browser, or once already.
    Stale,
    /// Proven, and nobody whom we let in.
    NotKnown,
    /// The address is of a person whom the provider called otherwise before.
    OtherIdentity,
    Failed(OidcFault),
}

/// `GET /console/login/with/{name}`: leads to the provider. Nothing is kept here.
pub(crate) async fn begin(
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(ReturnTo { next, .. }): Query<ReturnTo>,
) -> Result<Response, Problem> {
    let provider = known(&web, &name)?;
    let now = web.clock.wall();
    let seed = SignInSeed::new(rand::random(), &name, now);
    match provider.begin(&seed, &address(&web, &name), now).await {
        Ok(to) => {
            let next = utf8_percent_encode(inside(&next), NON_ALPHANUMERIC);
            let held = format!("{}~{next}", seed.text());
            let seconds = LOGIN_AT_PROVIDER.num_seconds();
            let cookie = cookies::set(&web, cookie_name(&web), &held, seconds);
            let cookies = AppendHeaders([(header::SET_COOKIE, cookie)]);
            Ok(strictly((cookies, Redirect::to(&to))))
        }
        Err(fault) => turned(&web, &headers, provider, Turned::Failed(fault)).await,
    }
}

/// `GET /console/login/with/{name}/back`: whoever comes from the provider.
pub(crate) async fn back(
    State(web): State<Web>,
    Path(name): Path<String>,
    Query(brought): Query<CameBack>,
    request: Request,
) -> Result<Response, Problem> {
    let provider = known(&web, &name)?;
    let headers = request.headers().clone();
    let caller = web.door.caller(request.extensions(), &headers);
    let Some((seed, next)) = begun_here(&web, &headers, &name, &brought) else {
        return turned(&web, &headers, provider, Turned::Stale).await;
    };
    let user = match proven(&web, provider, &seed, &brought).await {
        Ok(person) => admitted(&web, provider, &person).await?,
        Err(fault) => Err(Turned::Failed(fault)),
    };
    let user = match user {
        Ok(user) => user,
        Err(why) => return turned(&web, &headers, provider, why).await,
    };
    let arrival = LoginArrival {
        user: &user,
        next: &next,
        caller,
        by: Some(provider.name()),
    };
    let welcome = arrival.welcome(&web, &headers).await?;
    Ok(forgetting(&web, welcome))
}

/// The sign-in that this browser began and where it was to lead, if what came back is the answer to it.
fn begun_here(
    web: &Web,
    headers: &HeaderMap,
    name: &str,
    brought: &CameBack,
) -> Option<(SignInSeed, String)> {
    let too_long = |text: &str| text.len() > LOGIN_BROUGHT;
    if too_long(&brought.code) || too_long(&brought.state) || too_long(&brought.error) {
        return None;
    }
    let (seed, next) = cookies::value(headers, cookie_name(web))?.split_once('~')?;
    let seed = SignInSeed::parse(seed, name, web.clock.wall())?;
    let next = percent_decode_str(next).decode_utf8().ok()?.into_owned();
    seed.began(&brought.state).then_some((seed, next))
}

async fn proven(
    web: &Web,
    provider: &OidcProvider,
    seed: &SignInSeed,
    brought: &CameBack,
) -> Result<ProvenPerson, OidcFault> {
    if brought.code.is_empty() {
        return Err(OidcFault::refused(&brought.error));
    }
    let brought = BroughtBack {
        code: &brought.code,
        issuer: brought.iss.as_deref(),
        address: &address(web, provider.name()),
    };
    provider.finish(seed, &brought, web.clock.wall()).await
}

/// Whoever is a person of the console already, else whoever is given a role. One who was here before is known by what
/// the provider calls them, whatever their address has become.
async fn admitted(
    web: &Web,
    provider: &OidcProvider,
    proven: &ProvenPerson,
) -> Result<Result<User, Turned>, Problem> {
    let mut tx = web.store.read().await?;
    let bound = tx
        .oidc_bindings()
        .person(&proven.issuer, &proven.sub)
        .await?;
    let is_bound = bound.is_some();
    let known = match bound {
        Some(user) => Some(user),
        None => tx.users().lookup(&proven.email).await?,
    };
    drop(tx);
    let user = match (known, proven.role, &proven.lacks) {
        // Who is admin is said by the settings and never by a mailbox alone.
        (Some(user), role, _) if user.role == Role::Admin && role != Some(Role::Admin) => {
            Err(Turned::NotKnown)
        }
        (Some(user), ..) if user.disabled_at.is_none() => Ok(user),
        (Some(_), ..) | (None, None, None) => Err(Turned::NotKnown),
        (None, Some(role), _) => made(web, &proven.email, role)
            .await?
            .ok_or(Turned::NotKnown),
        (None, None, Some(claim)) => Err(Turned::Failed(OidcFault::Missing(claim.clone()))),
    };
    Ok(match user {
        Ok(user) if !is_bound => bind(web, provider, proven, user).await?,
        user => user,
    })
}

/// The first sign-in of a person at this provider.
async fn bind(
    web: &Web,
    provider: &OidcProvider,
    proven: &ProvenPerson,
    user: User,
) -> Result<Result<User, Turned>, StoreError> {
    let now = web.clock.now();
    let pair = (proven.issuer.as_str(), proven.sub.as_str());
    let mut tx = web.store.write().await?;
    if !tx.oidc_bindings().bind(user.id, pair, now).await? {
        return Ok(Err(Turned::OtherIdentity));
    }
    let entry = AuditEntry::new("console login", "user.identity_bound", &user.email);
    web.audit(&mut tx, &entry.with(provider.name())).await?;
    tx.commit().await?;
    Ok(Ok(user))
}

/// A new person, whom no password lets in. Nobody when there are too many already.
async fn made(web: &Web, email: &str, role: Role) -> Result<Option<User>, StoreError> {
    let now = web.clock.now();
    let new = NewUser {
        id: UserId::new(web.ids.next()),
        email,
        role,
        password_hash: "",
    };
    let mut tx = web.store.write().await?;
    if tx.users().people(now, IDLE).await?.len() >= PEOPLE_MOST {
        tracing::warn!("nobody is made by an identity provider: there are {PEOPLE_MOST} people");
        return Ok(None);
    }
    let added = tx.users().add(&new, now).await?;
    let user = tx.users().lookup(email).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    if let (Added::New, Some(user)) = (added, &user) {
        tx.users().set_oidc_only(user, true).await?;
        let entry = AuditEntry::new("console login", "user.added", email).with(role.as_str());
        web.audit(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(user)
}

/// The login with what went wrong. The log says it with the claim, and without anything of the person.
async fn turned(
    web: &Web,
    headers: &HeaderMap,
    provider: &OidcProvider,
    why: Turned,
) -> Result<Response, Problem> {
    let login = provider.name();
    let words = words(web, headers);
    let refused = |text: Cow<'_, str>| (StatusCode::FORBIDDEN, text.into_owned());
    let (status, fault) = match &why {
        Turned::Stale => {
            tracing::warn!(
                login,
                "a sign-in came back to a browser that had not begun it"
            );
            refused(words.say("login-with-stale"))
        }
        Turned::NotKnown => {
            tracing::warn!(login, "a sign-in failed: nobody here has this address");
            refused(words.say("login-with-not-known"))
        }
        Turned::OtherIdentity => {
            tracing::warn!(
                login,
                "a sign-in failed: the provider calls whoever has this address otherwise than before; an admin can \
                 unbind the person on their page, and the next sign-in binds them anew"
            );
            refused(words.say("login-with-other-identity"))
        }
        Turned::Failed(fault) => {
            tracing::warn!(login, fault = %fault, "a sign-in failed");
            let status = match fault {
                OidcFault::Away(_) => StatusCode::BAD_GATEWAY,
                _ => StatusCode::FORBIDDEN,
            };
            (status, said(fault, provider.label(), words))
        }
    };
    let page = LoginPage {
        fault: Some(fault),
        ..LoginPage::new(web, headers, String::new(), String::new())
    };
    let page = page.show(web, status).await?;
    Ok(forgetting(web, page))
}

/// In the person's language, with whom to turn to.
fn said(fault: &OidcFault, provider: &str, words: ConsoleWords) -> String {
    let say = |key: &str, claim: &str| {
        let values = [
            ("provider", FluentValue::from(provider)),
            ("claim", FluentValue::from(claim)),
        ];
        words.say_with(key, &values)
    };
    match fault {
        OidcFault::Away(_) => say("login-with-away", ""),
        OidcFault::Refused(word) => say("login-with-refused", word),
        OidcFault::Missing(claim) => say("login-with-claim-missing", claim),
        OidcFault::Wrong { claim, .. } => say("login-with-claim-wrong", claim),
        OidcFault::Unproven(_) | OidcFault::OtherIssuer => say("login-with-unproven", ""),
    }
}

/// A sign-in is used once: its cookie goes with the answer.
fn forgetting(web: &Web, answer: Response) -> Response {
    let forget = cookies::set(web, cookie_name(web), "", 0);
    strictly((AppendHeaders([(header::SET_COOKIE, forget)]), answer))
}

fn known<'a>(web: &'a Web, name: &str) -> Result<&'a OidcProvider, Problem> {
    let provider = web.console.sign_in.provider(name);
    provider
        .map(AsRef::as_ref)
        .ok_or_else(|| Problem::not_found("identity provider", name))
}

/// To where the provider sends people back: as it is registered there.
fn address(web: &Web, name: &str) -> String {
    let console = web.console.sign_in.url.as_deref();
    let console = console.unwrap_or(&web.public_url);
    format!("{console}/console/login/with/{name}/back")
}

fn cookie_name(web: &Web) -> &'static str {
    cookies::host_name(web, "__Host-araldo-login", "araldo-login")
}
