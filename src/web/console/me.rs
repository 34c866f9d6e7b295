//! `/console/me`: what people do with their own account: another password, and an end to sessions
//! they left open elsewhere, which mails they want, and a second factor (`second_factor`). Language, colours
//! and clock are `person`'s.

mod qr;
pub(super) mod second_factor;

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::new_password::{chosen, rule, too_many};
use super::shell::{self, ConsolePart, FluentValue, Frame, Visit, When, strictly};
use super::state::Moment;
use crate::domain::role::Right;
use crate::store::access::audit::AuditEntry;
use crate::store::access::sessions::SessionUnderWay;
use crate::upkeep::last_week_told;
use crate::web::auth::csrf::Posted;
use crate::web::auth::password::{self, LoginKind};
use crate::web::auth::session::{IDLE, Person};
use crate::web::auth::throttle::LoginOrigin;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

struct MySession {
    row: SessionUnderWay,
    began: When,
    seen: When,
    /// The one that asks.
    is_this: bool,
}

#[derive(Template)]
#[template(path = "console/me.html")]
struct MePage {
    frame: Frame,
    sessions: Vec<MySession>,
    /// There is one besides this.
    elsewhere: bool,
    rule: String,
    /// Whether the digest of each day is wanted; nothing for the staff, who have none.
    digest: Option<bool>,
    /// Whether the mail of the week is wanted; nothing for whoever may not see what stands in it.
    week: Option<bool>,
    /// How their second factor stands, if they have one.
    factor: Option<String>,
    done: Option<String>,
    fault: Option<String>,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MeQuery {
    done: String,
}

pub(crate) async fn get(
    visit: Visit,
    Query(MeQuery { done }): Query<MeQuery>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let done = match done.as_str() {
        "password" => Some(words.say("people-me-changed").into_owned()),
        "sessions" => Some(words.say("people-me-ended").into_owned()),
        "digest" | "week" => Some(words.say("people-me-digest-done").into_owned()),
        "factor" => Some(words.say("people-factor-removed").into_owned()),
        _ => None,
    };
    draw(&visit, StatusCode::OK, done, None).await
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    done: Option<String>,
    fault: Option<String>,
) -> Result<Response, Problem> {
    // Sessions go by the time outside.
    let (now, words) = (visit.outside(), visit.words());
    let Person { user, session, .. } = &visit.person;
    let mut tx = visit.web.store.read().await?;
    let rows = tx
        .sessions()
        .of_user(*user, visit.web.clock.wall(), IDLE)
        .await?;
    let digest = match visit.person.sight {
        Some(_) => Some(tx.digests().wanted(*user).await?),
        None => None,
    };
    let week = match visit.may(Right::Rates) {
        true => Some(tx.weeks().wanted(*user).await?),
        false => None,
    };
    let factor = tx.second_factors().of(*user).await?;
    drop(tx);
    let page = MePage {
        frame: visit
            .frame(ConsolePart::Settings, words.say("people-me"))
            .await?,
        elsewhere: rows.iter().any(|row| row.token_hash != *session),
        sessions: rows
            .into_iter()
            .map(|row| mine(row, session, now))
            .collect(),
        rule: rule(words),
        digest,
        week,
        factor: factor.map(|factor| words.count("people-factor-has", factor.codes_left)),
        done,
        fault,
    };
    Ok(shell::page_with(status, &page))
}

fn mine(row: SessionUnderWay, this: &str, now: Moment) -> MySession {
    MySession {
        began: When::new(row.created_at, now),
        seen: When::new(row.seen_at, now),
        is_this: row.token_hash == this,
        row,
    }
}

/// `POST /console/me/password`: asks for the old one, and ends the person's other sessions.
pub(crate) async fn password(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let words = visit.words();
    let old = match old_password(&visit, &person, fields.get("old")).await? {
        OldPassword::Right(hash) => hash,
        wrong => return not_the_old(&visit, &wrong).await,
    };
    let new = match chosen(&fields, &person.email, words).await? {
        Ok(hash) => hash,
        Err(fault) => return refused(&visit, StatusCode::UNPROCESSABLE_ENTITY, fault).await,
    };
    let mut tx = visit.web.store.write().await?;
    // Another password meanwhile, by a link or on the machine: the old one is not theirs any more.
    if !tx.users().replace_password(person.user, &old, &new).await? {
        drop(tx);
        let fault = words.say("people-me-old-wrong").into_owned();
        return refused(&visit, StatusCode::CONFLICT, fault).await;
    }
    tx.sessions()
        .end_others(person.user, &person.session)
        .await?;
    tx.invitations().withdraw(person.user).await?;
    let entry = AuditEntry::new(&person.email, "user.password_changed", &person.email);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(strictly(Redirect::to("/console/me?done=password")))
}

/// What was typed as the old password.
enum OldPassword {
    /// With the hash it was held against.
    Right(String),
    Wrong,
    /// Not looked at: so many seconds.
    Wait(i64),
}

/// Guessing is slowed for this session alone: whoever sits at a browser left open makes nobody
/// else wait.
async fn old_password(visit: &Visit, person: &Person, typed: &str) -> Result<OldPassword, Problem> {
    let web = &visit.web;
    let session = BuildHasherDefault::<DefaultHasher>::default().hash_one(&person.session);
    let origin = LoginOrigin::Device(session);
    let throttle = &web.door.throttle;
    if let Err(wait) = throttle.take(&person.email, origin, web.clock.wall()) {
        return Ok(OldPassword::Wait(wait.num_seconds().max(1)));
    }
    let mut tx = web.store.read().await?;
    let user = tx.users().get(person.user).await?;
    drop(tx);
    let hash = user.map(|user| user.password_hash).unwrap_or_default();
    match password::verify(typed.to_owned(), Some(hash.clone()), LoginKind::Known).await {
        Ok(true) => {
            throttle.right(&person.email, origin);
            Ok(OldPassword::Right(hash))
        }
        Ok(false) => Ok(OldPassword::Wrong),
        Err(busy) => {
            throttle.take_back(&person.email, origin);
            Err(too_many(busy))
        }
    }
}

/// `POST /console/me/week`: whether the person wants the mail of the week, `yes` or `no`. It is written in the
/// language of the page on which it was asked for; who makes it is `upkeep::week`.
pub(crate) async fn week(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Rates)?;
    let (web, wanted) = (&visit.web, fields.get("wanted") == "yes");
    let since = wanted.then(|| last_week_told(web.clock.now(), web.console.zone()));
    let mut tx = web.store.write().await?;
    tx.weeks().want(person.user, since).await?;
    if wanted {
        let language = Some(visit.words().language().tag());
        tx.users().set_language(&person.email, language).await?;
    }
    tx.commit().await?;
    Ok(strictly(Redirect::to("/console/me?done=week")))
}

