//! People, sessions and the audit, on both databases.

use araldo::domain::role::Role;
use araldo::domain::{Timestamp, UserId};
use araldo::store::Store;
use araldo::store::access::audit::AuditEntry;
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::{Added, NewUser};
use chrono::TimeDelta;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
const IDLE: TimeDelta = TimeDelta::minutes(30);

async fn add(store: &Store, id: i64, email: &str) -> Added {
    let user = NewUser {
        id: UserId::new(id),
        email,
        role: Role::Operator,
        password_hash: "$h",
    };
    let mut tx = store.write().await.unwrap();
    let added = tx.users().add(&user, NOW).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn begin(store: &Store, token_hash: &str, user: i64) {
    let expires_at = NOW + TimeDelta::hours(12);
    let new = NewSession {
        token_hash,
        user: UserId::new(user),
        csrf: "c",
        expires_at,
    };
    let mut tx = store.write().await.unwrap();
    tx.sessions().begin(&new, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_person_is_added_once(store: &Store) {
    assert!(!store.read().await.unwrap().users().any().await.unwrap());
    assert_eq!(add(store, 1, "a@example.org").await, Added::New);
    assert_eq!(add(store, 2, "a@example.org").await, Added::Taken);
    let mut tx = store.read().await.unwrap();
    assert!(tx.users().any().await.unwrap());
    assert_eq!(tx.users().list().await.unwrap().len(), 1);
    let user = tx.users().lookup("a@example.org").await.unwrap().unwrap();
    assert_eq!(
        (user.id, user.role, user.created_at),
        (UserId::new(1), Role::Operator, NOW)
    );
    assert!(tx.users().lookup("b@example.org").await.unwrap().is_none());
}

async fn a_session_lives_until_idle_old_ended_or_its_person_is_shut_out(store: &Store) {
    add(store, 1, "a@example.org").await;
    begin(store, "h1", 1).await;
    let look = async |token: &str, after: TimeDelta| {
        let mut tx = store.read().await.unwrap();
        tx.sessions()
            .lookup(token, NOW + after, IDLE)
            .await
            .unwrap()
            .is_some()
    };
    assert!(look("h1", TimeDelta::minutes(29)).await);
    assert!(!look("h1", TimeDelta::minutes(31)).await);
    assert!(!look("other", TimeDelta::zero()).await);
    let mut tx = store.write().await.unwrap();
    tx.sessions()
        .touch("h1", NOW + TimeDelta::hours(11))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(look("h1", TimeDelta::minutes(11 * 60 + 20)).await);
    assert!(!look("h1", TimeDelta::hours(12)).await);

    begin(store, "h2", 1).await;
    let mut tx = store.write().await.unwrap();
    tx.sessions().end("h2").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!look("h2", TimeDelta::zero()).await);

    begin(store, "h3", 1).await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.users().disable("a@example.org", NOW).await.unwrap());
    assert!(!tx.users().disable("nobody@example.org", NOW).await.unwrap());
    tx.commit().await.unwrap();
    assert!(!look("h3", TimeDelta::zero()).await);
}

async fn audit_entries_come_back_newest_first(store: &Store) {
    let mut tx = store.write().await.unwrap();
    for (id, action) in [(1, "a.done"), (2, "b.done"), (3, "c.done")] {
        let entry = AuditEntry::new("a@example.org", action, "x");
        tx.audit().append(id, NOW, &entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let entries = store.read().await.unwrap().audit().recent(2).await.unwrap();
    let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["c.done", "b.done"]);
    assert_eq!(entries[0].at, NOW);
}

on_both_databases!(
    a_person_is_added_once,
    a_session_lives_until_idle_old_ended_or_its_person_is_shut_out,
    audit_entries_come_back_newest_first,
);
