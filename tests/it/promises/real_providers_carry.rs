//! A real gateway and a real mail server: what the node hands over is what the network and the
//! server get, the network's own report makes it `delivered`, and the mail program's one click
//! is obeyed.

use serde_json::{Value, json};

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::servers::kannel::Kannel;
use crate::support::servers::smtp_sink::SmtpSink;

on_both_databases!(an_sms_is_reported_and_a_mail_can_be_refused_with_one_click);

/// Seventy characters, ten of which count twice.
const TITLE: &str = "città € ";

fn settings(kannel: &Kannel, sink: &SmtpSink) -> String {
    format!(
        "[channels]\nsms = [\"gateway\"]\nemail = [\"relay\"]\n\
         [provider.gateway]\nkind = \"kannel\"\nurl = \"{}\"\nusername = \"{}\"\n\
         password = \"{}\"\nfrom = \"ARALDO\"\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\n",
        kannel.url(),
        Kannel::USERNAME,
        Kannel::PASSWORD,
        sink.port,
    )
}

/// The value of a header, folded lines joined.
fn header(mail: &str, name: &str) -> Option<String> {
    let head = mail.split("\n\n").next()?.split("\r\n\r\n").next()?;
    let unfolded = head.replace("\r\n ", " ").replace("\n ", " ");
    let start = format!("{name}: ");
    let line = unfolded.lines().find_map(|line| line.strip_prefix(&start));
    line.map(|value| value.trim().to_owned())
}

async fn an_sms_is_reported_and_a_mail_can_be_refused_with_one_click(store: TestStore) {
    let (kannel, sink) = (Kannel::start("http://127.0.0.1:1/"), SmtpSink::start(&[]));
    let node = Node::start(store, &settings(&kannel, &sink)).await;
    node.client("SMS", &["+390000000250"], json!({})).await;
    node.client("MAIL", &["maria@town.example"], json!({}))
        .await;
    let title = TITLE.repeat(8);
    for client in ["SMS", "MAIL"] {
        let answer = node.post("/v1/messages", &notice(client, &title)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    let received = kannel.wait_for(1);
    assert!(received[0].contains("città € città €"), "{received:?}");
    node.until_states("SMS", &["delivered"]).await;
    let sms = node.messages("client=SMS").await[0].clone();
    let sms = node.message(&sms["id"]).await;
    let kinds: Vec<&Value> = sms["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| &receipt["kind"])
        .collect();
    assert!(kinds.contains(&&json!("delivered")), "{sms}");

    node.until_states("MAIL", &["accepted"]).await;
    let mail = sink.wait_for(1).remove(0);
    assert!(mail.contains("text/plain") && mail.contains("text/html"));
    let reference = node
        .message(&node.messages("client=MAIL").await[0]["id"])
        .await;
    let reference = reference["attempts"][0]["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = header(&mail, "Message-ID").expect("a Message-ID");
    assert!(id.contains(&reference), "{id} is made of {reference}");
    let one_click = header(&mail, "List-Unsubscribe-Post");
    assert_eq!(one_click.as_deref(), Some("List-Unsubscribe=One-Click"));
    let refuse = header(&mail, "List-Unsubscribe").expect("an address");
    let refuse = refuse.trim_matches(['<', '>']);

    let answer = node
        .submit(refuse, &[("List-Unsubscribe", "One-Click")])
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    node.post("/v1/messages", &notice("MAIL", "avviso")).await;
    node.until_states("MAIL", &["accepted", "suppressed"]).await;
    assert_eq!(node.states("MAIL").await[1].1, "topic_refused");
    assert_eq!(sink.mails().len(), 1);
    node.sums_close().await;
    node.stop().await;
}
