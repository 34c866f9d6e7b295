//! Erasing a client takes along what was asked about it; erasing an agency leaves its people nothing to
//! see.

use araldo::domain::Clock as _;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use axum::http::StatusCode;

use super::{Agencies, post};
use crate::support::TestStore;

on_both_databases!(what_is_erased_is_asked_about_and_seen_no_more);

const QUESTIONS: &str = "SELECT CAST(count(*) AS BIGINT) FROM partner_question";
const OF_PARTNERS: &str = "SELECT partner FROM console_user WHERE partner IS NOT NULL";

impl Agencies {
    async fn erase(&self, reference: &str) {
        let erasing = Erasing {
            now: self.clock.now(),
            ids: &*self.web.ids,
            actor: "admin@example.org",
            fresh_pepper: "0123456789abcdef0123456789abcdef",
            horizon: ReceiptHorizon::default(),
        };
        let store = &self.web.store;
        let erased = store.erase_client(reference, &erasing).await.unwrap();
        assert!(erased.is_some(), "{reference}");
    }
}

async fn what_is_erased_is_asked_about_and_seen_no_more(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    for case in ["PR-1", "PR-2"] {
        let path = format!("/console/partner/cases/{case}/ask");
        let page = post(&one, &path, &[("text", "Where is Maria's paper?")]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    agencies.erase("C-11").await;
    assert_eq!(agencies.eye.number(QUESTIONS).await, 1);
    let list = one.get("/console/partner").await.text;
    assert!(
        !list.contains("Maria Rossi") && list.contains("PR-2"),
        "{list}"
    );
    let gone = one.get("/console/partner/cases/PR-1").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    agencies.erase("AG-1").await;
    assert_eq!(agencies.eye.number(QUESTIONS).await, 0);
    assert_eq!(agencies.eye.texts(OF_PARTNERS).await, ["AG-2"]);
    let nothing = one.get("/console/partner").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{}", nothing.text);
}
