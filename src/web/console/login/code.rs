//! `/console/login/code`: the password was right, and the code of the second factor is awaited, for five minutes.
//! A cookie says whose it is; it opens no page.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Redirect, Response};

use super::{LoginArrival, note, words};
use crate::domain::UserId;
use crate::domain::limits::{LOGIN_FORM, SECOND_FACTOR_WITHIN};
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::access::pending_sign_ins::{NewPendingSignIn, PendingSignIn};
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, from_own_page_for_sure};
use crate::web::auth::second_factor::{CodeGuess, CodeKind};
use crate::web::auth::session::{hash, random};
use crate::web::auth::throttle::LoginOrigin;
use crate::web::auth::{cookies, device};
use crate::web::console::shell::layout::theme;
use crate::web::console::shell::{ConsoleWords, FluentValue, assets, page_with, strictly};
use crate::web::console::theme::inside;
use crate::web::problem::Problem;
use crate::web::request::body;

#[derive(Template)]
#[template(path = "console/login-code.html")]
struct CodePage {
    theme: Option<&'static str>,
    assets: &'static str,
    words: ConsoleWords,
    fault: Option<String>,
}

/// Leads from the right password to the page that asks for the code.
pub(super) async fn ask(web: &Web, user: UserId, next: &str) -> Result<Response, Problem> {
    let secret = random();
    let new = NewPendingSignIn {
        token_hash: &hash(&secret),
        user,
        next: inside(next),
        expires_at: web.clock.wall() + SECOND_FACTOR_WITHIN,
    };
    let mut tx = web.store.write().await?;
    tx.pending_sign_ins().begin(&new).await?;
    tx.commit().await?;
    let cookie = cookies::set(web, name(web), &secret, SECOND_FACTOR_WITHIN.num_seconds());
    let to = Redirect::to("/console/login/code");
    Ok(strictly((
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        to,
    )))
}

/// `GET`.
pub(crate) async fn form(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    match awaited(&web, &headers).await? {
        Some(_) => Ok(draw(&web, &headers, StatusCode::OK, None)),
        None => Ok(to_login()),
    }
}

/// `POST`.
pub(crate) async fn enter(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    from_own_page_for_sure(&headers, &web.public_url)?;
    let caller = web.door.caller(request.extensions(), &headers);
    let fields = FormFields::parse(&body::read(request, LOGIN_FORM).await?);
    let Some((token, pending)) = awaited(&web, &headers).await? else {
        return Ok(to_login());
    };
    let known = device::known(&web, &headers, pending.user);
    let guess = CodeGuess {
        user: pending.user,
        email: &pending.email,
        origin: known.unwrap_or(LoginOrigin::WithPassword),
        typed: fields.get("code"),
    };
    if let Err(seconds) = guess.count(&web) {
        return Ok(must_wait(&web, &headers, seconds));
    }
    let mut tx = web.store.write().await?;
    let Some(kind) = guess.use_up(&web, &mut tx).await? else {
        drop(tx);
        return refused(&web, &headers, &pending).await;
    };
    let user = tx.users().get(pending.user).await?;
    let taken = tx.pending_sign_ins().take(&token).await?;
    let Some(user) = user.filter(|_| taken) else {
        return Ok(to_login());
    };
    if kind == CodeKind::Recovery {
        let entry = AuditEntry::new(&user.email, "user.recovery_code_used", &user.email);
        web.audit(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    guess.forgive(&web);
    let arrival = LoginArrival {
        user: &user,
        next: &pending.next,
        caller,
        by: None,
    };
    let welcome = arrival.welcome(&web, &headers).await?;
    let forget = cookies::set(&web, name(&web), "", 0);
    Ok(strictly((
        AppendHeaders([(header::SET_COOKIE, forget)]),
        welcome,
    )))
}

/// Whose code is awaited from this browser, with the hash of its cookie.
async fn awaited(
    web: &Web,
    headers: &HeaderMap,
) -> Result<Option<(String, PendingSignIn)>, StoreError> {
    let Some(secret) = cookies::value(headers, name(web)) else {
        return Ok(None);
    };
    let token = hash(secret);
    let mut tx = web.store.read().await?;
    let pending = tx
        .pending_sign_ins()
        .lookup(&token, web.clock.wall())
        .await?;
    Ok(pending.map(|pending| (token, pending)))
}

fn must_wait(web: &Web, headers: &HeaderMap, seconds: i64) -> Response {
    let wait = [("seconds", FluentValue::from(seconds))];
    let fault = words(web, headers).say_with("login-too-many-tries", &wait);
    let mut page = draw(web, headers, StatusCode::TOO_MANY_REQUESTS, Some(fault));
    page.headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    page
}

async fn refused(
    web: &Web,
    headers: &HeaderMap,
    pending: &PendingSignIn,
) -> Result<Response, Problem> {
    tracing::warn!(user.id = pending.user.get(), "a login failed: wrong code");
    if web.door.throttle.may_note(web.clock.wall()) {
        let entry = AuditEntry::new("console login", "session.refused", &pending.email);
        note(web, &entry).await?;
    }
    let fault = words(web, headers).say("login-code-not-right").into_owned();
    Ok(draw(web, headers, StatusCode::UNAUTHORIZED, Some(fault)))
}

fn draw(web: &Web, headers: &HeaderMap, status: StatusCode, fault: Option<String>) -> Response {
    let page = CodePage {
        theme: theme(headers),
        assets: assets::folder(),
        words: words(web, headers),
        fault,
    };
    page_with(status, &page)
}

/// Nobody's code is awaited from here, or not any more.
fn to_login() -> Response {
    strictly(Redirect::to("/console/login"))
}

fn name(web: &Web) -> &'static str {
    cookies::host_name(web, "__Host-araldo-code", "araldo-code")
}
