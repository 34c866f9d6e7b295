//! "Is it back for you?": it is open again for those who say no, and for nobody else.

use araldo::domain::Clock as _;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use serde_json::json;

use super::{Life, TOWN};
use crate::support::TestStore;

on_both_databases!(
    those_who_say_no_are_told_that_they_were_heard_and_nobody_else_is,
    an_answer_can_be_changed_and_goes_with_its_client,
    one_link_makes_one_event_however_often_its_answer_changes,
    whoever_says_no_of_a_part_joins_the_next_part_of_the_first,
);

/// The message of `A`, of `B`, of `E` about the event that asked them.
const ASKED: [&str; 3] = [
    "SELECT CAST(max(m.id) AS BIGINT) FROM message m JOIN client c ON c.id = m.client_id \
     WHERE c.ref = 'A'",
    "SELECT CAST(max(m.id) AS BIGINT) FROM message m JOIN client c ON c.id = m.client_id \
     WHERE c.ref = 'B'",
    "SELECT CAST(max(m.id) AS BIGINT) FROM message m JOIN client c ON c.id = m.client_id \
     WHERE c.ref = 'E'",
];
const ANSWERS: &str = "SELECT CAST(count(*) AS BIGINT) FROM incident_answer";
const MADE: &str = "SELECT e.event_id || ' ' || e.type FROM event e \
    WHERE e.source = '/v1/answers' ORDER BY e.id";

impl Life {
    /// An outage that came and went; its clients are asked whether it is back.
    async fn asked(store: TestStore) -> (Self, [i64; 3]) {
        let life = Self::on(store).await;
        life.client("E", "+390000000405", TOWN).await;
        life.opened("1").await;
        life.say("2", "incident.resolved", json!({})).await;
        life.say("3", "incident.confirm", json!({})).await;
        let told = ["A queued", "B queued", "D suppressed", "E queued"];
        assert_eq!(life.told("3").await, told);
        let mut messages = [0; 3];
        for (message, sql) in messages.iter_mut().zip(ASKED) {
            *message = life.eye.number(sql).await;
        }
        (life, messages)
    }

    /// The events that answers made, the oldest first.
    async fn reopenings(&self) -> Vec<String> {
        let rows = self.eye.texts(MADE).await;
        let id = |row: &String| row.split(' ').next().unwrap().to_owned();
        rows.iter().map(id).collect()
    }
}

async fn those_who_say_no_are_told_that_they_were_heard_and_nobody_else_is(store: TestStore) {
    let (life, [a, b, e]) = Life::asked(store).await;
    let page = life.page(a).await;
    assert!(page.contains("Da Lei è tornato tutto?"), "{page}");
    assert!(life.answers(e, "yes").await.ends_with("?done=back"));
    assert!(life.reopenings().await.is_empty());
    assert!(life.answers(a, "no").await.ends_with("?done=still-out"));
    assert!(life.answers(b, "no").await.ends_with("?done=still-out"));
    assert!(
        life.answers(b, "no").await.ends_with("?done=still-out"),
        "again"
    );
    let made = life.reopenings().await;
    assert_eq!(made.len(), 2, "one for each who said no");
    assert_eq!(life.told(&made[0]).await, ["A queued"]);
    assert_eq!(
        life.told(&made[1]).await,
        ["B queued"],
        "and A keeps its own"
    );
    let templates: Vec<_> = life.templates(&made[0]).await.into_iter().collect();
    assert_eq!(templates, ["incident-reopened"]);

    let mut tx = life.store.read().await.unwrap();
    let part = tx.incidents().get("G-77/still-1").await.unwrap().incident;
    assert_eq!(part.parent.as_deref(), Some("G-77"));
    assert!(part.area.is_empty());
    let first = tx.incidents().get("G-77").await.unwrap();
    assert!(first.incident.closed_at.is_some(), "over for the others");
    let count = tx.incidents().back_count(first.id).await.unwrap();
    assert_eq!((count.back, count.still_out), (1, 2));
    let mut incidents = tx.incidents();
    let worries = incidents.worries(life.clock.now(), 9).await.unwrap();
    let named: Vec<_> = worries
        .iter()
        .map(|worry| (worry.reference.as_str(), worry.still_out))
        .collect();
    assert_eq!(named, [("G-77/still-1", 2)]);
    drop(tx);

    let over = json!({});
    life.say_of("G-77/still-1", "9", "incident.resolved", over)
        .await;
    assert_eq!(life.told("9").await, ["A queued", "B queued"]);
}

async fn an_answer_can_be_changed_and_goes_with_its_client(store: TestStore) {
    let (life, [a, b, _]) = Life::asked(store).await;
    life.answers(a, "no").await;
    life.answers(b, "no").await;
    life.answers(b, "yes").await;
    life.answers(b, "perhaps").await;
    let over = json!({});
    life.say_of("G-77/still-1", "9", "incident.resolved", over)
        .await;
    assert_eq!(life.told("9").await, ["A queued"], "B has it back");
    assert_eq!(life.eye.number(ANSWERS).await, 2);
    let erasing = Erasing {
        now: life.clock.now(),
        ids: &*life.web.ids,
        actor: "test",
        fresh_pepper: "0123456789abcdef0123456789abcdef",
        horizon: ReceiptHorizon::default(),
    };
    let erased = life.store.erase_client("A", &erasing).await.unwrap();
    assert!(erased.is_some());
    assert_eq!(life.eye.number(ANSWERS).await, 1);
}

async fn one_link_makes_one_event_however_often_its_answer_changes(store: TestStore) {
    let (life, [a, b, _]) = Life::asked(store).await;
    for round in 0..30 {
        let done = life.answers(a, "no").await;
        let again = life.answers(a, "no").await;
        assert_eq!(done, again, "round {round}");
        life.answers(a, "yes").await;
    }
    assert_eq!(life.reopenings().await.len(), 1);
    let last = life.answers(a, "yes").await;
    assert!(last.ends_with("?done=changed"), "{last}");
    // The first answer, and twenty changes.
    let changes = "SELECT CAST(sum(changes) AS BIGINT) FROM incident_answer";
    assert_eq!(life.eye.number(changes).await, 20);
    assert!(life.answers(b, "no").await.ends_with("?done=still-out"));
    assert_eq!(life.reopenings().await.len(), 2, "another client");
}

async fn whoever_says_no_of_a_part_joins_the_next_part_of_the_first(store: TestStore) {
    let (life, [a, ..]) = Life::asked(store).await;
    life.answers(a, "no").await;
    let over = json!({});
    life.say_of("G-77/still-1", "9", "incident.resolved", over)
        .await;
    let restored = life.eye.number(ASKED[0]).await;
    assert_ne!(restored, a);
    life.answers(restored, "no").await;
    let mut tx = life.store.read().await.unwrap();
    let part = tx.incidents().get("G-77/still-2").await.unwrap().incident;
    assert_eq!(part.parent.as_deref(), Some("G-77"));
    drop(tx);
    let made = life.reopenings().await;
    assert_eq!(life.told(&made[1]).await, ["A queued"]);
}
