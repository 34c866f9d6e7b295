//! Logging in and out: with a password here, with a code after it in `code`, by an identity provider in `with`.

pub(super) mod code;
pub(super) mod with;

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, Redirect, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::domain::EmailAddress;
use crate::domain::limits::{LOGIN_ADDRESS, LOGIN_FORM};
use crate::domain::role::Role;
use crate::identity::oidc::OidcProvider;
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::access::users::User;
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, Posted, from_own_page_for_sure};
use crate::web::auth::password::LoginKind;
use crate::web::auth::throttle::LoginOrigin;
use crate::web::auth::{device, password, session};
use crate::web::problem::Problem;
use crate::web::request::body;
use crate::web::request::extract::Query;

use super::first_page;
use super::shell::layout::theme;
use super::shell::{ConsoleWords, FluentValue, assets, in_path, languages, page_with, strictly};
use super::theme::inside;

#[derive(Template)]
#[template(path = "console/login.html")]
struct LoginPage {
    theme: Option<&'static str>,
    assets: &'static str,
    /// There is nobody yet: the page says which command makes the first.
    nobody: bool,
    email: String,
    next: String,
    fault: Option<String>,
    /// An invitation led here: the password was set just now.
    was_set: bool,
    /// Identity providers: where the button leads, and what stands on it.
    providers: Vec<(String, String)>,
    words: ConsoleWords,
}

/// Nobody is known yet: the browser says in which language, else the settings do.
pub(super) fn words(web: &Web, headers: &HeaderMap) -> ConsoleWords {
    let asked = languages::asked_for(headers);
    asked.map_or(web.console.words(), ConsoleWords::new)
}

impl LoginPage {
    fn new(web: &Web, headers: &HeaderMap, email: String, next: String) -> Self {
        let providers = web.console.sign_in.providers.iter();
        let to = in_path(&next);
        let button = |provider: &Arc<OidcProvider>| {
            let way = format!("/console/login/with/{}?next={to}", provider.name());
            (way, provider.label().to_owned())
        };
        Self {
            words: words(web, headers),
            theme: theme(headers),
            assets: assets::folder(),
            nobody: false,
            email,
            next,
            fault: None,
            was_set: false,
            providers: providers.map(button).collect(),
        }
    }

    async fn show(mut self, web: &Web, status: StatusCode) -> Result<Response, Problem> {
        self.nobody = !web.store.read().await?.users().any().await?;
        Ok(page_with(status, &self))
    }
}

/// Where to go after the login, and whether a password was `set` just before it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReturnTo {
    next: String,
    password: String,
}

/// `GET /console/login`.
pub(crate) async fn form(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(ReturnTo { next, password }): Query<ReturnTo>,
) -> Result<Response, Problem> {
    let page = LoginPage {
        was_set: password == "set",
        ..LoginPage::new(&web, &headers, String::new(), next)
    };
    page.show(&web, StatusCode::OK).await
}

/// `POST /console/login`. What it may cost is bounded before anything is looked at.
pub(crate) async fn enter(State(web): State<Web>, request: Request) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    from_own_page_for_sure(&headers, &web.public_url)?;
    let caller = web.door.caller(request.extensions(), &headers);
    let fields = FormFields::parse(&body::read(request, LOGIN_FORM).await?);
    let email = fields.get("email").trim().to_lowercase();
    if email.len() > LOGIN_ADDRESS {
        let fault = format!("the address is longer than {LOGIN_ADDRESS} bytes");
        return Err(Problem::field("/email", fault));
    }
    let entry = LoginAttempt {
        web: &web,
        headers: &headers,
        user: somebody(&web, &email).await?,
        email,
        next: fields.get("next").to_owned(),
    };
    entry.with_password(fields.get("password"), caller).await
}

/// Who has this address and may use a password. What is no address is nobody's.
async fn somebody(web: &Web, email: &str) -> Result<Option<User>, StoreError> {
    if EmailAddress::parse(email).is_err() {
        return Ok(None);
    }
    let user = web.store.read().await?.users().lookup(email).await?;
    Ok(user.filter(|user| user.disabled_at.is_none() && !user.oidc_only))
}

/// Somebody who wants to come in.
struct LoginAttempt<'a> {
    web: &'a Web,
    headers: &'a HeaderMap,
    email: String,
    user: Option<User>,
    next: String,
}

