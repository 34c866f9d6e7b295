//! An operator who has nothing yet writes a text and a mail, sees them as a client would, sends the text
//! to a handset, publishes, and reads on the wall what arrived. Another day somebody asks why Maria got nothing.

use araldo::domain::role::Role;
use serde_json::json;

use super::{ENTER, Hands, Most, Walker, add_person, arrived};
use crate::promises::notice;
use crate::support::node::Node;
use crate::support::sqlite;

const NUMBER: &str = "+393331234567";
const TEXT: &str = "Per la pratica {{ case.ref }} manca un documento.";
const MAIL: &str =
    "# Pratica {{ case.ref }}\n\nGentile {{ client.name }},\nmanca un **documento**.";
/// Chosen, tried and published; the keyboard goes to each field with Tab.
const WRITTEN: Most = Most {
    clicks: 12,
    keys: 160,
    fields: 7,
};
/// Of a client whose name is known; `/` leads to the search field.
const EXPLAINED: Most = Most {
    clicks: 2,
    keys: 16,
    fields: 1,
};

async fn from_nothing_to_a_handset(hands: Hands) {
    let node = Node::start(sqlite().await, "").await;
    add_person(&node, Role::Operator).await;
    let site = format!("http://{}", node.address());
    let me = Walker::log_in(&site, hands, "operator@example.org").await;

    me.begins();
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
    me.sees("[data-preview-here] .begins", "manca un documento.")
        .await;
    me.pictures("writing-mail").await;

    me.leaves_by("#editor button.main").await;
    me.sees("main", "No rule uses this template yet").await;
    me.fills("#comment", "Il primo testo").await;
    me.leaves_by("form.editor button.main").await;
    let published = "Published: new messages use this version.";
    me.sees(".done", published).await;
    me.took(
        "a template from nothing to published, with its test",
        WRITTEN,
    );
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

/// Maria and Luca were to hear of the same thing; she had refused the topic.
async fn why_did_maria_get_nothing(hands: Hands) {
    let node = Node::start(sqlite().await, "").await;
    add_person(&node, Role::Operator).await;
    for (reference, name, wanted, number) in [
        ("C-1", "Maria Verdi", false, "+393331234501"),
        ("C-2", "Luca Verdi", true, "+393331234502"),
    ] {
        let more = json!({ "name": name, "topics": { "notices": wanted } });
        node.client(reference, &[number], more).await;
        let told = node
            .post("/v1/messages", &notice(reference, "Chiuso"))
            .await;
        assert_eq!(told.status, 202, "{told:?}");
    }
    node.until_states("C-1", &["suppressed"]).await;
    node.until_states("C-2", &["delivered"]).await;
    let site = format!("http://{}", node.address());
    let me = Walker::log_in(&site, hands, "operator@example.org").await;

    me.begins();
    if hands == Hands::Keyboard {
        me.keys(&['/']).await;
    }
    me.fills("#search", "maria verdi").await;
    me.keys(&[ENTER]).await;
    me.sees("h1", "Clients").await;
    me.leaves_by("main td.name a").await;
    me.sees("h1", "Maria Verdi").await;
    let lines = "[aria-labelledby='messages'] td";
    me.sees(lines, "the client refused this topic").await;
    me.took("why did Maria get nothing?", EXPLAINED);
    me.pictures("why").await;
    assert!(!me.has(lines, "delivered").await, "that is Luca's");
    me.is_content().await;
    me.browser.close().await.unwrap();
    node.stop().await;
}

mod from_nothing {
    use super::from_nothing_to_a_handset;

    walked_twice!(from_nothing_to_a_handset);
}

mod explaining {
    use super::why_did_maria_get_nothing;

    walked_twice!(why_did_maria_get_nothing);
}
