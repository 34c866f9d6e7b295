//! Brevo and Postmark prove themselves by a name and a password, and Brevo names its mails itself: what it
//! tells may come before the answer to its own request.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{ANNA, EVENTS, RECEIPTS, node, post, seconds, tell, told};
use crate::providers::service::{Service, say};
use crate::support::TestStore;
use crate::support::mailboxes::Mailboxes;

on_both_databases!(
    an_event_that_overtakes_its_answer_is_asked_for_again,
    postmark_is_believed_with_its_password_only,
);

const PASSWORD: &str = "0123456789abcdef0123";
const NAME: &str = "202611221000.1@smtp-relay.mailin.fr";

fn basic(password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("araldo:{password}")))
}

fn brevo(word: &str, name: &str, at: i64) -> Value {
    json!({ "event": word, "email": ANNA, "message-id": format!("<{name}>"),
        "ts_epoch": at * 1_000, "reason": "550 5.1.1 user unknown" })
}

async fn an_event_that_overtakes_its_answer_is_asked_for_again(store: TestStore) {
    let service = Service::open(|_| {
        say(
            201,
            &json!({ "messageId": format!("<{NAME}>") }).to_string(),
        )
    });
    let service = service.await;
    let provider = format!(
        "[provider.carrier]\nkind = \"brevo\"\nkey = \"k\"\nfrom = \"avvisi@example.it\"\n\
         base_url = \"{}\"\nwebhook = {{ username = \"araldo\", password = \"{PASSWORD}\" }}\n",
        service.url
    );
    let node = node(store, &provider).await;
    let right = basic(PASSWORD);
    let login = [("authorization", right.as_str())];
    let early = brevo("delivered", NAME, seconds()).to_string();
    assert_eq!(post(&node, &login, early.clone()).await, 503);
    let old = brevo("delivered", "nobodys@x", seconds() - 600).to_string();
    assert_eq!(post(&node, &login, old).await, 200, "it is nobody's");
    assert_eq!(node.eye.number(EVENTS).await, 0);
    tell(&node).await;
    // A list, of which one is unknown and young: the other is kept all the same.
    let list = json!([
        brevo("delivered", NAME, seconds()),
        brevo("unique_opened", NAME, seconds()),
        brevo("delivered", "other@x", seconds()),
    ]);
    assert_eq!(post(&node, &login, list.to_string()).await, 503);
    node.until_states("A", &["delivered"]).await;
    assert_eq!(post(&node, &login, early).await, 200, "brought again");
    assert_eq!(node.eye.number(RECEIPTS).await, 1);
    node.sums_close().await;
}

async fn postmark_is_believed_with_its_password_only(store: TestStore) {
    let mailboxes = Mailboxes::open(0);
    let provider = format!(
        "[provider.carrier]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         from = \"avvisi@example.it\"\n\
         webhook = {{ kind = \"postmark\", username = \"araldo\", password = \"{PASSWORD}\" }}\n",
        mailboxes.port
    );
    let (node, reference) = told(store, &provider).await;
    let at = SystemClock.now().to_string();
    let bounce = json!({ "RecordType": "Bounce", "ID": 42, "Type": "HardBounce",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Email": ANNA, "BouncedAt": at,
        "Details": "smtp;550 5.1.1 The email account does not exist.",
        "Metadata": { "araldo": reference } })
    .to_string();
    let wrong = basic("0123456789abcdef0124");
    let forged = [("authorization", wrong.as_str())];
    assert_eq!(post(&node, &forged, bounce.clone()).await, 404);
    assert_eq!(post(&node, &[], bounce.clone()).await, 404);
    assert_eq!(node.eye.number(EVENTS).await, 0);
    let right = basic(PASSWORD);
    let login = [("authorization", right.as_str())];
    assert_eq!(
        post(&node, &login, "{").await,
        400,
        "it is Postmark's, and no document"
    );
    for _ in 0..2 {
        assert_eq!(post(&node, &login, bounce.clone()).await, 200);
    }
    node.until_states("A", &["undelivered"]).await;
    assert_eq!(node.eye.number(RECEIPTS).await, 1);
    node.eye.until(super::BARRED, 1).await;
    node.sums_close().await;
}
