//! What is said of one case: once, in working days, never of what has moved, and not of what was late
//! before anybody looked.

use serde_json::json;

use super::office::Office;
use crate::support::TestStore;

on_both_databases!(
    a_case_is_spoken_of_before_its_time_on_the_day_after_and_again,
    what_waits_is_taken_back_when_the_case_moves_though_no_rule_listens,
    what_was_said_of_a_case_that_moved_before_it_was_planned_is_told_to_nobody,
    what_stood_late_when_the_source_was_new_tells_nobody,
    a_clock_that_was_down_for_days_says_the_newest_threshold_once,
    a_case_counts_from_when_it_came_in_however_late_it_is_planned,
    a_clock_that_jumps_back_says_nothing_twice,
    a_client_who_hears_nothing_is_told_so_and_again_ten_working_days_later,
    a_new_note_leaves_the_clock_running_and_a_new_deadline_begins_anew,
    a_case_that_is_reopened_in_its_state_begins_anew,
    a_case_in_its_last_state_is_closed_and_the_clock_is_silent,
);

/// State and rule of every message, with its client.
const MESSAGES: &str = "SELECT c.ref || ' ' || p.rule || ' ' || m.state FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN client c ON c.id = m.client_id ORDER BY m.id";
const WAITING: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE m.state IN ('held', 'queued') AND p.rule LIKE 'case-stalled%'";
const CHANGED: &str = "SELECT state || ' ' || changed_at FROM case_file";
const DETAIL: &str =
    "SELECT coalesce(detail, '') FROM event WHERE source = '/v1/clock' ORDER BY id";
/// A Tuesday.
const BEGIN: &str = "2026-12-01T10:00:00Z";

async fn office(store: TestStore) -> Office {
    let office = Office::open(store, BEGIN, 1).await;
    office.client("TUTOR", "+390000000501", json!({})).await;
    let more = json!({ "partner": "TUTOR" });
    office.client("C-1", "+390000000502", more).await;
    office
}

async fn a_case_is_spoken_of_before_its_time_on_the_day_after_and_again(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    office.look().await;
    let before = office.eye.texts(CHANGED).await;
    for (time, count) in [
        ("2026-12-07T06:59:00Z", 0),
        ("2026-12-07T07:00:00Z", 1),
        ("2026-12-08T09:00:00Z", 1),
        ("2026-12-10T06:59:00Z", 1),
        ("2026-12-10T07:00:00Z", 2),
        ("2026-12-13T07:00:00Z", 2),
        ("2026-12-17T07:00:01Z", 3),
        ("2026-12-24T07:00:02Z", 4),
        ("2027-01-05T07:00:00Z", 4),
    ] {
        office.set(time);
        office.look().await;
        office.look().await;
        let said = office.said_in_short().await;
        let stalls = said.iter().filter(|said| !said.starts_with("case.silent"));
        assert_eq!(stalls.count(), count, "{time}: {said:?}");
    }
    let expected = [
        "case.due_soon PR-1 0",
        "case.stalled PR-1 1",
        "case.stalled PR-1 2",
        "case.stalled PR-1 3",
    ];
    assert_eq!(office.said_in_short().await[..4], expected);
    // It is no news of the case.
    assert_eq!(office.eye.texts(CHANGED).await, before);
    let said = office.said().await;
    assert_eq!(said[1].1["next_check"], "2026-12-17");
    assert_eq!(said[1].1["owner"], "distributore");
    assert_eq!(said[3].1.get("next_check"), None);
    let messages = office.eye.texts(MESSAGES).await;
    let lines = |start: &str| {
        let found = messages.iter().filter(|line| line.starts_with(start));
        found.count()
    };
    // Nothing is sent here: the next word takes the place of the one that has not left.
    assert_eq!(lines("TUTOR case-stalled-tutor "), 4, "{messages:?}");
    assert_eq!(lines("TUTOR case-stalled-tutor queued"), 2, "{messages:?}");
    assert_eq!(lines("C-1 case-stalled "), 3, "{messages:?}");
    assert_eq!(lines("C-1 case-stalled queued"), 1, "{messages:?}");
}

