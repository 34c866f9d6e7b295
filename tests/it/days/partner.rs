//! Somebody of an agency sees its clients' cases and no others, asks about one, and finds nothing behind
//! another number in the address.

use super::{Hands, Walker, served};
use crate::partners::Agencies;
use crate::support::sqlite;

const CASES: &str = "table.cards";

async fn its_clients_and_no_others(hands: Hands) {
    let agencies = Agencies::on(sqlite().await).await;
    let site = served(&agencies.web).await;
    let me = Walker::log_in(&site, hands, "one@ag.example").await;
    for theirs in ["PR-1", "PR-2", "Maria Rossi", "Luca Bianchi"] {
        me.sees(CASES, theirs).await;
    }
    for not_theirs in ["PR-3", "PR-4", "Anna Verdi", "Paolo Neri"] {
        assert!(!me.has("body", not_theirs).await, "{not_theirs}");
    }
    me.pictures("partner").await;
    me.fills("#f-q", "bianchi").await;
    me.leaves_by("form.filters button").await;
    me.sees(CASES, "PR-2").await;
    assert!(!me.has(CASES, "PR-1").await, "it was searched");
    me.leaves_by("a.mark").await;

    me.leaves_by("a[href^='/console/partner/cases/PR'][href$='1']")
        .await;
    me.sees(".facts", "Maria Rossi").await;
    let question = "Quale documento manca?";
    me.fills("#text", question).await;
    me.leaves_by("form.declare button.main").await;
    me.sees(".replies blockquote", question).await;
    me.pictures("partner-case").await;
    me.is_content().await;

    // What is refused from here on, the browser complains of.
    for other in ["partner/cases/PR-3", "partner/cases/PR-9", "cases/PR-1"] {
        let address = format!("{site}/console/{other}");
        let (status, text) = me.fetches(&address).await;
        assert_eq!(status, 404, "{other}: {text}");
        me.browser.goto(&address).await.unwrap();
        me.is_there("h1").await;
        for hidden in ["Anna Verdi", "Maria Rossi", "C-13"] {
            assert!(!me.has("body", hidden).await, "{other}: {hidden}");
        }
    }
    let mut tx = agencies.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(50).await.unwrap();
    drop(tx);
    let mut refused = deeds.iter().filter(|deed| deed.action == "partner.refused");
    assert!(refused.any(|deed| deed.subject == "PR-3"), "written down");
    me.browser.close().await.unwrap();
}

walked_twice!(its_clients_and_no_others);
