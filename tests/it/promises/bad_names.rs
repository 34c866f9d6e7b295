//! What strangers write into a name arrives as it was written, or cleaned, and never does
//! anything: no template runs in it, no markup, no header, no turned text.

use araldo::channel::sandbox::{Body, Mail};
use serde_json::json;

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    names_are_literal_escaped_or_cleaned,
    a_name_of_ten_thousand_letters_is_refused_with_its_pointer,
);

/// What is given, and what a mailbox shows of it.
const NAMES: &[(&str, &str)] = &[
    ("{{7*7}}", "{{7*7}}"),
    ("{% raw %}x", "{% raw %}x"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    (
        "Maria\r\nBcc: eve@evil.example",
        "Maria Bcc: eve@evil.example",
    ),
    ("Ma\u{0}ria", "Maria"),
    ("\u{202e}irassoR\u{202c} airaM", "irassoR airaM"),
    ("O'Brien & \"Söhne\" €", "O'Brien & \"Söhne\" €"),
];

fn mail(node: &Node, address: &str) -> Mail {
    match &node.inbox(address)[0].body {
        Body::Mail(mail) => mail.clone(),
        Body::Sms(_) => panic!("a mail"),
    }
}

async fn names_are_literal_escaped_or_cleaned(store: TestStore) {
    let node = Node::start(store, "").await;
    for (at, (name, _)) in NAMES.iter().enumerate() {
        let (reader, handset) = (format!("MAIL-{at}"), format!("SMS-{at}"));
        let address = format!("reader{at}@town.example");
        let number = format!("+39000000022{at}");
        node.client(&reader, &[&address], json!({ "name": name }))
            .await;
        node.client(&handset, &[&number], json!({ "name": name }))
            .await;
        for client in [&reader, &handset] {
            let answer = node.post("/v1/messages", &notice(client, name)).await;
            assert_eq!(answer.status, 202, "{answer:?}");
        }
    }
    for (at, (_, shown)) in NAMES.iter().enumerate() {
        node.until_states(&format!("SMS-{at}"), &["delivered"])
            .await;
        node.until_states(&format!("MAIL-{at}"), &["accepted"])
            .await;
        let text = node.texts(&format!("+39000000022{at}")).concat();
        assert!(text.contains(shown), "{text:?} shows {shown:?}");
        assert!(!text.contains("Sportello: 49") && !text.contains(['\r', '\u{0}', '\u{202e}']));
        let mail = mail(&node, &format!("reader{at}@town.example"));
        assert_eq!(mail.header("bcc"), None);
        // A title is what the sender wrote; a name must not become a link.
        let name = shown.replace("evil.example", "evil example");
        assert!(mail.text.contains(&format!("Gentile {name},")), "{mail:?}");
        let html = mail.html.as_deref().expect("an HTML part");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("49<"), "{html}");
    }
    assert!(node.inbox("eve@evil.example").is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn a_name_of_ten_thousand_letters_is_refused_with_its_pointer(store: TestStore) {
    let node = Node::start(store, "").await;
    let long = "a".repeat(10_000);
    let answer = node
        .put("/v1/clients/C-1", &json!({ "name": long, "contacts": [] }))
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.text.contains("/name"), "{answer:?}");

    // The longest that is taken is cut where a handset shows it.
    let title = "è".repeat(10_000);
    node.client("C-2", &["+390000000230"], json!({})).await;
    let answer = node.post("/v1/messages", &notice("C-2", &title)).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node.until_states("C-2", &["delivered"]).await;
    let text = node.texts("+390000000230").concat();
    assert!(text.chars().count() < 160, "{} letters", text.len());
    node.sums_close().await;
    node.stop().await;
}
