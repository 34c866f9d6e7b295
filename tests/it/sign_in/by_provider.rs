//! Coming in by an identity provider: who may, as what, and everything that must shut the door.

use std::sync::Arc;

use araldo::domain::Clock as _;
use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::identity::oidc::{OidcProvider, OidcSettings};
use araldo::web::console::SignInSettings;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::issuer::{CLIENT, Issuer, SECRET, Signer};
use super::{House, Visitor, leads_to};
use crate::console_browser::Page;
use crate::support::TestStore;

on_both_databases!(
    whoever_is_known_comes_in_and_nobody_else,
    whoever_is_given_a_role_is_made_a_person_once,
    a_token_that_is_not_right_opens_nothing,
    a_state_is_of_one_browser_and_a_code_is_used_once,
    a_new_key_of_the_provider_is_looked_for_once,
    a_provider_that_is_away_or_talks_too_much_is_said_so,
    somebody_who_comes_by_a_provider_alone_has_no_password,
);

const BEGIN: &str = "/console/login/with/city";
pub(super) const ANNA: &str = "anna@example.org";
const ROLES: &str =
    "roles = { claim = \"groups\", map = { ops = \"operator\", bosses = \"admin\" } }";

pub(super) async fn issuer() -> Issuer {
    let now = FixedClock::at("2026-11-22T17:30:00Z").now().as_micros() / 1_000_000;
    Issuer::open(now).await
}

fn provider(name: &str, url: &str, more: &str) -> Arc<OidcProvider> {
    let text = format!(
        "issuer = \"{url}\"\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\nlabel = \"City\"\n{more}\n"
    );
    let settings: OidcSettings = toml::from_str(&text).unwrap();
    Arc::new(OidcProvider::new(name, &settings).unwrap())
}

pub(super) async fn house(store: TestStore, issuer: &Issuer, more: &str) -> House {
    let settings = SignInSettings {
        providers: vec![provider("city", &issuer.service.url, more)],
        ..SignInSettings::default()
    };
    House::on(store, settings).await
}

/// To the provider and back.
pub(super) async fn come(visitor: &mut Visitor, issuer: &Issuer) -> Page {
    let sent = visitor.get(BEGIN).await;
    let back = issuer.visited(leads_to(&sent));
    visitor.get(&back).await
}

pub(super) fn claim(issuer: &Issuer, claims: Value) {
    issuer.script.lock().unwrap().claims = claims;
}

async fn whoever_is_known_comes_in_and_nobody_else(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "domain = \"example.org\"").await;
    let mut anna = house.visitor();
    let login = anna.get("/console/login?next=/console/cases").await.text;
    assert!(login.contains("Log in with City"), "{login}");
    let page = come(&mut anna, &issuer).await;
    assert_eq!(
        page.status,
        StatusCode::FORBIDDEN,
        "nobody has this address yet"
    );
    assert!(
        page.text.contains("Ask an admin to invite you"),
        "{}",
        page.text
    );

    house.person(ANNA, Role::Viewer).await;
    let sent = anna.get(&format!("{BEGIN}?next=%2Fconsole%2Fcases")).await;
    let back = issuer.visited(leads_to(&sent));
    assert_eq!(leads_to(&anna.get(&back).await), "/console/cases");
    assert!(anna.is_in().await);
    let mut tx = house.web.store.read().await.unwrap();
    let began = tx.audit().recent(1).await.unwrap().remove(0);
    drop(tx);
    assert_eq!(
        (began.action.as_str(), began.detail.as_deref()),
        ("session.began", Some("city"))
    );
    issuer.script.lock().unwrap().signer = Signer::Rs256;
    issuer.script.lock().unwrap().kid = "rsa";
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );

    let mut tx = house.web.store.write().await.unwrap();
    tx.users().disable(ANNA, house.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let page = come(&mut house.visitor(), &issuer).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "locked");
    let away = house.visitor().get("/console/login/with/nobody").await;
    assert_eq!(away.status, StatusCode::NOT_FOUND);
    let known = issuer.service.asked();
    let looks = known
        .iter()
        .filter(|asked| asked.target.starts_with("/.well-known"))
        .count();
    assert_eq!(looks, 1, "its description is kept");
}