async fn what_waits_is_taken_back_when_the_case_moves_though_no_rule_listens(store: TestStore) {
    let mut office = office(store).await;
    let quiet = json!({ "quiet_hours": { "from": "20:00", "to": "12:00" } });
    for number in 2..=4 {
        let phone = format!("+39000000051{number}");
        office
            .client(&format!("C-{number}"), &phone, quiet.clone())
            .await;
        let case = format!("PR-{number}");
        office
            .say("case.opened", &case, "waiting_distributor", json!({}))
            .await;
    }
    office.set("2026-12-10T07:00:00Z");
    office.look().await;
    assert_eq!(office.eye.number(WAITING).await, 3);
    office.set("2026-12-10T08:00:00Z");
    office
        .say("case.state_changed", "PR-2", "internal_review", json!({}))
        .await;
    assert_eq!(office.eye.number(WAITING).await, 2);
    office.say("case.closed", "PR-3", "done", json!({})).await;
    assert_eq!(office.eye.number(WAITING).await, 1);
    // A remark moves nothing.
    let note = json!({ "note": "sollecitato" });
    office
        .say("case.state_changed", "PR-4", "waiting_distributor", note)
        .await;
    assert_eq!(office.eye.number(WAITING).await, 1);
    office.set("2027-01-15T09:00:00Z");
    office.look().await;
    let said = office.said_in_short().await;
    assert!(
        !said.contains(&"case.stalled PR-3 2".to_owned()),
        "{said:?}"
    );
}

async fn what_was_said_of_a_case_that_moved_before_it_was_planned_is_told_to_nobody(
    store: TestStore,
) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    office.set("2026-12-10T07:00:00Z");
    office.look_only().await;
    office
        .eye
        .execute("UPDATE case_file SET state = 'done'")
        .await;
    office.plan().await;
    assert_eq!(office.eye.number(WAITING).await, 0);
    let why = office.eye.texts(DETAIL).await;
    assert_eq!(why, ["told nobody: the case has moved since"]);
}

async fn what_stood_late_when_the_source_was_new_tells_nobody(store: TestStore) {
    let mut office = office(store).await;
    office
        .stands("PR-1", "waiting_distributor", "2026-03-02T10:00:00Z")
        .await;
    office
        .stands("PR-2", "waiting_distributor", "2026-11-23T10:00:00Z")
        .await;
    for time in ["2026-12-01T10:00:01Z", "2026-12-07T07:00:00Z"] {
        office.set(time);
        office.look().await;
    }
    // The first is beyond its last threshold; of the second the next one comes in its time.
    assert!(office.said().await.is_empty());
    office.set("2027-02-01T09:00:00Z");
    office.look().await;
    let said = office.said_in_short().await;
    assert_eq!(said, ["case.stalled PR-2 3"]);
}

async fn a_clock_that_was_down_for_days_says_the_newest_threshold_once(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    // It stood there for eight days when its source was new, and was late already.
    office
        .stands("PR-2", "waiting_distributor", "2026-11-23T10:00:00Z")
        .await;
    // The first look at either of them; several thresholds of each have passed since.
    office.set("2026-12-18T09:00:00Z");
    office.look().await;
    let mut said = office.said_in_short().await;
    said.sort();
    assert_eq!(said, ["case.stalled PR-1 2", "case.stalled PR-2 3"]);
    office.look().await;
    assert_eq!(office.said_in_short().await.len(), 2, "once");
    let messages = office.eye.texts(MESSAGES).await;
    let to_client = |line: &&String| line.starts_with("C-1 case-stalled ");
    assert_eq!(messages.iter().filter(to_client).count(), 1, "{messages:?}");
    office.set("2026-12-24T07:00:01Z");
    office.look().await;
    assert_eq!(office.said_in_short().await[2..], ["case.stalled PR-1 3"]);
}

async fn a_case_counts_from_when_it_came_in_however_late_it_is_planned(store: TestStore) {
    let mut office = office(store).await;
    office
        .tell(
            "case.opened",
            "PR-1",
            "waiting_distributor",
            json!({}),
            false,
        )
        .await;
    office.set("2026-12-10T09:00:00Z");
    office.plan().await;
    office.look().await;
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
}

