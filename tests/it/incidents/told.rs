//! Who is told of a later step, and what is not worth telling.

use serde_json::json;

use super::{Life, NEXT_TOWN, TOWN};
use crate::support::TestStore;

on_both_databases!(
    small_moves_tell_nobody_until_they_add_up,
    a_correction_is_kept_and_not_told_and_told_again_is_told,
    a_quiet_end_takes_back_what_waits,
    who_came_into_the_area_is_told_and_who_left_it_is_not,
    who_did_not_hear_that_it_began_does_not_hear_that_it_ended,
    an_end_that_passed_is_told_to_those_who_were_told_and_taken_back_by_a_new_one,
    planned_works_and_delays_have_texts_of_their_own,
);

async fn small_moves_tell_nobody_until_they_add_up(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    assert_eq!(
        life.told("1").await,
        ["A queued", "B queued", "D suppressed"]
    );
    let end = |time: &str| json!({ "expected_end": format!("2026-11-22T{time}:00+01:00") });
    life.say("2", "incident.updated", end("14:15")).await;
    assert!(life.told("2").await.is_empty());
    assert_eq!(
        life.why("2").await,
        "told nobody: nothing differs enough from what its clients were last told"
    );
    life.say("3", "incident.updated", end("14:30")).await;
    assert_eq!(
        life.told("3").await,
        ["A queued", "B queued", "D suppressed"]
    );
    assert_eq!(life.told("1").await[0], "A superseded");
    // From now on 14:30 is what was told.
    life.say("4", "incident.updated", end("14:10")).await;
    assert!(life.told("4").await.is_empty());
    let mut tx = life.store.read().await.unwrap();
    let kept = tx.incidents().get("G-77").await.unwrap().incident;
    assert_eq!(
        kept.expected_end.unwrap().to_string(),
        "2026-11-22T13:10:00.000Z"
    );
}

async fn a_correction_is_kept_and_not_told_and_told_again_is_told(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    let note = json!({ "note": "Una squadra è sul posto.", "quiet": true });
    life.say("2", "incident.updated", note).await;
    assert!(life.told("2").await.is_empty());
    assert_eq!(
        life.why("2").await,
        "told nobody: it corrects what is said, and is quiet"
    );
    let mut tx = life.store.read().await.unwrap();
    let kept = tx.incidents().get("G-77").await.unwrap().incident;
    assert_eq!(kept.note.as_deref(), Some("Una squadra è sul posto."));
    drop(tx);
    life.say("3", "incident.updated", json!({ "tell_again": true }))
        .await;
    assert_eq!(
        life.told("3").await,
        ["A queued", "B queued", "D suppressed"]
    );
    life.say("4", "incident.updated", json!({})).await;
    assert!(life.told("4").await.is_empty(), "the same again");
}

async fn a_quiet_end_takes_back_what_waits(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.say("2", "incident.resolved", json!({ "quiet": true }))
        .await;
    assert!(life.told("2").await.is_empty());
    assert_eq!(
        life.told("1").await,
        ["A superseded", "B superseded", "D suppressed"]
    );
}

async fn who_came_into_the_area_is_told_and_who_left_it_is_not(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    let both = json!({ "area": { "municipalities": [TOWN, NEXT_TOWN] } });
    life.say("2", "incident.updated", both).await;
    let everybody = ["A queued", "B queued", "C queued", "D suppressed"];
    assert_eq!(life.told("2").await, everybody);
    let moved = json!({ "area": { "municipalities": [NEXT_TOWN] } });
    life.say("3", "incident.updated", moved).await;
    assert_eq!(life.told("3").await, ["C queued"]);
    life.say("4", "incident.resolved", json!({})).await;
    assert_eq!(life.told("4").await, ["C queued"]);
}

async fn who_did_not_hear_that_it_began_does_not_hear_that_it_ended(store: TestStore) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.client("E", "+390000000405", TOWN).await;
    life.say("2", "incident.resolved", json!({})).await;
    let told = life.told("2").await;
    assert_eq!(
        told,
        ["A queued", "B queued", "D suppressed"],
        "E moved in since"
    );
    life.say_of("G-78", "3", "incident.resolved", json!({}))
        .await;
    assert!(
        life.told("3").await.is_empty(),
        "of an incident nobody knows"
    );
    assert_eq!(
        life.why("3").await,
        "nobody in its area had been told of it"
    );
}

async fn an_end_that_passed_is_told_to_those_who_were_told_and_taken_back_by_a_new_one(
    store: TestStore,
) {
    let life = Life::on(store).await;
    life.opened("1").await;
    life.client("E", "+390000000405", TOWN).await;
    let passed = json!({ "expected_end": "2026-11-22T14:00:00+01:00" });
    life.say("2", "incident.overdue", passed.clone()).await;
    let told = ["A queued", "B queued", "D suppressed"];
    assert_eq!(life.told("2").await, told);
    assert_eq!(
        life.templates("2").await.into_iter().collect::<Vec<_>>(),
        ["incident-overdue"]
    );
    let later = json!({ "expected_end": "2026-11-22T16:00:00+01:00" });
    life.say("3", "incident.updated", later).await;
    assert_eq!(life.told("2").await[0], "A superseded");
    let everybody = ["A queued", "B queued", "D suppressed", "E queued"];
    assert_eq!(life.told("3").await, everybody);
    // Made before the new end was known, planned after it.
    life.say("4", "incident.overdue", passed).await;
    assert!(life.told("4").await.is_empty());
    assert_eq!(
        life.why("4").await,
        "told nobody: it does not hold any more"
    );
    assert_eq!(life.told("3").await, everybody, "and it takes nothing back");
}

async fn planned_works_and_delays_have_texts_of_their_own(store: TestStore) {
    let life = Life::on(store).await;
    let area = json!({ "municipalities": [TOWN] });
    let works = json!({ "kind": "planned_outage", "service": "electricity", "area": area,
        "began_at": "2026-11-27T09:00:00+01:00", "expected_end": "2026-11-27T12:00:00+01:00" });
    let works_moved = json!({ "began_at": "2026-11-30T09:00:00+01:00",
        "expected_end": "2026-11-30T12:00:00+01:00" });
    let eve = json!({ "began_at": "2026-11-30T09:00:00+01:00" });
    let delay = json!({ "kind": "delay", "service": "transport", "area": area });
    let longer = json!({ "expected_end": "2026-11-22T15:00:00+01:00" });
    for (incident, id, step, data, template) in [
        ("L-1", "1", "incident.opened", works, "planned-announced"),
        ("L-1", "2", "incident.updated", works_moved, "planned-moved"),
        ("L-1", "3", "incident.reminder", eve, "planned-reminder"),
        (
            "L-1",
            "4",
            "incident.resolved",
            json!({}),
            // They have not begun.
            "incident-cancelled",
        ),
        ("R-4", "5", "incident.opened", delay, "delay-started"),
        ("R-4", "6", "incident.updated", longer, "delay-changed"),
        ("R-4", "7", "incident.resolved", json!({}), "delay-ended"),
    ] {
        life.say_of(incident, id, step, data).await;
        let templates: Vec<_> = life.templates(id).await.into_iter().collect();
        assert_eq!(templates, [template], "{step} of {incident}");
    }
}
