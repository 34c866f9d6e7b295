//! One message explains itself: the event, the rule, the version of the template, each attempt,
//! each receipt, what its reader did, and why, in sentences.

use std::path::Path;

use araldo::channel::sandbox::{links, pictures};
use serde_json::{Value, json};

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(from_the_event_to_the_click);

const ADDRESS: &str = "maria@town.example";
const NUMBER: &str = "+390000000240";

/// A template of the organisation's own, with a link that is not ours.
fn write_template(folder: &Path) {
    let template = folder.join("notice");
    std::fs::create_dir_all(template.join("it")).unwrap();
    let files = [
        (
            "template.toml",
            "description = \"a notice\"\ntopic = \"notices\"\n\
             [[variables]]\nname = \"title\"\ndescription = \"what\"\nrequired = true\n\
             example = \"neve\"\n[[variables]]\nname = \"body\"\ndescription = \"all\"\n\
             required = true\nexample = \"neve\"\n",
        ),
        ("it/sms.txt", "{{ title }} https://www.town.example/neve\n"),
        ("it/email.subject.txt", "{{ title }}\n"),
        (
            "it/email.mjml",
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{ body }} \
             <a href=\"https://www.town.example/neve\">Neve</a> \
             <a href=\"{{ links.unsubscribe }}\">No</a></mj-text></mj-column></mj-section>\
             </mj-body></mjml>\n",
        ),
    ];
    for (name, text) in files {
        std::fs::write(template.join(name), text).unwrap();
    }
}

fn kinds<'a>(message: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
    let list = message[list].as_array().unwrap();
    list.iter()
        .map(|one| one[field].as_str().unwrap())
        .collect()
}

/// Follows the link of each and shows the mail's pictures, as a person does.
async fn read_both(node: &Node) {
    // A person needs a few seconds.
    node.eye
        .execute("UPDATE message SET accepted_at = accepted_at - 9000000")
        .await;
    let text = &node.inbox(NUMBER)[0];
    let mail = &node.inbox(ADDRESS)[0];
    for url in [&links(text)[0], &links(mail)[0]] {
        assert!(url.contains("/c/"), "a tracked link: {url}");
        let answer = node.visit(url).await;
        assert_eq!(answer.status, 302, "{answer:?}");
    }
    for url in pictures(mail) {
        node.visit(&url).await;
    }
    let clicked = "SELECT CAST(coalesce(sum(clicked), 0) AS BIGINT) FROM rollup";
    node.eye.until(clicked, 2).await;
    let opened = "SELECT CAST(coalesce(sum(opened), 0) AS BIGINT) FROM rollup";
    // An SMS has no pixel; who follows its link has read it all the same.
    node.eye.until(opened, 1).await;
    let read = "SELECT CAST(coalesce(sum(read), 0) AS BIGINT) FROM rollup";
    node.eye.until(read, 2).await;
}

async fn from_the_event_to_the_click(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    write_template(&folder.path().join("templates"));
    let settings = format!(
        "[templates]\nfolder = \"{}\"\n[tracking]\nopens = \"individual\"\n",
        folder.path().join("templates").display()
    );
    let node = Node::start_in(folder, store, &settings).await;
    let consent = json!({ "tracking_consent": "granted" });
    node.client("MAIL", &[ADDRESS], consent.clone()).await;
    node.client("SMS", &[NUMBER], consent).await;
    for client in ["MAIL", "SMS"] {
        node.post("/v1/messages", &notice(client, "Domani nevica"))
            .await;
    }
    node.until_states("MAIL", &["accepted"]).await;
    node.until_states("SMS", &["delivered"]).await;

    read_both(&node).await;
    let id = &node.messages("client=SMS").await[0]["id"];
    let sms = node.message(id).await;
    for (field, value) in [
        ("client", "SMS"),
        ("channel", "sms"),
        ("state", "delivered"),
        ("template", "notice"),
        ("rule", "direct"),
        ("locale", "it"),
    ] {
        assert_eq!(sms[field], value, "{sms}");
    }
    assert_eq!(sms["version"], 1);
    assert_eq!(kinds(&sms, "attempts", "outcome"), ["accepted"]);
    assert!(kinds(&sms, "receipts", "kind").contains(&"delivered"));
    assert_eq!(kinds(&sms, "engagement", "kind"), ["clicked"]);
    assert_eq!(kinds(&sms, "engagement", "verdict"), ["human"]);
    let why = sms["why"].as_array().unwrap();
    let why: Vec<&str> = why.iter().map(|line| line.as_str().unwrap()).collect();
    for part in [
        "message.requested",
        "Rule direct applied: template notice version 1",
        "did not refuse the topic notices",
        "Attempt 1 through sandbox-sms: it was accepted",
        "sandbox-sms reported: delivered",
        "It arrived",
        "It was clicked by a person",
    ] {
        assert!(
            why.iter().any(|line| line.contains(part)),
            "{part}: {why:#?}"
        );
    }
    node.sums_close().await;
    node.stop().await;
}
