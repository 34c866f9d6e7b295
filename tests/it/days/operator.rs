//! An operator who has nothing yet writes a text and a mail, sees them as a client would, sends the text
//! to a handset, publishes, and reads on the wall what arrived.

use araldo::domain::role::Role;

use super::{Hands, Walker, add_person, arrived};
use crate::support::node::Node;
use crate::support::sqlite;

const NUMBER: &str = "+393331234567";
const TEXT: &str = "Per la pratica {{ case.ref }} manca un documento.";
const MAIL: &str =
    "# Pratica {{ case.ref }}\n\nGentile {{ client.name }},\nmanca un **documento**.";

async fn from_nothing_to_a_handset(hands: Hands) {
    let node = Node::start(sqlite().await, "").await;
    add_person(&node, Role::Operator).await;
    let site = format!("http://{}", node.address());
    let me = Walker::log_in(&site, hands, "operator@example.org").await;

    me.goes_to("templates").await;
    me.presses("details.new-template summary").await;
    me.fills("#name", "case-documents").await;
    me.fills("#description", "A document is missing.").await;
    me.chooses("#topic", "cases", "Cases").await;
    me.leaves_by("form.editor button.main").await;
    me.sees(".done", "The draft is made").await;

    me.leaves_by("button[value='it sms']").await;
    me.fills("#sms", TEXT).await;
    let bubble = "[data-preview-here] .phone .bubble";
    me.sees(bubble, "manca un documento.").await;
    assert!(!me.has(bubble, "{{").await, "a value stands there");
    me.fills("#test_number", NUMBER).await;
    me.pictures("writing-sms").await;
    me.leaves_by("button[value='test']").await;
    let texts = arrived(&node, NUMBER, 1).await;
    assert!(texts[0].starts_with("[Prova] Per la pratica "), "{texts:?}");

    me.leaves_by("button[value='it email']").await;
    me.fills("#subject", "Manca un documento ({{ case.ref }})")
        .await;
    me.fills("#markdown", MAIL).await;
    let subject = "[data-preview-here] .subject";
    me.sees(subject, "Manca un documento (").await;
    me.sees("[data-preview-here] pre", "manca un documento")
        .await;
    me.pictures("writing-mail").await;

    me.leaves_by("#editor button.main").await;
    me.sees("main", "No rule uses this template yet").await;
    me.fills("#comment", "Il primo testo").await;
    me.leaves_by("form.editor button.main").await;
    let published = "Published: new messages use this version.";
    me.sees(".done", published).await;
    let mut tx = node.running.store.read().await.unwrap();
    let live = tx.templates().lookup_published("case-documents").await;
    let live = live.unwrap().expect("a published version");
    drop(tx);
    let italian = &live.source.parts["it"];
    assert_eq!(italian.sms.as_deref(), Some(TEXT));
    assert_eq!(italian.email_markdown.as_deref(), Some(MAIL));

    me.goes_to("sandbox").await;
    me.sees(".wall .phone .bubble", &texts[0]).await;
    me.pictures("test-sms").await;
    me.is_content().await;
    me.browser.close().await.unwrap();
    node.stop().await;
}

walked_twice!(from_nothing_to_a_handset);
