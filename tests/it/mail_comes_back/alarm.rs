//! A mailbox that cannot be read is an alarm on the first page, until it can be or nobody reads it.

use araldo::domain::NodeId;
use araldo::domain::role::Role;
use chrono::TimeDelta;

use crate::console_browser::Browser;
use crate::console_seed::Town;

const SAID: &str = "The mailbox bounces cannot be read: nobody answers";

/// The first page as it is some seconds later.
async fn first_page(town: &Town, browser: &Browser) -> String {
    town.clock.advance(TimeDelta::seconds(5));
    browser.get("/console/now").await.text
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_read_is_an_alarm() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let node = NodeId::new(7);
    let fail = async || {
        let mut tx = town.web.store.write().await.unwrap();
        let mut inboxes = tx.inboxes();
        assert!(inboxes.claim("bounces", node).await.unwrap());
        inboxes
            .failed("bounces", node, "nobody answers", town.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    assert!(
        !first_page(&town, &browser)
            .await
            .contains("mailbox bounces")
    );
    fail().await;
    let page = first_page(&town, &browser).await;
    assert!(page.contains(SAID), "{page}");

    let mut tx = town.web.store.write().await.unwrap();
    let now = town.now();
    tx.inboxes().looked("bounces", node, now).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!first_page(&town, &browser).await.contains(SAID));

    fail().await;
    assert!(first_page(&town, &browser).await.contains(SAID));
    // Taken out of the settings, it is nobody's.
    let mut tx = town.web.store.write().await.unwrap();
    tx.inboxes().release("bounces", node).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!first_page(&town, &browser).await.contains(SAID));
}
