//! What a client writes is read by a person: it stands where people look, and is counted until
//! somebody has answered.

use araldo::domain::role::Role;
use araldo::domain::{EngagementKind, Verdict};
use araldo::store::messages::engagement::NewEngagement;
use axum::http::StatusCode;

use crate::console_browser::Browser;
use crate::console_seed::Town;

const WORDS: &str = "Sono <b>senza</b> luce da ieri,\nchi viene?";
const SHOWN: &str = "Sono &#60;b&#62;senza&#60;/b&#62; luce da ieri,\nchi viene?";

/// The client of the town's first message writes back.
async fn written(town: &Town) {
    written_by(town, Verdict::Human, "pressed a button on the status page").await;
}

async fn written_by(town: &Town, verdict: Verdict, grounds: &'static str) {
    let reply = NewEngagement {
        message: town.message,
        kind: EngagementKind::Replied,
        verdict,
        grounds,
        link: None,
        detail: Some(WORDS.to_owned()),
        at: town.now(),
    };
    let mut tx = town.web.store.write().await.unwrap();
    tx.engagement()
        .record(&[reply], &[], &*town.web.ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn tile(page: &str) -> &str {
    let tile = page.split_once(">Replies</a>").expect("a tile for replies");
    tile.1.split_once("</dd>").unwrap().0
}

#[tokio::test]
async fn a_reply_stands_on_its_message_its_case_and_its_client_and_is_counted_at_first_sight() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    assert!(tile(&browser.get("/console/now").await.text).contains(">0<"));
    written(&town).await;
    town.clock.advance(chrono::TimeDelta::seconds(5));
    let now = browser.get("/console/now").await.text;
    assert!(tile(&now).contains(">1<"), "{}", tile(&now));
    let message = format!("/console/messages/{}", town.message);
    for path in [
        "/console/replies",
        message.as_str(),
        "/console/clients/C-1000",
        "/console/cases/PR-1",
    ] {
        let page = browser.get(path).await.text;
        assert!(page.contains(SHOWN), "{path} lacks the reply: {page}");
        assert!(page.contains("Nobody has answered yet."), "{path}");
    }
}

#[tokio::test]
async fn whoever_answers_says_so_once_and_it_is_written_down() {
    let town = Town::lively().await;
    written(&town).await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let page = operator.get("/console/replies").await;
    let action = page
        .text
        .split_once("action=\"/console/replies/")
        .unwrap()
        .1;
    let path = format!("/console/replies/{}", action.split_once('"').unwrap().0);
    let word = viewer.get("/console/replies").await.field("csrf");
    let refused = viewer.post(&path, &[("csrf", &word)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let word = page.field("csrf");
    for _ in 0..2 {
        let done = operator.post(&path, &[("csrf", &word)]).await;
        assert_eq!(done.header("location"), "/console/replies");
    }
    let empty = operator.get("/console/replies").await.text;
    assert!(empty.contains("Everybody has an answer."), "{empty}");
    let message = format!("/console/messages/{}", town.message);
    let shown = operator.get(&message).await.text;
    assert!(
        shown.contains("Answered by operator@example.org"),
        "{shown}"
    );
    let mut tx = town.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(9).await.unwrap();
    let answered = deeds.iter().filter(|deed| deed.action == "reply.answered");
    assert_eq!(answered.count(), 1, "{deeds:?}");
}

#[tokio::test]
async fn what_anybody_can_have_written_says_so_wherever_it_is_read() {
    const NAMED: &str =
        "wrote an e-mail that names this one; anybody who saw it can have written that";
    let doubt = format!("Who wrote this is not proven. Somebody {NAMED}.");
    for (verdict, doubted) in [(Verdict::Undetermined, true), (Verdict::Human, false)] {
        let town = Town::lively().await;
        written_by(&town, verdict, NAMED).await;
        let browser = Browser::logged_in(&town, Role::Operator).await;
        let replies = browser.get("/console/replies").await.text;
        let (_, after) = replies.split_once("href=\"/console/inbox/").unwrap();
        let (conversation, _) = after.split_once('"').unwrap();
        for path in [
            "/console/replies".to_owned(),
            format!("/console/messages/{}", town.message),
            "/console/clients/C-1000".to_owned(),
            "/console/cases/PR-1".to_owned(),
            format!("/console/inbox/{conversation}"),
        ] {
            let page = browser.get(&path).await.text;
            assert!(page.contains(SHOWN), "{path} lacks the reply: {page}");
            assert_eq!(page.contains(&doubt), doubted, "{path}: {page}");
        }
    }
}
