//! Logging in and out, and the choice of light or dark.

use std::collections::HashMap;
use std::sync::Mutex;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::domain::Timestamp;
use crate::store::audit::Deed;
use crate::store::users::User;
use crate::web::Web;
use crate::web::auth::csrf::{Fields, Posted, from_own_page};
use crate::web::auth::{password, session};
use crate::web::problem::Problem;

use super::assets;
use super::frame::{THEME_COOKIE, page_with, strictly, theme as chosen_theme};

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
}

/// Where to go after the login.
#[derive(Debug, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /console/login`.
pub(super) async fn form(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Problem> {
    show(&web, &headers, StatusCode::OK, String::new(), next, None).await
}

async fn show(
    web: &Web,
    headers: &HeaderMap,
    status: StatusCode,
    email: String,
    next: String,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let nobody = !web.store.read().await?.users().any().await?;
    let theme = chosen_theme(headers);
    let assets = assets::folder();
    Ok(page_with(
        status,
        &LoginPage {
            theme,
            assets,
            nobody,
            email,
            next,
            fault,
        },
    ))
}

/// `POST /console/login`.
pub(super) async fn enter(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    from_own_page(&headers)?;
    let fields = Fields::parse(&body);
    let email = fields.get("email").trim().to_lowercase();
    let next = fields.get("next").to_owned();
    let now = web.clock.now();
    if let Err(wait) = web.console.throttle.may_try(&email, now) {
        let fault = format!(
            "Too many tries. Wait {} s, then try again.",
            wait.num_seconds().max(1)
        );
        return show(
            &web,
            &headers,
            StatusCode::TOO_MANY_REQUESTS,
            email,
            next,
            Some(fault),
        )
        .await;
    }
    let user = web.store.read().await?.users().lookup(&email).await?;
    let Some(user) = right_password(user, fields.get("password")).await else {
        web.console.throttle.failed(&email, now);
        let fault = "The address or the password is not right.".to_owned();
        return show(
            &web,
            &headers,
            StatusCode::UNAUTHORIZED,
            email,
            next,
            Some(fault),
        )
        .await;
    };
    web.console.throttle.succeeded(&email);
    welcome(&web, &headers, &user, &next).await
}

async fn right_password(user: Option<User>, given: &str) -> Option<User> {
    let user = user.filter(|user| user.disabled_at.is_none());
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    password::verify(given.to_owned(), hash)
        .await
        .then_some(user)
        .flatten()
}

/// A new session, never the one the browser came with.
async fn welcome(
    web: &Web,
    headers: &HeaderMap,
    user: &User,
    next: &str,
) -> Result<Response, Problem> {
    session::end(web, headers).await?;
    let cookie = session::begin(web, user.id).await?;
    audit(web, &user.email, "session.began").await?;
    Ok(strictly((
        [(header::SET_COOKIE, cookie)],
        Redirect::to(inside(next)),
    )))
}

/// Only ever to a page of the console: `next` comes from the address line.
fn inside(next: &str) -> &str {
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if plain && next.starts_with("/console/") {
        next
    } else {
        "/console/now"
    }
}

/// `POST /console/logout`.
pub(super) async fn leave(
    State(web): State<Web>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Problem> {
    let cookie = session::end(&web, &headers).await?;
    audit(&web, &posted.person.email, "session.ended").await?;
    Ok(strictly((
        [(header::SET_COOKIE, cookie)],
        Redirect::to("/console/login"),
    )))
}

async fn audit(web: &Web, actor: &str, action: &str) -> Result<(), Problem> {
    let deed = Deed {
        actor,
        action,
        subject: actor,
        detail: None,
    };
    let mut tx = web.store.write().await?;
    tx.audit()
        .append(web.ids.next(), web.clock.now(), &deed)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /console/theme`: `light`, `dark`, or anything else for the browser's own.
/// Leads back to the page it was chosen on.
pub(super) async fn theme(State(web): State<Web>, headers: HeaderMap, posted: Posted) -> Response {
    let (value, seconds) = match posted.fields.get("theme") {
        "light" => ("light", 31_536_000),
        "dark" => ("dark", 31_536_000),
        _ => ("", 0),
    };
    let secure = if session::is_secure(&web) {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{THEME_COOKIE}={value}; Path=/; Max-Age={seconds}; SameSite=Lax; HttpOnly{secure}"
    );
    let page = headers
        .get(header::REFERER)
        .and_then(|page| page.to_str().ok());
    let path = page
        .and_then(|page| page.splitn(4, '/').nth(3))
        .unwrap_or_default();
    let back = Redirect::to(inside(&format!("/{path}")));
    strictly(([(header::SET_COOKIE, cookie)], back).into_response())
}

/// Slows down guessing: from the fifth wrong password for one address on, each try has to wait
/// twice as long as the one before, a quarter of an hour at most. Kept in memory: a restart
/// forgives.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<String, Tries>>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Timestamp,
}

/// Addresses remembered; beyond, the oldest are forgotten.
const REMEMBERED: usize = 10_000;
const FREE: u32 = 5;
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

impl Throttle {
    fn may_try(&self, email: &str, now: Timestamp) -> Result<(), TimeDelta> {
        let tries = self.lock();
        let Some(known) = tries.get(email).filter(|known| known.wrong >= FREE) else {
            return Ok(());
        };
        let wait = TimeDelta::seconds(1 << (known.wrong - FREE).min(10)).min(LONGEST_WAIT);
        let left = wait - (now - known.last);
        if left > TimeDelta::zero() {
            Err(left)
        } else {
            Ok(())
        }
    }

    fn failed(&self, email: &str, now: Timestamp) {
        let mut tries = self.lock();
        if tries.len() >= REMEMBERED {
            tries.retain(|_, known| now - known.last < LONGEST_WAIT);
        }
        if tries.len() >= REMEMBERED {
            tries.clear();
        }
        let known = tries.entry(email.to_owned()).or_insert(Tries {
            wrong: 0,
            last: now,
        });
        *known = Tries {
            wrong: known.wrong + 1,
            last: now,
        };
    }

    fn succeeded(&self, email: &str) {
        self.lock().remove(email);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Tries>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_becomes_slow() {
        let throttle = Throttle::default();
        let mut now = Timestamp::from_micros(0);
        for _ in 0..5 {
            assert_eq!(throttle.may_try("a@b.it", now), Ok(()));
            throttle.failed("a@b.it", now);
        }
        assert_eq!(throttle.may_try("a@b.it", now), Err(TimeDelta::seconds(1)));
        assert_eq!(throttle.may_try("c@d.it", now), Ok(()));
        now = now + TimeDelta::seconds(2);
        assert_eq!(throttle.may_try("a@b.it", now), Ok(()));
        throttle.failed("a@b.it", now);
        assert_eq!(throttle.may_try("a@b.it", now), Err(TimeDelta::seconds(2)));
    }

    #[test]
    fn the_way_back_never_leads_outside() {
        assert_eq!(
            inside("/console/messages?state=held"),
            "/console/messages?state=held"
        );
        for outside in [
            "https://evil.example",
            "//evil.example",
            "/console/\r\nx",
            "",
            "/other",
        ] {
            assert_eq!(inside(outside), "/console/now");
        }
    }
}
