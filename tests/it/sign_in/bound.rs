//! Whom an identity provider means: the account that came in first, and not whoever has the address.

use araldo::domain::Clock as _;
use araldo::domain::role::Role;
use araldo::store::access::users::NewUser;
use axum::http::StatusCode;
use serde_json::json;

use super::by_provider::{ANNA, claim, come, house, issuer};
use super::issuer::Issuer;
use super::{House, leads_to};
use crate::support::TestStore;

on_both_databases!(
    once_somebody_came_in_their_account_decides_and_not_the_address,
    two_who_come_at_once_with_one_address_are_not_both_bound,
);

/// Comes in; whom the console takes them for.
async fn taken_for(house: &House, issuer: &Issuer) -> String {
    let mut visitor = house.visitor();
    assert_eq!(leads_to(&come(&mut visitor, issuer).await), "/console/now");
    assert!(visitor.is_in().await);
    let mut tx = house.web.store.read().await.unwrap();
    let began = tx.audit().recent(1).await.unwrap().remove(0);
    assert_eq!(began.action, "session.began");
    began.actor
}

async fn once_somebody_came_in_their_account_decides_and_not_the_address(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "domain = \"example.org\"").await;
    let bob = "bob@example.org";
    for person in [ANNA, bob] {
        house.person(person, Role::Viewer).await;
    }
    assert_eq!(taken_for(&house, &issuer).await, ANNA);
    // She has married, and later even somebody else's address.
    for address in ["anna.bianchi@example.org", bob] {
        claim(&issuer, json!({ "email": address }));
        assert_eq!(taken_for(&house, &issuer).await, ANNA, "{address}");
    }
    // Whoever gets her address over there is somebody else.
    claim(&issuer, json!({ "sub": "heir" }));
    let mut heir = house.visitor();
    let page = come(&mut heir, &issuer).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text.contains("Ask an admin to unbind you"),
        "{}",
        page.text
    );
    assert!(!heir.is_in().await);

    let mut admin = house.logged_in("admin@example.org").await;
    let path = format!("/console/people/{}", house.user(ANNA).await.unwrap().id);
    let way = format!("{path}/unbind");
    let url = issuer.service.url.clone();
    let shown = admin.get(&path).await.text;
    assert!(shown.contains(&format!("<code>{url}</code>")), "{shown}");
    for at in ["https://elsewhere.example", url.as_str(), url.as_str()] {
        let page = admin.send(&path, &way, &[("issuer", at)]).await;
        assert_eq!(leads_to(&page), path);
    }
    assert!(!admin.get(&path).await.text.contains(&url));
    assert_eq!(taken_for(&house, &issuer).await, ANNA, "bound anew");
    claim(&issuer, json!({}));
    let page = come(&mut house.visitor(), &issuer).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "the account before");
    assert_eq!(
        house.deeds().await,
        [
            "console login user.identity_bound anna@example.org city".to_owned(),
            format!("admin@example.org user.identity_unbound anna@example.org {url}"),
            "console login user.identity_bound anna@example.org city".to_owned(),
        ]
    );
}

async fn two_who_come_at_once_with_one_address_are_not_both_bound(store: TestStore) {
    let issuer = issuer().await;
    let house = house(store, &issuer, "").await;
    house.person(ANNA, Role::Viewer).await;
    let anna = house.user(ANNA).await.unwrap().id;
    let bind = async |sub: &str| {
        let mut tx = house.web.store.write().await.unwrap();
        let pair = (issuer.service.url.as_str(), sub);
        let now = house.clock.now();
        let bound = tx.oidc_bindings().bind(anna, pair, now).await.unwrap();
        tx.commit().await.unwrap();
        bound
    };
    let (one, other) = tokio::join!(bind("one"), bind("other"));
    assert!(one != other, "{one} {other}");
    let same = if one { "one" } else { "other" };
    assert!(bind(same).await, "whoever was bound stays so");
    // Somebody who is let in again by an invitation is new: the address may be.
    let mut tx = house.web.store.write().await.unwrap();
    tx.users().disable(ANNA, house.clock.now()).await.unwrap();
    let again = NewUser {
        id: anna,
        email: ANNA,
        role: Role::Viewer,
        password_hash: "",
    };
    assert!(tx.users().enable(&again).await.unwrap());
    let left = tx.oidc_bindings().of(anna).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}