async fn a_clock_that_jumps_back_says_nothing_twice(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    for time in [
        "2026-12-10T07:00:00Z",
        "2026-12-02T07:00:00Z",
        "2026-12-10T07:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-12-11T07:00:00Z",
    ] {
        office.set(time);
        office.look().await;
    }
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
    // Somebody has everything thought of again.
    office
        .eye
        .execute("UPDATE case_file SET clock_at = 0, clock_step = 0, seen_at = state_since")
        .await;
    office.look().await;
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
}

async fn a_client_who_hears_nothing_is_told_so_and_again_ten_working_days_later(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "appointment_unknown", json!({}))
        .await;
    for time in [
        "2026-12-16T06:00:00Z",
        "2026-12-16T07:00:00Z",
        "2026-12-16T07:00:01Z",
        "2026-12-30T09:00:00Z",
        "2026-12-31T07:00:00Z",
    ] {
        office.set(time);
        office.look().await;
    }
    let silent = ["case.silent PR-1 0", "case.silent PR-1 0"];
    assert_eq!(office.said_in_short().await, silent);
    let messages = office.eye.texts(MESSAGES).await;
    let waits = messages
        .iter()
        .filter(|line| line.starts_with("C-1 case-silent"));
    assert_eq!(waits.count(), 2, "{messages:?}");
}

async fn a_new_note_leaves_the_clock_running_and_a_new_deadline_begins_anew(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    office.set("2026-12-04T10:00:00Z");
    let note = json!({ "note": "sollecitato" });
    office
        .say("case.state_changed", "PR-1", "waiting_distributor", note)
        .await;
    office.set("2026-12-10T07:00:00Z");
    office.look().await;
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
    let said = office.said().await;
    assert_eq!(said[0].1["since"], "2026-12-01T10:00:00.000Z");
    let promise = json!({ "expected_by": "2026-12-15" });
    office
        .say("case.state_changed", "PR-1", "waiting_distributor", promise)
        .await;
    for time in [
        "2026-12-14T07:00:00Z",
        "2026-12-15T09:00:00Z",
        "2026-12-16T07:00:00Z",
    ] {
        office.set(time);
        office.look().await;
    }
    let expected = [
        "case.stalled PR-1 1",
        "case.due_soon PR-1 0",
        "case.stalled PR-1 1",
    ];
    assert_eq!(office.said_in_short().await, expected);
}

async fn a_case_that_is_reopened_in_its_state_begins_anew(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    office.set("2026-12-03T10:00:00Z");
    office
        .say("case.closed", "PR-1", "refused", json!({}))
        .await;
    office.set("2026-12-10T07:00:00Z");
    office.look().await;
    assert!(office.said().await.is_empty());
    office
        .say(
            "case.state_changed",
            "PR-1",
            "waiting_distributor",
            json!({}),
        )
        .await;
    office.set("2026-12-18T07:00:00Z");
    office.look().await;
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
}

async fn a_case_in_its_last_state_is_closed_and_the_clock_is_silent(store: TestStore) {
    let mut office = office(store).await;
    office
        .say("case.opened", "PR-1", "waiting_distributor", json!({}))
        .await;
    // Its system promises a day and posts states alone.
    let moved = "case.state_changed";
    let promise = json!({ "expected_by": "2026-12-04" });
    office.set("2026-12-02T10:00:00Z");
    office.say(moved, "PR-1", "done", promise.clone()).await;
    let closed = "SELECT coalesce(CAST(closed_at AS TEXT), 'open') FROM case_file";
    assert_eq!(office.eye.texts(closed).await, ["1796205600000000"]);
    // A remark leaves the time of its end.
    office.set("2026-12-03T10:00:00Z");
    office.say(moved, "PR-1", "done", promise).await;
    assert_eq!(office.eye.texts(closed).await, ["1796205600000000"]);
    office.set("2027-01-15T09:00:00Z");
    office.look().await;
    assert!(office.said().await.is_empty(), "{:?}", office.said().await);
    let state = "waiting_distributor";
    office.say(moved, "PR-1", state, json!({})).await;
    assert_eq!(office.eye.texts(closed).await, ["open"]);
    office.set("2027-01-26T09:00:00Z");
    office.look().await;
    assert_eq!(office.said_in_short().await, ["case.stalled PR-1 1"]);
}
