//! Whoever an incident does not cover any more hears that it is over, and whoever it covers again hears of
//! it again; and works that end before they begin are called off, and never "restored".

use serde_json::{Value, json};

use super::{Life, NEXT_TOWN, TOWN};
use crate::support::TestStore;

on_both_databases!(
    a_town_that_is_left_hears_that_it_is_over_there_once,
    a_town_that_comes_in_again_is_told_again,
    whoever_is_in_it_again_before_the_word_left_hears_nothing,
    whoever_was_not_told_is_not_told_that_it_is_over,
    an_end_that_names_a_smaller_area_is_told_to_all_who_were_told,
    a_page_shows_each_client_their_own_end_and_takes_a_no,
    works_that_end_before_they_begin_are_called_off,
    works_that_end_after_they_began_are_over,
);

/// The events by which some hear that it is over, the oldest first.
const LEFT: &str = "SELECT event_id FROM event WHERE type = 'incident.left' ORDER BY id";
/// The last message that each of two clients got.
const LAST_OF_A: &str = "SELECT CAST(max(m.id) AS BIGINT) FROM message m \
    JOIN client c ON c.id = m.client_id WHERE c.ref = 'A'";
const LAST_OF_C: &str = "SELECT CAST(max(m.id) AS BIGINT) FROM message m \
    JOIN client c ON c.id = m.client_id WHERE c.ref = 'C'";
const UNPLANNED: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE state = 'received'";

fn area(towns: &[&str]) -> Value {
    json!({ "area": { "municipalities": towns } })
}

impl Life {
    /// An outage of both towns of which all were told.
    async fn of_both(&self) {
        let data = json!({ "kind": "outage", "service": "electricity",
            "area": { "municipalities": [TOWN, NEXT_TOWN] },
            "expected_end": "2026-11-22T14:00:00+01:00" });
        self.say("1", "incident.opened", data).await;
        let everybody = ["A queued", "B queued", "C queued", "D suppressed"];
        assert_eq!(self.told("1").await, everybody);
        self.arrives().await;
    }

    async fn left(&self) -> Vec<String> {
        assert_eq!(self.eye.number(UNPLANNED).await, 0);
        self.eye.texts(LEFT).await
    }
}

async fn a_town_that_is_left_hears_that_it_is_over_there_once(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.say("2", "incident.updated", area(&[NEXT_TOWN])).await;
    assert_eq!(life.reasons("2").await, ["C nothing_new"]);
    let left = life.left().await;
    assert_eq!(left.len(), 1);
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(life.told(&left[0]).await, told);
    assert_eq!(life.reasons(&left[0]).await[2], "D same_address");
    let templates: Vec<_> = life.templates(&left[0]).await.into_iter().collect();
    assert_eq!(templates, ["incident-restored"]);
    let later = json!({ "expected_end": "2026-11-22T16:00:00+01:00" });
    life.say("3", "incident.updated", later).await;
    assert_eq!(life.told("3").await, ["C queued"], "out of later steps");
    assert_eq!(life.told(&left[0]).await, told, "which take nothing back");
    life.arrives().await;
    life.say("4", "incident.resolved", json!({})).await;
    assert_eq!(life.told("4").await, ["C queued"]);
    assert_eq!(life.left().await, left, "once");
}

async fn a_town_that_comes_in_again_is_told_again(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.say("2", "incident.updated", area(&[NEXT_TOWN])).await;
    life.arrives().await;
    let both = area(&[TOWN, NEXT_TOWN]);
    life.say("3", "incident.updated", both).await;
    let told = ["A queued", "B queued", "C suppressed", "D suppressed"];
    assert_eq!(life.told("3").await, told);
    assert_eq!(life.left().await.len(), 1, "nobody left");
    life.arrives().await;
    life.say("4", "incident.updated", area(&[NEXT_TOWN])).await;
    let left = life.left().await;
    assert_eq!(left.len(), 2);
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(life.told(&left[1]).await, told);
    life.arrives().await;
    life.say("5", "incident.resolved", area(&[TOWN, NEXT_TOWN]))
        .await;
    // They heard that it is over, and nothing since.
    assert_eq!(life.told("5").await, ["C queued"]);
}

async fn whoever_is_in_it_again_before_the_word_left_hears_nothing(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.say("2", "incident.updated", area(&[NEXT_TOWN])).await;
    let left = life.left().await;
    life.say("3", "incident.updated", area(&[TOWN, NEXT_TOWN]))
        .await;
    let taken_back = ["A superseded", "B superseded", "D suppressed"];
    assert_eq!(life.told(&left[0]).await, taken_back);
    assert_eq!(life.reasons("3").await[0], "A nothing_new");
    let again = life.left().await;
    assert_eq!(again.len(), 2, "somebody may still be outside");
    assert_eq!(
        life.why(&again[1]).await,
        "nobody who left its area had been told of it"
    );
}

