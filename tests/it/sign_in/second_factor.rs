//! A code beside the password: each opens once, guessing is slow, what is lost can be taken away, and whoever must
//! have one can do nothing else before.

use araldo::domain::Clock as _;
use araldo::domain::role::Role;
use araldo::domain::second_factor::SecondFactorRule;
use araldo::text::base32;
use araldo::web::console::SignInSettings;
use axum::http::StatusCode;
use chrono::TimeDelta;
use ring::hmac;

use super::{House, Visitor, leads_to};
use crate::console_browser::Page;
use crate::console_seed::PASSWORD;
use crate::support::TestStore;

on_both_databases!(
    a_code_is_asked_for_after_the_password_and_opens_once,
    a_recovery_code_opens_once,
    the_wait_for_a_code_is_no_session_and_ends,
    codes_are_guessed_slowly_from_wherever,
    whoever_must_have_one_can_do_nothing_else,
    it_is_taken_away_with_the_password_and_a_code_or_by_an_admin,
    an_admin_ends_the_sessions_of_somebody_else,
);

const SET_UP: &str = "/console/me/second-factor";
const CODE: &str = "/console/login/code";
const ANNA: &str = "anna@example.org";

/// What an authenticator shows: written anew, after RFC 6238.
fn code(secret: &str, house: &House) -> String {
    let step = house.clock.now().as_micros() / 30_000_000;
    let key = base32::decode(secret).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &u64::try_from(step).unwrap().to_be_bytes());
    let at = usize::from(tag.as_ref()[19] % 16);
    let word: [u8; 4] = tag.as_ref()[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(word) % (1 << 31)) % 1_000_000)
}

fn next_step(house: &House) {
    house.clock.advance(TimeDelta::seconds(30));
}