impl LoginAttempt<'_> {
    async fn with_password(self, given: &str, caller: IpAddr) -> Result<Response, Problem> {
        let throttle = &self.web.door.throttle;
        let now = self.web.clock.wall();
        let known = self
            .user
            .as_ref()
            .and_then(|user| device::known(self.web, self.headers, user.id));
        let origin = known.unwrap_or_else(|| LoginOrigin::of(caller));
        if let Err(wait) = throttle.take(&self.email, origin, now) {
            return self.must_wait(wait).await;
        }
        let hash = self.user.as_ref().map(|user| user.password_hash.clone());
        let waiting = match known {
            Some(_) => LoginKind::Known,
            None => LoginKind::Stranger,
        };
        match password::verify(given.to_owned(), hash, waiting).await {
            Ok(true) => {}
            Ok(false) => return self.refused().await,
            Err(busy) => {
                throttle.take_back(&self.email, origin);
                return Err(Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "too_many_logins",
                    busy.to_string(),
                ));
            }
        }
        throttle.right(&self.email, origin);
        let Some(user) = &self.user else {
            return self.refused().await;
        };
        let factor = self
            .web
            .store
            .read()
            .await?
            .second_factors()
            .of(user.id)
            .await?;
        if factor.is_some() {
            return code::ask(self.web, user.id, &self.next).await;
        }
        let arrival = LoginArrival {
            user,
            next: &self.next,
            caller,
            by: None,
        };
        arrival.welcome(self.web, self.headers).await
    }

    async fn must_wait(self, wait: TimeDelta) -> Result<Response, Problem> {
        if let Some(refused) = self.web.door.throttle.refused(self.web.clock.wall()) {
            tracing::warn!(
                logins.refused = refused,
                "logins are refused unseen: too many wrong passwords"
            );
        }
        let seconds = wait.num_seconds().max(1);
        let wait = [("seconds", FluentValue::from(seconds))];
        let fault = words(self.web, self.headers).say_with("login-too-many-tries", &wait);
        let mut page = self.again(StatusCode::TOO_MANY_REQUESTS, fault).await?;
        page.headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
        Ok(page)
    }

    /// The log says whose account it was by number, so that it holds no address.
    async fn refused(self) -> Result<Response, Problem> {
        match &self.user {
            None => tracing::warn!("a login failed: unknown account"),
            Some(user) => {
                tracing::warn!(user.id = user.id.get(), "a login failed: wrong password");
                if self.web.door.throttle.may_note(self.web.clock.wall()) {
                    let entry = AuditEntry::new("console login", "session.refused", &user.email);
                    note(self.web, &entry).await?;
                }
            }
        }
        let fault = words(self.web, self.headers).say("login-not-right");
        self.again(StatusCode::UNAUTHORIZED, fault.into_owned())
            .await
    }

    async fn again(self, status: StatusCode, fault: String) -> Result<Response, Problem> {
        let page = LoginPage {
            fault: Some(fault),
            ..LoginPage::new(self.web, self.headers, self.email, self.next)
        };
        page.show(self.web, status).await
    }
}

/// Somebody who has proven who they are.
struct LoginArrival<'a> {
    user: &'a User,
    next: &'a str,
    caller: IpAddr,
    /// The identity provider that proved it.
    by: Option<&'a str>,
}

impl LoginArrival<'_> {
    /// A new session, never the one the browser came with.
    async fn welcome(&self, web: &Web, headers: &HeaderMap) -> Result<Response, Problem> {
        let user = self.user;
        session::end(web, headers).await?;
        let cookie = session::begin(web, user.id, self.caller).await?;
        let entry = AuditEntry {
            detail: self.by,
            ..AuditEntry::new(&user.email, "session.began", &user.email)
        };
        note(web, &entry).await?;
        let device = device::cookie(web, user.id);
        let cookies = [(header::SET_COOKIE, cookie), (header::SET_COOKIE, device)];
        // Where a partner's people were sent to the login from need not be a page of theirs.
        let to = match self.next.starts_with(first_page(user.role)) {
            false if user.role == Role::Partner => first_page(user.role),
            _ => inside(self.next),
        };
        Ok(strictly((AppendHeaders(cookies), Redirect::to(to))))
    }
}

/// `POST /console/logout`.
pub(crate) async fn leave(
    State(web): State<Web>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Problem> {
    let cookie = session::end(&web, &headers).await?;
    let who = &posted.person.email;
    note(&web, &AuditEntry::new(who, "session.ended", who)).await?;
    Ok(strictly((
        [(header::SET_COOKIE, cookie)],
        Redirect::to("/console/login"),
    )))
}

/// Notes it in a transaction of its own.
async fn note(web: &Web, entry: &AuditEntry<'_>) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    web.audit(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}
