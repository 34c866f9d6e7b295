//! What clients report of a body reaches it with others in one mail, is confirmed on its page or called to
//! mind once, and is told to each client once, however many nodes run.

use araldo::domain::ClientId;
use araldo::domain::forwarding::ProblemKind;
use araldo::domain::token::Purpose;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use araldo::store::people::forwardings::NewProblem;
use axum::http::{Method, StatusCode};
use serde_json::json;

use super::office::Office;
use crate::support::TestStore;

on_both_databases!(
    problems_go_together_within_the_hour_and_are_called_to_mind_once,
    ten_wait_for_nobody_and_a_body_confirms_its_list,
    what_an_erased_client_reported_is_taken_out_of_what_was_planned,
);

const LISTS: &str = "SELECT m.state FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN client c ON c.id = m.client_id WHERE p.rule = 'body-forwarding' \
    AND c.ref = 'DISTRIBUTORE' ORDER BY m.id";
const LAST: &str = "SELECT CAST(max(m.id) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE p.rule = 'body-forwarding'";
const TOLD: &str = "SELECT c.ref FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN client c ON c.id = m.client_id WHERE p.rule = 'reply-forwarded' ORDER BY c.ref";
const WORDS: &str = "SELECT variables FROM plan WHERE rule = 'body-forwarding' ORDER BY id";
/// Nothing is sent here, so it is said that it was.
const SENT: &str = "UPDATE message SET state = 'accepted', opens = 1, opened_at = due_at, \
    accepted_at = due_at WHERE state = 'queued'";

/// An office of three nodes, on a Thursday.
async fn office(store: TestStore) -> Office {
    let office = Office::open(store, "2026-12-10T09:00:00Z", 3).await;
    let body = ("DISTRIBUTORE", "+390000000601");
    for (reference, phone) in [body, ("C-1", "+390000000681"), ("C-2", "+390000000682")] {
        office.client(reference, phone, json!({})).await;
    }
    office
}

impl Office {
    async fn client_id(&self, reference: &str) -> ClientId {
        let mut tx = self.store.read().await.unwrap();
        let found = tx.clients().lookup_id(reference).await.unwrap();
        found.unwrap()
    }

    /// Somebody marks what a client wrote in a conversation of this number.
    async fn marks(&self, client: &str, conversation: i64, words: &str) {
        let new = NewProblem {
            id: self.web.ids.next(),
            body: "distributore",
            problem: ProblemKind::Outage,
            client: Some(self.client_id(client).await),
            conversation: Some(conversation),
            message: None,
            subject: "case:PR-9",
            words,
            who: None,
            by: "operator@example.org",
            at: self.now(),
        };
        let mut tx = self.store.write().await.unwrap();
        assert!(tx.forwardings().mark(&new).await.unwrap());
        assert!(
            !tx.forwardings().mark(&new).await.unwrap(),
            "it waits already"
        );
        tx.commit().await.unwrap();
    }

    /// What the clock said of lists, as count and whether it is called to mind.
    async fn lists(&self) -> Vec<(i64, bool)> {
        let said = self.said().await.into_iter();
        let lists = said.filter(|(kind, _)| kind == "body.forwarded");
        let short = |data: serde_json::Value| {
            assert!(
                !data.to_string().contains("buio"),
                "no words in an event: {data}"
            );
            (
                data["count"].as_i64().unwrap(),
                data["chased"].as_bool().unwrap(),
            )
        };
        lists.map(|(_, data)| short(data)).collect()
    }
}

