//! Keys are found by prefix, never by secret, and end when revoked.

use araldo::domain::api_key::{ApiKey, ENTROPY, Scope};
use araldo::store::Store;

use super::{at, ids};

on_both_databases!(a_key_is_kept_found_used_and_revoked);

async fn a_key_is_kept_found_used_and_revoked(store: &Store) {
    let key = ApiKey::from_entropy(&[8; ENTROPY]);
    let scopes = [Scope::EventsWrite, Scope::StatsRead];
    let now = at("2026-11-22T10:00:00Z");
    let mut tx = store.write().await.unwrap();
    let id = tx
        .keys()
        .create(&key, "crm", &scopes, now, ids())
        .await
        .unwrap();
    tx.keys().touch(id, now).await.unwrap();
    let kept = tx.keys().lookup(key.prefix()).await.unwrap().unwrap();
    assert_eq!(kept.rights.scopes, scopes);
    assert_eq!(kept.last_used_at, Some(now));
    assert!(key.matches(&kept.secret_hash));
    assert_eq!(tx.keys().lookup("nobody00").await.unwrap(), None);
    assert!(tx.keys().revoke(key.prefix(), now).await.unwrap());
    assert!(
        !tx.keys().revoke(key.prefix(), now).await.unwrap(),
        "once is enough"
    );
    assert_eq!(tx.keys().list().await.unwrap()[0].revoked_at, Some(now));
}
