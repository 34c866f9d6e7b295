//! Through real servers: a relay that bounces with a report of its own, and a mailbox that is read while it
//! listens, dies and comes back; and by the pipe of a mail server.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use araldo::store::StoreUrl;
use serde_json::json;

use super::{Report, report};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::dovecot::Dovecot;
use crate::support::servers::postfix::Postfix;

on_both_databases!(
    a_mail_that_bounces_is_heard_of_by_the_mailbox,
    a_mailbox_that_dies_while_it_listens_is_read_again,
    what_is_for_a_person_stays_in_the_mailbox,
    a_mail_server_hands_a_report_over_by_a_pipe,
);

const PERSON: &str = "rimbalzi";
const DONE: &str = "Araldo/Done";

fn settings(relay: &Postfix, inbox: Option<&Dovecot>) -> String {
    let inbox = inbox.map(|dovecot| {
        format!(
            "[inbox.bounces]\nkind = \"imap\"\nhost = \"127.0.0.1\"\nport = {}\n\
             username = \"{PERSON}\"\npassword = \"{}\"\ndone = \"{DONE}\"\n",
            dovecot.port,
            Dovecot::PASSWORD,
        )
    });
    format!(
        "[channels]\nemail = [\"relay\"]\n\
         [email]\nbounces = \"rimbalzi@araldo.example\"\nreplies = \"risposte@araldo.example\"\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\n{}",
        relay.port,
        inbox.unwrap_or_default(),
    )
}

