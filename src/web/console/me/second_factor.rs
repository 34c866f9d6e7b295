//! `/console/me/second-factor`: sets up a second factor and takes it away. The secret is in the page alone until
//! its first code was typed; recovery codes are shown once.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::qr::QrDrawing;
use super::{OldPassword, must_wait, not_the_old, old_password, refused};
use crate::domain::limits::RECOVERY_CODES;
use crate::identity::recovery::{RECOVERY_BYTES, RecoveryCode};
use crate::identity::totp::{SECRET_BYTES, TotpSecret};
use crate::store::access::audit::AuditEntry;
use crate::web::auth::csrf::Posted;
use crate::web::auth::second_factor::CodeGuess;
use crate::web::auth::throttle::LoginOrigin;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, strictly};
use crate::web::problem::Problem;

/// Letters of a secret that stand together.
const GROUP: usize = 4;

#[derive(Template)]
#[template(path = "console/second-factor.html")]
struct SecondFactorPage {
    frame: Frame,
    /// In base32.
    secret: String,
    /// The same, to be read.
    grouped: String,
    drawing: Option<QrDrawing>,
    /// Nothing else is open to this person before.
    must: bool,
    /// It is set up: these are shown now and never again.
    codes: Vec<String>,
    fault: Option<String>,
}

/// `GET`: a fresh secret each time; nothing is kept of it.
pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    if has_one(&visit).await? {
        return Ok(to_me(""));
    }
    let secret = TotpSecret::from_entropy(rand::random::<[u8; SECRET_BYTES]>());
    draw(&visit, StatusCode::OK, &secret, Vec::new(), None).await
}

/// `POST`: the first code of the secret that the form carries.
pub(crate) async fn confirm(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let web = &visit.web;
    let Some(secret) = TotpSecret::parse(fields.get("secret")) else {
        let fault = "this is no secret of the page; load the page again";
        return Err(Problem::field("/secret", fault));
    };
    let Some(step) = secret.step_of(fields.get("code"), web.clock.wall()) else {
        let fault = visit.words().say("people-factor-not-right").into_owned();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&visit, status, &secret, Vec::new(), Some(fault)).await;
    };
    let codes = fresh_codes();
    let hashes: Vec<String> = codes.iter().map(RecoveryCode::hash).collect();
    let mut tx = web.store.write().await?;
    let text = secret.text();
    let set = tx
        .second_factors()
        .set(person.user, &text, step, &hashes)
        .await?;
    if !set {
        return Ok(to_me(""));
    }
    tx.sessions()
        .end_others(person.user, &person.session)
        .await?;
    let entry = AuditEntry::new(&person.email, "user.second_factor_set", &person.email);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    let shown = codes.iter().map(RecoveryCode::shown).collect();
    draw(&visit, StatusCode::OK, &secret, shown, None).await
}

/// `POST /console/me/second-factor/remove`: with the password and a code.
pub(crate) async fn remove(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let web = &visit.web;
    let typed = old_password(&visit, &person, fields.get("old")).await?;
    if !matches!(typed, OldPassword::Right(_)) {
        return not_the_old(&visit, &typed).await;
    }
    let guess = CodeGuess {
        user: person.user,
        email: &person.email,
        origin: LoginOrigin::WithPassword,
        typed: fields.get("code"),
    };
    if let Err(seconds) = guess.count(web) {
        return must_wait(&visit, seconds).await;
    }
    let mut tx = web.store.write().await?;
    if guess.use_up(web, &mut tx).await?.is_none() {
        drop(tx);
        let fault = visit.words().say("people-factor-not-right").into_owned();
        return refused(&visit, StatusCode::UNPROCESSABLE_ENTITY, fault).await;
    }
    tx.second_factors().remove(person.user).await?;
    let entry = AuditEntry::new(&person.email, "user.second_factor_removed", &person.email);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    guess.forgive(web);
    Ok(to_me("?done=factor"))
}

async fn has_one(visit: &Visit) -> Result<bool, Problem> {
    let mut tx = visit.web.store.read().await?;
    Ok(tx.second_factors().of(visit.person.user).await?.is_some())
}

fn fresh_codes() -> Vec<RecoveryCode> {
    let fresh = || RecoveryCode::from_entropy(&rand::random::<[u8; RECOVERY_BYTES]>());
    (0..RECOVERY_CODES).map(|_| fresh()).collect()
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    secret: &TotpSecret,
    codes: Vec<String>,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let text = secret.text();
    let letters: Vec<char> = text.chars().collect();
    let groups = letters.chunks(GROUP).map(|group| group.iter().collect());
    let page = SecondFactorPage {
        frame: visit
            .frame(ConsolePart::Settings, visit.words().say("people-factor"))
            .await?,
        grouped: groups.collect::<Vec<String>>().join(" "),
        secret: text,
        drawing: QrDrawing::of(&secret.address(&visit.person.email)),
        must: visit.person.must_set_up,
        codes,
        fault,
    };
    Ok(shell::page_with(status, &page))
}

fn to_me(done: &str) -> Response {
    strictly(Redirect::to(&format!("/console/me{done}")))
}