/// The secret, and the page with the recovery codes.
async fn set_up(house: &House, visitor: &mut Visitor) -> (String, Page) {
    let secret = visitor.get(SET_UP).await.field("secret");
    let typed = code(&secret, house);
    let fields = [("secret", secret.as_str()), ("code", typed.as_str())];
    let page = visitor.send(SET_UP, SET_UP, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    (secret, page)
}

async fn anna_with_a_factor(store: TestStore) -> (House, Visitor, String, Page) {
    let house = House::on(store, SignInSettings::default()).await;
    house.person(ANNA, Role::Operator).await;
    let mut anna = house.logged_in(ANNA).await;
    let (secret, page) = set_up(&house, &mut anna).await;
    (house, anna, secret, page)
}

/// The codes that a page shows, each in its element.
fn codes(page: &Page) -> Vec<String> {
    let items = page.text.split("<li><code>").skip(1);
    let codes = items.map(|item| item.split('<').next().unwrap().to_owned());
    codes.collect()
}

/// A browser whose password was right.
async fn waiting(house: &House) -> Visitor {
    let mut visitor = house.visitor();
    let page = visitor.login(ANNA).await;
    assert_eq!(leads_to(&page), CODE);
    visitor
}

async fn a_code_is_asked_for_after_the_password_and_opens_once(store: TestStore) {
    let house = House::on(store, SignInSettings::default()).await;
    house.person(ANNA, Role::Operator).await;
    let mut anna = house.logged_in(ANNA).await;
    let page = anna.get(SET_UP).await;
    let (secret, drawn) = (
        page.field("secret"),
        page.text.contains("<svg role=\"img\""),
    );
    assert!(drawn && secret.len() == 32, "{}", page.text);
    let wrong = [("secret", secret.as_str()), ("code", "000000x")];
    let page = anna.send(SET_UP, SET_UP, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.field("secret"),
        secret,
        "the square that was looked at stays"
    );
    let mut elsewhere = house.logged_in(ANNA).await;
    let (secret, page) = set_up(&house, &mut anna).await;
    assert_eq!(codes(&page).len(), 10, "{}", page.text);
    assert!(!elsewhere.is_in().await && anna.is_in().await);
    let mine = anna.get("/console/me").await.text;
    assert!(mine.contains("10 recovery codes are left"), "{mine}");
    assert_eq!(
        leads_to(&anna.get(SET_UP).await),
        "/console/me",
        "they have one"
    );

    let mut next = waiting(&house).await;
    let used = code(&secret, &house);
    let page = next.post(CODE, &[("code", &used)]).await;
    assert_eq!(
        page.status,
        StatusCode::UNAUTHORIZED,
        "its step was used to set it up"
    );
    next_step(&house);
    let fresh = code(&secret, &house);
    let page = next.post(CODE, &[("code", &fresh)]).await;
    assert_eq!(leads_to(&page), "/console/now");
    assert!(next.is_in().await);
    let mut thief = waiting(&house).await;
    let page = thief.post(CODE, &[("code", &fresh)]).await;
    assert_eq!(
        page.status,
        StatusCode::UNAUTHORIZED,
        "seen over a shoulder"
    );
    assert!(!thief.is_in().await);
    assert_eq!(
        house.deeds().await,
        [
            "anna@example.org user.second_factor_set anna@example.org",
            "console login session.refused anna@example.org",
            "console login session.refused anna@example.org",
        ]
    );
}

async fn a_recovery_code_opens_once(store: TestStore) {
    let (house, mut anna, _, page) = anna_with_a_factor(store).await;
    let code = codes(&page).remove(3);
    let again = anna.get("/console/me").await.text;
    assert!(!again.contains(&code), "shown once");
    let mut first = waiting(&house).await;
    let typed = code.to_uppercase().replace('-', " ");
    let page = first.post(CODE, &[("code", &typed)]).await;
    assert_eq!(leads_to(&page), "/console/now");
    let page = waiting(&house).await.post(CODE, &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    let mine = first.get("/console/me").await.text;
    assert!(mine.contains("9 recovery codes are left"), "{mine}");
    let used = "anna@example.org user.recovery_code_used anna@example.org";
    assert!(house.deeds().await.contains(&used.to_owned()));
}

async fn the_wait_for_a_code_is_no_session_and_ends(store: TestStore) {
    let (house, _, secret, _) = anna_with_a_factor(store).await;
    let mut late = waiting(&house).await;
    assert!(!late.is_in().await);
    assert_eq!(late.get(CODE).await.status, StatusCode::OK);
    house.clock.advance(TimeDelta::minutes(5));
    assert_eq!(leads_to(&late.get(CODE).await), "/console/login");
    let typed = code(&secret, &house);
    let page = late.post(CODE, &[("code", &typed)]).await;
    assert_eq!(leads_to(&page), "/console/login");

    let mut overtaken = waiting(&house).await;
    let mut tx = house.web.store.write().await.unwrap();
    let other = araldo::web::auth::password::hash("another password").unwrap();
    assert!(tx.users().set_password(ANNA, &other).await.unwrap());
    tx.commit().await.unwrap();
    let page = overtaken.post(CODE, &[("code", &typed)]).await;
    assert_eq!(
        leads_to(&page),
        "/console/login",
        "that password is not theirs any more"
    );

    let mut stranger = house.visitor();
    assert_eq!(leads_to(&stranger.get(CODE).await), "/console/login");
    let page = stranger.post(CODE, &[("code", &typed)]).await;
    assert_eq!(leads_to(&page), "/console/login");
}

async fn codes_are_guessed_slowly_from_wherever(store: TestStore) {
    let (house, _, secret, _) = anna_with_a_factor(store).await;
    next_step(&house);
    let right = code(&secret, &house);
    let mut guessing = waiting(&house).await;
    for _ in 0..5 {
        let page = guessing.post(CODE, &[("code", "no code")]).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    }
    let page = guessing.post(CODE, &[("code", &right)]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!page.header("retry-after").is_empty());
    let page = waiting(&house).await.post(CODE, &[("code", &right)]).await;
    assert_eq!(
        page.status,
        StatusCode::TOO_MANY_REQUESTS,
        "another browser is no other"
    );
    house.clock.advance(TimeDelta::seconds(20));
    let right = code(&secret, &house);
    let page = guessing.post(CODE, &[("code", &right)]).await;
    assert_eq!(leads_to(&page), "/console/now");
}

async fn whoever_must_have_one_can_do_nothing_else(store: TestStore) {
    let settings = SignInSettings {
        second_factor: SecondFactorRule::RequiredForStaff,
        ..SignInSettings::default()
    };
    let house = House::on(store, settings).await;
    let mut admin = house.logged_in("admin@example.org").await;
    for page in [
        "/console/now",
        "/console/me",
        "/console/people",
        "/console/insight.csv",
    ] {
        assert_eq!(leads_to(&admin.get(page).await), SET_UP, "{page}");
    }
    let fields = [("old", PASSWORD), ("password", "x"), ("again", "x")];
    let page = admin.send(SET_UP, "/console/me/password", &fields).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    let invited = [("email", "x@example.org"), ("role", "admin")];
    let page = admin.send(SET_UP, "/console/people", &invited).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let italian = admin
        .send(SET_UP, "/console/language", &[("language", "it")])
        .await;
    assert_eq!(italian.status, StatusCode::SEE_OTHER);
    set_up(&house, &mut admin).await;
    assert!(admin.is_in().await);
    let removed = [("old", PASSWORD), ("code", "000000")];
    let page = admin
        .send("/console/me", "/console/me/second-factor/remove", &removed)
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn it_is_taken_away_with_the_password_and_a_code_or_by_an_admin(store: TestStore) {
    let (house, mut anna, secret, _) = anna_with_a_factor(store).await;
    next_step(&house);
    let right = code(&secret, &house);
    let remove = "/console/me/second-factor/remove";
    for (old, typed) in [("wrong", right.as_str()), (PASSWORD, "nothing")] {
        let fields = [("old", old), ("code", typed)];
        let page = anna.send("/console/me", remove, &fields).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{old} {typed}"
        );
    }
    let fields = [("old", PASSWORD), ("code", right.as_str())];
    let page = anna.send("/console/me", remove, &fields).await;
    assert_eq!(leads_to(&page), "/console/me?done=factor");
    house.logged_in(ANNA).await;

    set_up(&house, &mut anna).await;
    let id = house.user(ANNA).await.unwrap().id;
    let path = format!("/console/people/{id}");
    let mut admin = house.logged_in("admin@example.org").await;
    let page = admin.get(&path).await;
    assert!(
        page.text.contains("10 recovery codes are left"),
        "{}",
        page.text
    );
    let reset = format!("{path}/second-factor");
    assert_eq!(leads_to(&admin.send(&path, &reset, &[]).await), path);
    assert!(!anna.is_in().await, "the sessions end with it");
    let page = house.visitor().login(ANNA).await;
    assert_eq!(leads_to(&page), "/console/now");
    let mut hers = house.logged_in(ANNA).await;
    let refused = hers.send("/console/me", &reset, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        house.deeds().await,
        [
            "anna@example.org user.second_factor_set anna@example.org",
            "anna@example.org user.second_factor_removed anna@example.org",
            "anna@example.org user.second_factor_set anna@example.org",
            "admin@example.org user.second_factor_reset anna@example.org",
        ]
    );
}

async fn an_admin_ends_the_sessions_of_somebody_else(store: TestStore) {
    let house = House::on(store, SignInSettings::default()).await;
    house.person(ANNA, Role::Viewer).await;
    let (mut work, mut home) = (house.logged_in(ANNA).await, house.logged_in(ANNA).await);
    let mut admin = house.logged_in("admin@example.org").await;
    let path = format!("/console/people/{}", house.user(ANNA).await.unwrap().id);
    let sessions = format!("{path}/sessions");
    let page = admin.get(&path).await;
    assert_eq!(
        page.text.matches("name=\"session\"").count(),
        2,
        "{}",
        page.text
    );
    let one = page.field("session");
    admin.send(&path, &sessions, &[("session", &one)]).await;
    let open = [work.is_in().await, home.is_in().await];
    assert_eq!(open.iter().filter(|it| **it).count(), 1);
    admin.send(&path, &sessions, &[]).await;
    assert!(!work.is_in().await && !home.is_in().await);
    assert!(admin.is_in().await);
    let ended = "admin@example.org session.ended_elsewhere anna@example.org 1";
    assert_eq!(house.deeds().await, [ended, ended]);
}