async fn whoever_was_not_told_is_not_told_that_it_is_over(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.client("E", "+390000000405", TOWN).await;
    life.eye
        .execute(
            "UPDATE message SET state = 'suppressed', reason = 'stop', opened_at = NULL \
             WHERE client_id IN (SELECT id FROM client WHERE ref = 'B')",
        )
        .await;
    let quiet = json!({ "area": { "municipalities": [NEXT_TOWN] }, "quiet": true });
    life.say("2", "incident.updated", quiet).await;
    assert!(life.left().await.is_empty(), "a correction tells nobody");
    let cause = json!({ "cause": "guasto in una cabina" });
    life.say("3", "incident.updated", cause).await;
    assert_eq!(life.told("3").await, ["C queued"]);
    let left = life.left().await;
    assert_eq!(left.len(), 1, "with the next word that is told");
    assert_eq!(life.told(&left[0]).await, ["A queued", "D suppressed"]);
}

async fn an_end_that_names_a_smaller_area_is_told_to_all_who_were_told(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.say("2", "incident.resolved", area(&[NEXT_TOWN])).await;
    assert_eq!(life.told("2").await, ["C queued"]);
    let left = life.left().await;
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(life.told(&left[0]).await, told);
}

async fn a_page_shows_each_client_their_own_end_and_takes_a_no(store: TestStore) {
    let life = Life::on(store).await;
    life.of_both().await;
    life.say("2", "incident.updated", area(&[NEXT_TOWN])).await;
    life.arrives().await;
    let (a, c) = (
        life.eye.number(LAST_OF_A).await,
        life.eye.number(LAST_OF_C).await,
    );
    let page = life.page(a).await;
    assert!(page.contains("Risolta"), "{page}");
    assert!(page.contains("Da Lei è tornato tutto?"), "{page}");
    let page = life.page(c).await;
    assert!(page.contains("In corso"), "{page}");
    assert!(!page.contains("Da Lei è tornato tutto?"), "{page}");
    assert!(life.answers(a, "no").await.ends_with("?done=still-out"));
    let mut tx = life.store.read().await.unwrap();
    let part = tx.incidents().get("G-77/still-1").await.unwrap().incident;
    assert_eq!(part.parent.as_deref(), Some("G-77"));
    drop(tx);
    life.say("3", "incident.updated", area(&[TOWN, NEXT_TOWN]))
        .await;
    life.arrives().await;
    let page = life.page(a).await;
    assert!(page.contains("In corso"), "{page}");
}

/// Works in the town, on the 27th in the morning.
fn works() -> Value {
    json!({ "kind": "planned_outage", "service": "electricity",
        "area": { "municipalities": [TOWN, NEXT_TOWN] },
        "began_at": "2026-11-27T09:00:00+01:00", "expected_end": "2026-11-27T12:00:00+01:00" })
}

async fn works_that_end_before_they_begin_are_called_off(store: TestStore) {
    let life = Life::on(store).await;
    life.say("1", "incident.opened", works()).await;
    life.arrives().await;
    life.say("2", "incident.updated", area(&[NEXT_TOWN])).await;
    let left = life.left().await;
    let templates: Vec<_> = life.templates(&left[0]).await.into_iter().collect();
    assert_eq!(templates, ["incident-cancelled"], "nor are they restored");
    life.arrives().await;
    life.say("3", "incident.resolved", json!({})).await;
    assert_eq!(life.told("3").await, ["C queued"]);
    let templates: Vec<_> = life.templates("3").await.into_iter().collect();
    assert_eq!(templates, ["incident-cancelled"]);
    let c = life.eye.number(LAST_OF_C).await;
    let page = life.page(c).await;
    assert!(page.contains("Annullata"), "{page}");
    assert!(!page.contains("Risolta"), "{page}");
    assert!(!page.contains("Da Lei è tornato tutto?"), "{page}");
    assert!(life.answers(c, "no").await.ends_with("?done=read"));
}

async fn works_that_end_after_they_began_are_over(store: TestStore) {
    let life = Life::on(store).await;
    life.say("1", "incident.opened", works()).await;
    life.arrives().await;
    life.clock.advance(chrono::TimeDelta::days(5));
    life.say("2", "incident.resolved", json!({})).await;
    let templates: Vec<_> = life.templates("2").await.into_iter().collect();
    assert_eq!(templates, ["incident-restored"]);
    assert!(life.left().await.is_empty());
}