/// Tells a client something by e-mail, and waits until the relay has it.
async fn told(node: &Node, client: &str, address: &str) {
    node.client(client, &[address], json!({})).await;
    let answer = node.post("/v1/messages", &notice(client, "avviso")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    // A report may be faster than we look.
    until(async || {
        let states = node.states(client).await;
        let left = states
            .iter()
            .any(|(state, _)| matches!(state.as_str(), "accepted" | "undelivered" | "delivered"));
        left.then_some(()).ok_or_else(|| format!("{states:?}"))
    })
    .await;
}

/// The report that the relay wrote for an address, as a mail of its own.
async fn bounced(relay: &Postfix, address: &str) -> String {
    let wanted = format!("Final-Recipient: rfc822; {address}");
    until(async || {
        let mailbox = relay.wait_for("araldo.example", &wanted);
        let mut mails = mailbox.split("\n\nFrom ");
        let mail = mails.find(|mail| mail.contains(&wanted)).unwrap();
        // The line that an mbox has before each mail is none of the mail's.
        let (_, mail) = mail.split_once('\n').unwrap();
        let mail = mail.trim_end();
        // Without the end of its last part, it is still being written.
        let is_whole = mail.ends_with("--");
        is_whole
            .then(|| format!("{mail}\n"))
            .ok_or_else(|| format!("not whole: {mail}"))
    })
    .await
}

/// The envelope's sender of the e-mail that a report is about: whom the report is to.
fn return_address(report: &str) -> String {
    let line = report.lines().find_map(|line| line.strip_prefix("To: "));
    line.unwrap().trim().to_owned()
}

async fn a_mail_that_bounces_is_heard_of_by_the_mailbox(store: TestStore) {
    let (relay, dovecot) = (Postfix::start(), Dovecot::start());
    let node = Node::start(store, &settings(&relay, Some(&dovecot))).await;
    told(&node, "GONE", "maria@bounce.example").await;
    let mail = bounced(&relay, "maria@bounce.example").await;
    let to = return_address(&mail);
    assert!(to.starts_with("rimbalzi+") && to.len() > 40, "{to}");
    assert!(mail.contains("Original-Envelope-Id: araldo-e"), "{mail}");
    dovecot.deliver(PERSON, &mail);
    dovecot.deliver(PERSON, &mail);
    node.until_states("GONE", &["undelivered"]).await;
    until(async || {
        let done = dovecot.mails(PERSON, DONE);
        (done.len() == 2)
            .then_some(())
            .ok_or_else(|| format!("{done:?}\n{}", dovecot.log()))
    })
    .await;
    let barred = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'hard_bounce' \
                  AND address = 'maria@bounce.example'";
    assert_eq!(node.eye.number(barred).await, 1);
    let once = "SELECT CAST(count(*) AS BIGINT) FROM mail_evidence";
    assert_eq!(node.eye.number(once).await, 1, "twice is once");
    node.post("/v1/messages", &notice("GONE", "ancora")).await;
    node.until_states("GONE", &["undelivered", "suppressed"])
        .await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_mailbox_that_dies_while_it_listens_is_read_again(store: TestStore) {
    let (relay, mut dovecot) = (Postfix::start(), Dovecot::start());
    let node = Node::start(store, &settings(&relay, Some(&dovecot))).await;
    let looked = "SELECT CAST(count(*) AS BIGINT) FROM inbox WHERE looked_at IS NOT NULL \
                  AND fault IS NULL";
    node.eye.until(looked, 1).await;
    told(&node, "GONE", "luca@bounce.example").await;
    let mail = bounced(&relay, "luca@bounce.example").await;
    dovecot.kill();
    let failing = "SELECT CAST(count(*) AS BIGINT) FROM inbox WHERE fault IS NOT NULL";
    node.eye.until(failing, 1).await;
    dovecot.revive();
    dovecot.deliver(PERSON, &mail);
    node.until_states("GONE", &["undelivered"]).await;
    node.eye.until(looked, 1).await;
    node.sums_close().await;
    node.stop().await;
}

async fn what_is_for_a_person_stays_in_the_mailbox(store: TestStore) {
    let (relay, dovecot) = (Postfix::start(), Dovecot::start());
    let large = format!("Subject: foto\r\n\r\n{}\r\n", "x".repeat(3 << 20));
    dovecot.deliver(PERSON, &large);
    let forged = Report::broken("n1", "nobody@bounce.example", "araldo-e1@town.example");
    let to = "rimbalzi+aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@araldo.example";
    dovecot.deliver(PERSON, &report(to, &forged));
    let node = Node::start(store, &settings(&relay, Some(&dovecot))).await;
    let counted = "SELECT CAST(count(*) AS BIGINT) FROM mail_evidence WHERE message_id IS NULL";
    node.eye.until(counted, 2).await;
    until(async || {
        let mails = dovecot.mails(PERSON, "");
        let flagged = mails.iter().filter(|name| name.ends_with("2,F")).count();
        (flagged == 2)
            .then_some(())
            .ok_or_else(|| format!("{mails:?}"))
    })
    .await;
    let barred = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
    assert_eq!(node.eye.number(barred).await, 0);
    node.stop().await;
}

/// Where the store is, as the settings say it.
pub(super) fn place(node: &Node) -> String {
    match node.url() {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    }
}

/// Runs `araldo receive` as a pipe transport does; its exit code.
pub(super) fn receive(folder: &Path, settings: &str, mail: &str) -> Option<i32> {
    std::fs::write(folder.join("receive.toml"), settings).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(["--config", "receive.toml", "receive"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // It may have ended before it read all.
    input.write_all(mail.as_bytes()).ok();
    drop(input);
    child.wait().unwrap().code()
}

async fn a_mail_server_hands_a_report_over_by_a_pipe(store: TestStore) {
    let relay = Postfix::start();
    let node = Node::start(store, &settings(&relay, None)).await;
    told(&node, "GONE", "anna@bounce.example").await;
    let mail = bounced(&relay, "anna@bounce.example").await;
    let folder = tempfile::tempdir().unwrap();
    let there = format!("[store]\nurl = \"{}\"\n", place(&node));
    assert_eq!(receive(folder.path(), &there, &mail), Some(0));
    node.until_states("GONE", &["undelivered"]).await;
    assert_eq!(
        receive(folder.path(), &there, &mail),
        Some(0),
        "again is no fault"
    );
    assert_eq!(receive(folder.path(), &there, ""), Some(65));
    let away = "[store]\nurl = \"sqlite:nowhere/araldo.db\"\n";
    assert_eq!(receive(folder.path(), away, &mail), Some(75));
    assert_eq!(receive(folder.path(), "[stoer]\n", &mail), Some(75));
    let once = "SELECT CAST(count(*) AS BIGINT) FROM mail_evidence";
    assert_eq!(node.eye.number(once).await, 1);
    node.sums_close().await;
    node.stop().await;
}