async fn problems_go_together_within_the_hour_and_are_called_to_mind_once(store: TestStore) {
    let mut office = office(store).await;
    office.marks("C-1", 1, "È buio").await;
    office.look().await;
    office.set("2026-12-10T09:40:00Z");
    office.marks("C-1", 2, "È ancora buio").await;
    office.marks("C-2", 3, "Tutto buio").await;
    office.set("2026-12-10T09:59:59Z");
    office.look().await;
    assert!(office.lists().await.is_empty());
    office.set("2026-12-10T10:00:00Z");
    office.look().await;
    office.look().await;
    assert_eq!(office.lists().await, [(3, false)]);
    assert_eq!(office.eye.texts(LISTS).await.len(), 1);
    assert_eq!(office.eye.texts(TOLD).await, ["C-1", "C-2"], "each once");
    let words = &office.eye.texts(WORDS).await[0];
    for said in ["È ancora buio", "Tutto buio", "PR-9", "guasto"] {
        assert!(words.contains(said), "{said} is missing in {words}");
    }
    for name in ["Maria Rossi", "+39000000068", "C-1"] {
        assert!(!words.contains(name), "{name} goes along in {words}");
    }
    // Friday and Monday are the two working days.
    office.set("2026-12-14T06:59:00Z");
    office.look().await;
    assert_eq!(office.lists().await.len(), 1);
    for now in ["2026-12-14T07:00:00Z", "2026-12-16T12:00:00Z"] {
        office.set(now);
        office.look().await;
        office.look().await;
        assert_eq!(office.lists().await, [(3, false), (3, true)]);
    }
    assert_eq!(
        office.eye.texts(TOLD).await.len(),
        2,
        "nobody hears of that"
    );
}

async fn ten_wait_for_nobody_and_a_body_confirms_its_list(store: TestStore) {
    let mut office = office(store).await;
    for conversation in 1..=9 {
        office.marks("C-1", conversation, "È buio").await;
    }
    office.look().await;
    assert!(office.lists().await.is_empty());
    office.marks("C-2", 10, "Manca la <b>luce</b>").await;
    office.look().await;
    assert_eq!(office.lists().await, [(10, false)]);
    office.eye.execute(SENT).await;
    let message = office.eye.number(LAST).await;
    let path = format!("/s/{}", office.web.signer.sign(Purpose::Status, &[message]));
    let (status, page) = office.page(Method::GET, &path).await;
    assert_eq!(status, StatusCode::OK);
    let shown = [
        "Segnalazioni dei clienti per distributore",
        "PR-9",
        "guasto",
        "/received",
    ];
    for said in shown
        .into_iter()
        .chain(["&#60;b&#62;luce", "Da confermare"])
    {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    let acknowledged = async |office: &Office| {
        let mut tx = office.store.read().await.unwrap();
        let list = tx.forwardings().lookup("distributore", 1).await.unwrap();
        list.unwrap().acknowledged_at
    };
    assert_eq!(
        acknowledged(&office).await,
        None,
        "to look is not to say so"
    );
    let (status, _) = office.page(Method::POST, &format!("{path}/received")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(acknowledged(&office).await, Some(office.now()));
    let (_, page) = office.page(Method::GET, &path).await;
    assert!(
        page.contains("Confermato") && !page.contains("/received"),
        "{page}"
    );
    office.set("2026-12-16T12:00:00Z");
    office.look().await;
    assert_eq!(
        office.lists().await.len(),
        1,
        "who has it is not asked again"
    );
}

async fn what_an_erased_client_reported_is_taken_out_of_what_was_planned(store: TestStore) {
    let mut office = office(store).await;
    office.marks("C-1", 1, "È buio da me").await;
    office.marks("C-2", 2, "Tutto buio").await;
    office.set("2026-12-10T10:00:00Z");
    office.look().await;
    let erasing = Erasing {
        now: office.now(),
        ids: &*office.web.ids,
        actor: "test",
        fresh_pepper: "0123456789abcdef0123456789abcdef",
        horizon: ReceiptHorizon::default(),
    };
    let erased = office.store.erase_client("C-1", &erasing).await.unwrap();
    assert!(erased.is_some());
    let words = &office.eye.texts(WORDS).await[0];
    assert!(
        !words.contains("da me") && words.contains("Tutto buio"),
        "{words}"
    );
    let mut tx = office.store.read().await.unwrap();
    let kept = tx.forwardings().of_list("distributore", 1).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|problem| problem.words).collect();
    assert_eq!(kept, [None, Some("Tutto buio".to_owned())]);
}