async fn whoever_is_given_a_role_is_made_a_person_once(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, ROLES).await;
    claim(
        &issuer,
        json!({ "groups": ["admin", "operator", "others"] }),
    );
    let page = come(&mut house.visitor(), &issuer).await;
    assert_eq!(
        page.status,
        StatusCode::FORBIDDEN,
        "none of these is mapped"
    );
    claim(&issuer, json!({}));
    let page = come(&mut house.visitor(), &issuer).await;
    assert!(
        page.text.contains("does not say groups about you"),
        "{}",
        page.text
    );
    assert!(house.user(ANNA).await.is_none());

    claim(&issuer, json!({ "groups": ["others", "ops"] }));
    let mut anna = house.visitor();
    assert_eq!(leads_to(&come(&mut anna, &issuer).await), "/console/now");
    let made = house.user(ANNA).await.unwrap();
    assert_eq!((made.role, made.oidc_only), (Role::Operator, true));
    claim(&issuer, json!({ "groups": ["bosses"] }));
    assert_eq!(leads_to(&come(&mut anna, &issuer).await), "/console/now");
    let same = house.user(ANNA).await.unwrap();
    assert_eq!(
        (same.id, same.role),
        (made.id, Role::Operator),
        "the role is read once"
    );
    claim(
        &issuer,
        json!({ "groups": "bosses", "email": "Boss@Example.org", "sub": "boss" }),
    );
    come(&mut house.visitor(), &issuer).await;
    assert_eq!(
        house.user("boss@example.org").await.unwrap().role,
        Role::Admin
    );
    assert_eq!(
        house.deeds().await,
        [
            "console login user.added anna@example.org operator",
            "console login user.identity_bound anna@example.org city",
            "console login user.added boss@example.org admin",
            "console login user.identity_bound boss@example.org city",
        ]
    );
}

async fn a_token_that_is_not_right_opens_nothing(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "domain = \"example.org\"").await;
    house.person(ANNA, Role::Operator).await;
    let now = house.clock.now().as_micros() / 1_000_000;
    for (claims, said) in [
        (json!({ "nonce": "another" }), "What City says as nonce"),
        (json!({ "aud": "another" }), "What City says as aud"),
        (json!({ "aud": [CLIENT, "another"] }), "does not say azp"),
        (json!({ "azp": "another" }), "What City says as azp"),
        (
            json!({ "iss": "https://evil.example" }),
            "What City says as iss",
        ),
        (json!({ "exp": now - 61 }), "What City says as exp"),
        (json!({ "nbf": now + 3_600 }), "What City says as nbf"),
        (json!({ "iat": now - 660 }), "What City says as iat"),
        (json!({ "sub": "7".repeat(256) }), "What City says as sub"),
        (json!({ "iat": null }), "does not say iat"),
        (json!({ "sub": null }), "does not say sub"),
        (json!({ "email": null }), "does not say email"),
        (
            json!({ "email_verified": null }),
            "does not say email_verified",
        ),
        (
            json!({ "email_verified": false }),
            "What City says as email_verified",
        ),
        (
            json!({ "email": "anna@evil.example" }),
            "What City says as email",
        ),
    ] {
        claim(&issuer, claims.clone());
        let mut visitor = house.visitor();
        let page = come(&mut visitor, &issuer).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{claims}");
        assert!(page.text.contains(said), "{claims}: {}", page.text);
        assert!(
            !page.text.contains("evil"),
            "no value is repeated: {}",
            page.text
        );
        assert!(!visitor.is_in().await, "{claims}");
    }
    claim(&issuer, json!({}));
    for signer in [Signer::None, Signer::Hs256, Signer::Stranger] {
        issuer.script.lock().unwrap().signer = signer;
        let mut visitor = house.visitor();
        let page = come(&mut visitor, &issuer).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{signer:?}");
        assert!(
            page.text.contains("does not prove"),
            "{signer:?}: {}",
            page.text
        );
        assert!(!visitor.is_in().await, "{signer:?}");
    }
    issuer.script.lock().unwrap().signer = Signer::Es256;
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );
    // Nobody was bound by what opened nothing.
    assert_eq!(
        house.deeds().await,
        ["console login user.identity_bound anna@example.org city"]
    );
}

async fn a_state_is_of_one_browser_and_a_code_is_used_once(store: TestStore) {
    let issuer = issuer().await;
    let mut house = house(store, &issuer, "").await;
    house.person(ANNA, Role::Viewer).await;
    let (mut mine, mut theirs) = (house.visitor(), house.visitor());
    let sent = mine.get(BEGIN).await;
    let back = issuer.visited(leads_to(&sent));
    theirs.get(BEGIN).await;
    let page = theirs.get(&back).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("in another browser"), "{}", page.text);
    let held = mine.jar.clone();
    let from_elsewhere = format!("{back}&iss=https%3A%2F%2Fevil.example");
    let page = mine.get(&from_elsewhere).await;
    assert!(page.text.contains("does not prove"), "{}", page.text);
    assert!(
        !mine.jar.contains_key("araldo-login"),
        "a sign-in is used once"
    );

    mine.hold(&held);
    let iss = url::form_urlencoded::byte_serialize(issuer.service.url.as_bytes());
    let page = mine
        .get(&format!("{back}&iss={}", iss.collect::<String>()))
        .await;
    assert_eq!(leads_to(&page), "/console/now");
    mine.hold(&held);
    let page = mine.get(&back).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("invalid_grant"), "{}", page.text);

    // The answer of one provider at the address of another.
    let city = provider("city", &issuer.service.url, "");
    let province = provider("province", &issuer.service.url, "");
    let settings = SignInSettings {
        providers: vec![city, province],
        ..SignInSettings::default()
    };
    house.sign_in_by(settings);
    let mut visitor = house.visitor();
    let sent = visitor.get(BEGIN).await;
    let back = issuer
        .visited(leads_to(&sent))
        .replace("/with/city/", "/with/province/");
    let page = visitor.get(&back).await;
    assert!(page.text.contains("in another browser"), "{}", page.text);

    let mut late = house.visitor();
    let sent = late.get(BEGIN).await;
    let back = issuer.visited(leads_to(&sent));
    house.clock.advance(TimeDelta::minutes(10));
    assert_eq!(late.get(&back).await.status, StatusCode::FORBIDDEN);
    let turned = late
        .get("/console/login/with/city/back?error=access_denied&state=x")
        .await;
    assert_eq!(turned.status, StatusCode::FORBIDDEN);
}