/// The page that says so.
async fn not_the_old(visit: &Visit, typed: &OldPassword) -> Result<Response, Problem> {
    if let OldPassword::Wait(seconds) = typed {
        return must_wait(visit, *seconds).await;
    }
    let fault = visit.words().say("people-me-old-wrong").into_owned();
    refused(visit, StatusCode::UNPROCESSABLE_ENTITY, fault).await
}

async fn must_wait(visit: &Visit, seconds: i64) -> Result<Response, Problem> {
    let wait = [("seconds", FluentValue::from(seconds))];
    let fault = visit.words().say_with("login-too-many-tries", &wait);
    refused(visit, StatusCode::TOO_MANY_REQUESTS, fault).await
}

async fn refused(visit: &Visit, status: StatusCode, fault: String) -> Result<Response, Problem> {
    draw(visit, status, None, Some(fault)).await
}

/// `POST /console/me/sessions`: ends the one named in `session`, or all but this one.
pub(crate) async fn end(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let mut tx = visit.web.store.write().await?;
    let ended = match fields.get("session") {
        "" => {
            tx.sessions()
                .end_others(person.user, &person.session)
                .await?
        }
        one => u64::from(tx.sessions().end_own(person.user, one).await?),
    };
    if ended > 0 {
        let count = ended.to_string();
        let who = &person.email;
        let entry = AuditEntry::new(who, "session.ended_elsewhere", who).with(&count);
        visit.web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
    }
    Ok(strictly(Redirect::to("/console/me?done=sessions")))
}
