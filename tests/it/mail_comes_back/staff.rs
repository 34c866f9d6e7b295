//! What a client writes by SMS is mailed to the tutor of the case, and what the tutor answers to that mail is
//! the client's SMS: through a real relay, and by the pipe of a mail server.

use araldo::domain::UserId;
use araldo::domain::role::Role;
use araldo::store::access::users::NewUser;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::servers::{place, receive};
use super::{Report, report};
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::postfix::Postfix;

on_both_databases!(
    the_tutor_answers_by_mail_and_the_client_gets_an_sms,
    what_is_no_answer_of_the_tutor_never_reaches_the_client,
    an_answer_that_comes_second_waits_for_a_second_word,
    mails_of_people_nobody_knows_reach_the_inbox_where_it_is_wanted,
);

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ANNA: &str = "+390000000581";
const PAOLA: &str = "paola@inbox.example";
const ANSWERS: &str = "SELECT CAST(count(*) AS BIGINT) FROM conversation_line WHERE way = 'out'";
/// How the relay's mailbox begins a mail to the tutor that says no.
const NOT_SENT: &str = "Subject: Risposta NON inviata";

fn settings(relay: &Postfix, more: &str) -> String {
    format!(
        "[channels]\nemail = [\"relay\"]\n\
         [email]\nreplies = \"risposte@araldo.example\"\n\
         [dialogue]\ntutor_mail = true\n{more}\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\n\
         [provider.gateway]\nkind = \"kannel\"\nurl = \"http://127.0.0.1:1/cgi-bin/sendsms\"\n\
         username = \"araldo\"\npassword = \"never used\"\nfrom = \"3399000000\"\n\
         reply_secret = \"{SECRET}\"\n",
        relay.port,
    )
}

/// A node with a tutor, a client with a case, and what the client wrote about it.
struct Desk {
    relay: Postfix,
    node: Node,
    folder: TempDir,
}

impl Desk {
    async fn open(store: TestStore) -> Self {
        let relay = Postfix::start();
        let node = Node::start(store, &settings(&relay, "")).await;
        let folder = tempfile::tempdir().unwrap();
        let desk = Self {
            relay,
            node,
            folder,
        };
        desk.hires(PAOLA).await;
        desk.node.client("A", &[ANNA], json!({})).await;
        let opened = json!({ "specversion": "1.0", "id": "c-1", "source": "/crm",
            "type": "case.opened", "data": { "case": "PR-1", "client": "A", "kind": "voltura",
            "state": "received", "owner": PAOLA } });
        desk.node.event(&opened).await;
        desk.node.until_states("A", &["delivered"]).await;
        desk.writes("A che punto <b>siamo</b>?", "a-1").await;
        desk
    }

    async fn hires(&self, email: &str) {
        let running = &self.node.running;
        let person = NewUser {
            id: UserId::new(running.ids.next()),
            email,
            role: Role::Operator,
            password_hash: "",
        };
        let mut tx = running.store.write().await.unwrap();
        let now = running.clock.now();
        tx.users().add(&person, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The client's handset writes.
    async fn writes(&self, text: &str, id: &str) {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("from", ANNA), ("to", "3399000000"), ("text", text)])
            .extend_pairs([("id", id), ("charset", "UTF-8"), ("coding", "0")])
            .finish();
        let address = self.node.address();
        let url = format!("http://{address}/hooks/kannel/gateway/reply/{SECRET}?{query}");
        assert_eq!(self.node.visit(&url).await.status, 200, "{text}");
    }

    /// The mails that the tutor got, once there are so many.
    async fn mails(&self, count: usize) -> Vec<String> {
        until(async || {
            let mailbox = self.relay.mailbox("inbox.example");
            let mails: Vec<String> = format!("\n{mailbox}")
                .split("\nFrom ")
                .skip(1)
                .map(str::to_owned)
                .collect();
            let whole = mails.iter().all(|mail| mail.trim_end().ends_with("--"));
            (whole && mails.len() >= count)
                .then_some(mails)
                .ok_or_else(|| format!("{count} are not there: {mailbox}"))
        })
        .await
    }

    /// What somebody sends comes by the pipe; its exit code.
    fn comes(&self, mail: &str) -> Option<i32> {
        let there = format!(
            "[store]\nurl = \"{}\"\n[email]\nreplies = \"risposte@araldo.example\"\n",
            place(&self.node)
        );
        receive(self.folder.path(), &there, mail)
    }

    async fn conversation(&self) -> Value {
        let list = self.node.get("/v1/conversations").await.body;
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        self.node.get(&format!("/v1/conversations/{id}")).await.body
    }

    async fn until_text(&self, words: &str) {
        until(async || {
            let texts = self.node.texts(ANNA);
            let found = texts.iter().any(|text| text.contains(words));
            found.then_some(()).ok_or(format!("{texts:?}"))
        })
        .await;
    }