async fn a_new_key_of_the_provider_is_looked_for_once(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "").await;
    house.person(ANNA, Role::Viewer).await;
    issuer.script.lock().unwrap().published = ["k1", "k2"];
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );
    issuer.script.lock().unwrap().kid = "k2";
    for _ in 0..3 {
        assert_eq!(
            leads_to(&come(&mut house.visitor(), &issuer).await),
            "/console/now"
        );
    }
    let looks = || {
        let asked = issuer.service.asked();
        asked.iter().filter(|asked| asked.target == "/keys").count()
    };
    assert_eq!(looks(), 2, "once at first, once for the new one");
    issuer.script.lock().unwrap().kid = "k3";
    let page = come(&mut house.visitor(), &issuer).await;
    assert!(page.text.contains("does not prove"), "{}", page.text);
    assert_eq!(looks(), 3);
    issuer.script.lock().unwrap().kid = "k2";
    house.clock.advance(TimeDelta::hours(1));
    let now = house.clock.now().as_micros() / 1_000_000;
    claim(&issuer, json!({ "iat": now, "exp": now + 300 }));
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );
    assert_eq!(looks(), 4, "kept for an hour");
}

async fn a_provider_that_is_away_or_talks_too_much_is_said_so(store: TestStore) {
    let issuer = issuer().await;
    let mut house = house(store, &issuer, "").await;
    house.person(ANNA, Role::Viewer).await;
    issuer.script.lock().unwrap().padding = 10_000_000;
    let page = come(&mut house.visitor(), &issuer).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(
        page.text.contains("City cannot be asked now"),
        "{}",
        page.text
    );
    issuer.script.lock().unwrap().padding = 0;
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );

    // Nothing listens there.
    let settings = SignInSettings {
        providers: vec![provider("city", "http://127.0.0.1:1", "")],
        ..SignInSettings::default()
    };
    house.sign_in_by(settings);
    let page = house.visitor().get(BEGIN).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{}", page.text);

    // It describes somebody else.
    issuer.script.lock().unwrap().description = json!({ "issuer": "https://evil.example" });
    let settings = SignInSettings {
        providers: vec![provider("city", &issuer.service.url, "")],
        ..SignInSettings::default()
    };
    house.sign_in_by(settings);
    let page = house.visitor().get(BEGIN).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{}", page.text);
}

async fn somebody_who_comes_by_a_provider_alone_has_no_password(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "").await;
    house.person(ANNA, Role::Viewer).await;
    let mut admin = house.logged_in("admin@example.org").await;
    let mut anna = house.logged_in(ANNA).await;
    let path = format!("/console/people/{}", house.user(ANNA).await.unwrap().id);
    let way = format!("{path}/sign-in");
    let page = admin.send(&path, &way, &[("oidc_only", "yes")]).await;
    assert_eq!(leads_to(&page), path);
    assert!(!anna.is_in().await);
    let page = house.visitor().login(ANNA).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        leads_to(&come(&mut house.visitor(), &issuer).await),
        "/console/now"
    );

    let own = format!(
        "/console/people/{}",
        house.user("admin@example.org").await.unwrap().id
    );
    let fields = [("oidc_only", "yes")];
    let page = admin.send(&own, &format!("{own}/sign-in"), &fields).await;
    assert_eq!(
        page.status,
        StatusCode::CONFLICT,
        "were the provider away, nobody could administer"
    );
    admin.send(&path, &way, &[("oidc_only", "no")]).await;
    house.logged_in(ANNA).await;
    assert_eq!(
        house.deeds().await,
        [
            "admin@example.org user.sign_in_changed anna@example.org password → provider",
            "console login user.identity_bound anna@example.org city",
            "admin@example.org user.sign_in_changed anna@example.org provider → password",
        ]
    );
}
