//! Staff who look at a message see what its client saw, and hold nothing by which the client is
//! known: no role gets a link that works. The sandbox's handsets are for those who may play its
//! clients.

use araldo::domain::UserId;
use araldo::domain::role::Role;
use araldo::domain::token::{Purpose, Signer};
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::NewUser;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    no_role_is_shown_a_link_that_works,
    only_who_may_act_holds_the_handsets,
);

const NUMBER: &str = "+390000000180";
const MAIL: &str = "reader@mail.example";

/// Lets somebody of this role in. Returns the cookie.
pub(crate) async fn person(node: &Node, role: Role) -> String {
    let (running, secret) = (&node.running, format!("{:x<43}", role.as_str()));
    let now = running.clock.now();
    let user = UserId::new(running.ids.next());
    let new = NewUser {
        id: user,
        email: &format!("{role}@example.org"),
        role,
        password_hash: "none",
    };
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()));
    let session = NewSession {
        token_hash: &digest,
        user,
        csrf: "csrf",
        expires_at: now + TimeDelta::hours(1),
    };
    let mut tx = running.store.write().await.unwrap();
    tx.users().add(&new, now).await.unwrap();
    tx.sessions().begin(&session, now).await.unwrap();
    tx.commit().await.unwrap();
    format!("araldo={secret}")
}

async fn told_twice(store: TestStore) -> Node {
    let node = Node::start(store, "").await;
    let more = json!({ "tracking_consent": "granted" });
    node.client("C-1", &[NUMBER, MAIL], more).await;
    let mut both = notice("C-1", "Avviso");
    both["channels"] = json!(["sms", "email"]);
    assert_eq!(node.post("/v1/messages", &both).await.status, 202);
    node.settled().await;
    node
}

async fn no_role_is_shown_a_link_that_works(store: TestStore) {
    let node = told_twice(store).await;
    let mut tx = node.running.store.read().await.unwrap();
    let secret = tx.keyring().lookup("links").await.unwrap().unwrap();
    drop(tx);
    let signer = Signer::new(secret.as_bytes());
    // A partner has pages of their own, without messages.
    for role in Role::ALL.iter().copied().filter(|it| *it != Role::Partner) {
        let cookie = person(&node, role).await;
        for message in node.messages("client=C-1").await {
            let id = message["id"].as_str().unwrap();
            let mut pages = vec![format!("/console/messages/{id}")];
            if message["channel"] == "email" {
                pages.push(format!("/console/messages/{id}/mail"));
            }
            let number: i64 = id.parse().unwrap();
            for path in pages {
                let page = node.visit_as(&cookie, &path).await;
                assert_eq!(page.status, 200, "{role} {path}");
                let shown = page.text.contains("/s/…") || page.text.contains("/s/%E2%80%A6");
                assert!(shown, "{role} {path}: {}", page.text);
                for purpose in [Purpose::Status, Purpose::Unsubscribe, Purpose::Open] {
                    let token = signer.sign(purpose, &[number]);
                    assert!(!page.text.contains(&token), "{role} {path} {purpose:?}");
                }
            }
        }
    }
    node.stop().await;
}

async fn only_who_may_act_holds_the_handsets(store: TestStore) {
    let node = told_twice(store).await;
    for (role, status) in [
        (Role::Viewer, 403),
        (Role::Manager, 403),
        (Role::Operator, 200),
        (Role::Approver, 200),
        (Role::Admin, 200),
    ] {
        let cookie = person(&node, role).await;
        for path in [
            "",
            "/sms/%2B390000000180",
            "/email/reader%40mail.example",
            "/live",
        ] {
            if path == "/live" && status == 200 {
                continue; // It never ends.
            }
            let page = node
                .visit_as(&cookie, &format!("/console/sandbox{path}"))
                .await;
            assert_eq!(page.status, status, "{role} {path}");
        }
        let now = node.visit_as(&cookie, "/console/now").await;
        let offered = now.text.contains("href=\"/console/sandbox\"");
        assert_eq!(offered, status == 200, "{role}");
    }
    node.stop().await;
}