    async fn stop(self) {
        self.node.sums_close().await;
        self.node.stop().await;
    }
}

/// Where a mail is answered to.
fn reply_to(mail: &str) -> String {
    let line = mail
        .lines()
        .find_map(|line| line.strip_prefix("Reply-To: "));
    line.expect(mail).trim().to_owned()
}

/// A person's answer. `name`: what the mail is called.
fn answer(from: &str, to: &str, name: &str, text: &str) -> String {
    format!(
        "Delivered-To: {to}\r\nFrom: Paola <{from}>\r\nTo: {to}\r\nSubject: Re: Maria Rossi ha scritto\r\n\
         Message-ID: <{name}@posta.example>\r\nDate: Sun, 22 Nov 2026 09:59:50 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

const DOMANI: &str = "Domani alle 9 viene il tecnico.\r\n\r\nIl 22 novembre 2026 Araldo <avvisi@town.example> \
    ha scritto:\r\n> A che punto siamo?\r\n-- \r\nPaola\r\n";

async fn the_tutor_answers_by_mail_and_the_client_gets_an_sms(store: TestStore) {
    let desk = Desk::open(store).await;
    let mails = desk.mails(1).await;
    let mail = &mails[0];
    for said in [
        "Delivered-To: paola@inbox.example",
        "PR-1",
        "/console/inbox/",
        "Maria Rossi",
    ] {
        assert!(mail.contains(said), "{said} is missing in {mail}");
    }
    assert!(
        mail.contains("&lt;b&gt;siamo"),
        "a client's words run nowhere: {mail}"
    );
    let to = reply_to(mail);
    assert!(to.starts_with("risposte+") && to.len() > 40, "{to}");
    // More within ten minutes waits for the next mail.
    desk.writes("Pronto?", "a-2").await;
    let written = answer(PAOLA, &to, "r-1", DOMANI);
    assert_eq!(desk.comes(&written), Some(0));
    desk.until_text("Domani alle 9 viene il tecnico.").await;
    assert_eq!(desk.comes(&written), Some(0), "again is no fault");
    desk.node.until_states("A", &["delivered"; 2]).await;
    assert_eq!(desk.node.eye.number(ANSWERS).await, 1, "once");
    let found = desk.conversation().await;
    let line = &found["lines"][2];
    assert_eq!(
        (
            &line["way"],
            &line["text"],
            &line["author"],
            &line["by_mail"]
        ),
        (
            &json!("out"),
            &json!("Domani alle 9 viene il tecnico."),
            &json!(PAOLA),
            &json!(true)
        )
    );
    assert!(found["lines"][0]["answered_at"].is_string());
    assert_eq!(
        found["lines"][1]["answered_at"],
        Value::Null,
        "the tutor has not seen it"
    );
    assert!(found["waiting_since"].is_string());
    let deed = "SELECT actor || ' ' || detail FROM audit WHERE action = 'conversation.answered'";
    let deeds = desk.node.eye.texts(deed).await;
    assert_eq!(deeds, ["paola@inbox.example by mail"]);
    assert_eq!(
        desk.mails(1).await.len(),
        1,
        "nothing is to be said to the tutor"
    );
    // A second thought is an answer of its own.
    let second = answer(PAOLA, &to, "r-2", "Anzi, alle 10.");
    assert_eq!(desk.comes(&second), Some(0));
    desk.until_text("Anzi, alle 10.").await;
    // None of what came is counted among the mails that nobody can place.
    let metrics = desk.node.get("/metrics").await.text;
    assert!(
        !metrics.contains("araldo_mails_unmatched{class=\"reply\"} "),
        "{metrics}"
    );
    desk.stop().await;
}

async fn what_is_no_answer_of_the_tutor_never_reaches_the_client(store: TestStore) {
    let desk = Desk::open(store).await;
    let to = reply_to(&desk.mails(1).await[0]);
    // A token that nobody made: nobody would read it here.
    let at = to.find('@').unwrap() - 5;
    let other = if to[at..].starts_with('a') { "b" } else { "a" };
    let forged = format!("{}{other}{}", &to[..at], &to[at + 1..]);
    assert_eq!(desk.comes(&answer(PAOLA, &forged, "n-1", DOMANI)), Some(67));
    // A program of the tutor's, and a mail server.
    let away = answer(PAOLA, &to, "n-2", "Sono in ferie.").replace(
        "Subject: Re:",
        "Auto-Submitted: auto-replied\r\nSubject: Assente Re:",
    );
    assert_eq!(desk.comes(&away), Some(0));
    let bounce = report(&to, &Report::broken("n-3", PAOLA, "araldo-t1@town.example"));
    assert_eq!(desk.comes(&bounce), Some(0));
    assert_eq!(desk.mails(1).await.len(), 1, "a program is not answered");
    // The right token in the wrong hands: whom it was made for hears of it.
    desk.hires("luca@inbox.example").await;
    for (name, from) in [
        ("n-4", "intruso@altrove.example"),
        ("n-5", "luca@inbox.example"),
    ] {
        assert_eq!(desk.comes(&answer(from, &to, name, DOMANI)), Some(0));
    }
    let mails = desk.mails(3).await;
    for mail in &mails[1..] {
        assert!(
            mail.contains(NOT_SENT) && mail.contains("da un altro indirizzo"),
            "{mail}"
        );
        assert!(mail.contains("Delivered-To: paola@inbox.example"), "{mail}");
    }
    // What cannot be sent whole is not sent at all.
    let file = answer(
        PAOLA,
        &to,
        "n-6",
        "--b1\r\nContent-Type: text/plain\r\n\r\nEcco.\r\n--b1\r\n\
        Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b1--",
    )
    .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=b1");
    assert_eq!(desk.comes(&file), Some(0));
    let long = answer(PAOLA, &to, "n-7", &"parola ".repeat(15_000));
    assert_eq!(desk.comes(&long), Some(0));
    let empty = answer(PAOLA, &to, "n-8", "> A che punto siamo?");
    assert_eq!(desk.comes(&empty), Some(0));
    let mails = desk.mails(6).await;
    for reason in [
        "ha un allegato",
        "600 caratteri. Accorciarla",
        "sopra il testo citato",
    ] {
        let told = mails[3..]
            .iter()
            .filter(|mail| in_one_line(mail).contains(reason));
        assert_eq!(told.count(), 1, "{reason} in {mails:?}");
    }
    assert_eq!(desk.node.eye.number(ANSWERS).await, 0);
    assert_eq!(desk.node.states("A").await.len(), 1, "nothing was planned");
    desk.stop().await;
}

/// The mail's text without the ends of lines that its encoding adds.
fn in_one_line(mail: &str) -> String {
    mail.replace("=\r\n", "")
        .replace("=\n", "")
        .replace('\n', " ")
}

async fn an_answer_that_comes_second_waits_for_a_second_word(store: TestStore) {
    let desk = Desk::open(store).await;
    let to = reply_to(&desk.mails(1).await[0]);
    let id = desk.conversation().await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{id}");
    let first = json!({ "action": "answer", "text": "Viene lunedì." });
    assert_eq!(desk.node.post(&path, &first).await.status, 200);
    desk.until_text("Viene lunedì.").await;
    assert_eq!(desk.comes(&answer(PAOLA, &to, "s-1", DOMANI)), Some(0));
    let mails = desk.mails(2).await;
    let told = in_one_line(&mails[1]);
    assert!(
        told.contains(NOT_SENT) && told.contains("ha risposto"),
        "{told}"
    );
    assert_eq!(desk.node.eye.number(ANSWERS).await, 1);
    // Whoever answers that knows what was answered. Closed meanwhile, it is sent, and open again.
    let close = json!({ "action": "close", "reason": "fatto" });
    assert_eq!(desk.node.post(&path, &close).await.body["state"], "closed");
    let to = reply_to(&mails[1]);
    assert_eq!(desk.comes(&answer(PAOLA, &to, "s-2", DOMANI)), Some(0));
    desk.until_text("Domani alle 9 viene il tecnico.").await;
    assert_eq!(desk.node.get(&path).await.body["state"], "open");
    let mails = desk.mails(3).await;
    assert!(
        mails[2].contains("Subject: Risposta inviata"),
        "{}",
        mails[2]
    );
    assert!(
        in_one_line(&mails[2]).contains("era stata chiusa (fatto)"),
        "{}",
        mails[2]
    );
    desk.stop().await;
}

async fn mails_of_people_nobody_knows_reach_the_inbox_where_it_is_wanted(store: TestStore) {
    let desk = Desk::open(store).await;
    let stranger = |name: &str| {
        answer(
            "nessuno@altrove.example",
            "risposte@araldo.example",
            name,
            "Chi siete?",
        )
    };
    assert_eq!(desk.comes(&stranger("u-1")), Some(67));
    let there = format!(
        "[store]\nurl = \"{}\"\n[dialogue]\nunknown_mail = true\n",
        place(&desk.node)
    );
    for _ in 0..2 {
        assert_eq!(
            receive(desk.folder.path(), &there, &stranger("u-2")),
            Some(0)
        );
    }
    let waiting = "SELECT CAST(count(*) AS BIGINT) FROM conversation \
                   WHERE address = 'nessuno@altrove.example' AND lines = 1";
    assert_eq!(desk.node.eye.number(waiting).await, 1);
    desk.stop().await;
}
