//! Of a closed case its client is asked how it went: once, in time, and never where that would be out of
//! place. What is answered is in `surveys_are_answered`.

use araldo::domain::survey::{SurveyCap, SurveySettings};
use araldo::source::ClockSettings;
use chrono::TimeDelta;
use serde_json::json;

use super::crash::POINTS;
use super::office::{Office, settings};
use crate::support::TestStore;

on_both_databases!(
    a_client_is_asked_once_two_days_after_the_end_and_reminded_once,
    three_nodes_that_crash_ask_and_remind_once,
    a_case_that_was_opened_again_is_not_asked_about,
    a_question_that_waits_is_taken_back_when_the_case_goes_on,
    a_client_is_not_asked_beyond_the_cap,
    whoever_hears_nothing_else_or_waits_or_talks_is_not_asked,
    whoever_refused_such_questions_is_neither_asked_nor_reminded,
    what_was_due_long_ago_is_let_go,
    nobody_is_reminded_of_what_was_answered,
    a_case_that_its_state_closed_is_asked_about_once,
);

const MESSAGES: &str = "SELECT c.ref || ' ' || p.rule || ' ' || m.state FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN client c ON c.id = m.client_id \
    WHERE p.topic = 'surveys' ORDER BY m.id";
const SURVEYS: &str = "SELECT f.ref || ' ' || s.state || ' ' || coalesce(s.omitted, '-') FROM survey s \
    JOIN case_file f ON f.id = s.case_id ORDER BY f.ref";
/// A Tuesday.
const BEGIN: &str = "2026-12-01T10:00:00Z";

fn asking() -> ClockSettings {
    ClockSettings {
        survey: Some(SurveySettings {
            after: TimeDelta::days(2),
            reminder: Some(TimeDelta::days(5)),
            cap: SurveyCap {
                most: 1,
                within: TimeDelta::days(90),
            },
        }),
        ..settings()
    }
}

async fn office(store: TestStore, nodes: usize) -> Office {
    let office = Office::open_by(store, BEGIN, nodes, asking()).await;
    office.client("C-1", "+390000000511", json!({})).await;
    office.client("C-2", "+390000000512", json!({})).await;
    office
}

/// What the clock asked, and of which cases.
async fn asked(office: &Office) -> Vec<String> {
    let mut said = office.said_in_short().await;
    said.retain(|said| said.starts_with("case.survey"));
    said
}

async fn a_client_is_asked_once_two_days_after_the_end_and_reminded_once(store: TestStore) {
    let mut office = office(store, 1).await;
    office.say("case.closed", "PR-1", "done", json!({})).await;
    for (time, questions) in [
        ("2026-12-03T09:59:59Z", 0),
        ("2026-12-03T10:00:00Z", 1),
        ("2026-12-08T09:59:59Z", 1),
        ("2026-12-08T10:00:00Z", 2),
        ("2027-01-20T10:00:00Z", 2),
    ] {
        office.set(time);
        office.look().await;
        office.look().await;
        assert_eq!(asked(&office).await.len(), questions, "{time}");
    }
    let said = ["case.survey_due PR-1 0", "case.survey_reminder PR-1 0"];
    assert_eq!(asked(&office).await, said);
    let told = ["C-1 survey queued", "C-1 survey-reminder queued"];
    assert_eq!(office.eye.texts(MESSAGES).await, told);
    assert_eq!(office.eye.texts(SURVEYS).await, ["PR-1 asked -"]);
    let kept = "SELECT CAST(count(*) AS BIGINT) FROM survey WHERE kind = 'voltura'
        AND client_id = (SELECT id FROM client WHERE ref = 'C-1') AND day IS NOT NULL
        AND reminded_at IS NOT NULL AND unanswered_since IS NULL";
    assert_eq!(office.eye.number(kept).await, 1);
    // It is no news of the case.
    let state = "SELECT state || ' ' || CAST(changed_at AS TEXT) FROM case_file";
    let closed = "done 1796119200000000";
    assert_eq!(office.eye.texts(state).await, [closed]);
}

async fn three_nodes_that_crash_ask_and_remind_once(store: TestStore) {
    let mut office = office(store, 3).await;
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.say("case.closed", "PR-2", "done", json!({})).await;
    for time in ["2026-12-03T10:00:01Z", "2026-12-08T10:00:02Z"] {
        office.set(time);
        for point in POINTS {
            assert!(office.look_and_die(point).await, "{time} {point}");
        }
        office.look().await;
        office.look().await;
    }
    let mut said = asked(&office).await;
    said.sort();
    let expected = [
        "case.survey_due PR-1 0",
        "case.survey_due PR-2 0",
        "case.survey_reminder PR-1 0",
        "case.survey_reminder PR-2 0",
    ];
    assert_eq!(said, expected);
    assert_eq!(office.eye.texts(MESSAGES).await.len(), 4);
}

async fn a_case_that_was_opened_again_is_not_asked_about(store: TestStore) {
    let mut office = office(store, 1).await;
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.set("2026-12-02T10:00:00Z");
    office
        .say("case.state_changed", "PR-1", "internal_review", json!({}))
        .await;
    office.set("2026-12-05T10:00:00Z");
    office.look().await;
    assert!(office.eye.texts(SURVEYS).await.is_empty(), "it is open");
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.set("2026-12-08T10:00:00Z");
    office.look().await;
    assert!(asked(&office).await.is_empty());
    assert_eq!(office.eye.texts(SURVEYS).await, ["PR-1 omitted reopened"]);
    // An end that only the state says is one, too.
    office.client("C-6", "+390000000516", json!({})).await;
    for state in ["done", "internal_review", "done"] {
        office
            .say("case.state_changed", "PR-6", state, json!({}))
            .await;
    }
    office.set("2026-12-08T10:00:01Z");
    // That it is closed is said once more: it was not opened.
    office.say("case.closed", "PR-2", "done", json!({})).await;
    let note = json!({ "note": "copia inviata" });
    office.set("2026-12-09T10:00:00Z");
    office.say("case.closed", "PR-2", "done", note).await;
    office.set("2026-12-11T10:00:00Z");
    office.look().await;
    assert_eq!(asked(&office).await, ["case.survey_due PR-2 0"]);
    assert_eq!(office.eye.texts(SURVEYS).await[2], "PR-6 omitted reopened");
}

async fn a_question_that_waits_is_taken_back_when_the_case_goes_on(store: TestStore) {
    let mut office = office(store, 1).await;
    office
        .say("case.closed", "PR-1", "internal_review", json!({}))
        .await;
    office.say("case.closed", "PR-2", "done", json!({})).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    let waiting = ["C-1 survey queued", "C-2 survey queued"];
    assert_eq!(office.eye.texts(MESSAGES).await, waiting);
    // Opened in the very state that it was closed in, and closed once more.
    office
        .say("case.state_changed", "PR-1", "internal_review", json!({}))
        .await;
    office.say("case.closed", "PR-2", "done", json!({})).await;
    let taken_back = ["C-1 survey superseded", "C-2 survey queued"];
    assert_eq!(office.eye.texts(MESSAGES).await, taken_back);
    office.set("2026-12-10T10:00:00Z");
    office.look().await;
    let reminders: Vec<String> = asked(&office).await.split_off(2);
    assert_eq!(reminders, ["case.survey_reminder PR-2 0"]);
}

async fn a_client_is_not_asked_beyond_the_cap(store: TestStore) {
    let mut office = office(store, 1).await;
    let theirs = || json!({ "client": "C-1" });
    office.say("case.closed", "PR-1", "done", theirs()).await;
    office.say("case.closed", "PR-3", "done", theirs()).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    office.say("case.closed", "PR-4", "done", theirs()).await;
    office.set("2026-12-05T10:00:00Z");
    office.look().await;
    let surveys = ["PR-1 asked -", "PR-3 omitted often", "PR-4 omitted often"];
    assert_eq!(office.eye.texts(SURVEYS).await, surveys);
    office.set("2027-03-01T10:00:00Z");
    office.say("case.closed", "PR-5", "done", theirs()).await;
    office.set("2027-03-03T10:00:01Z");
    office.look().await;
    assert_eq!(office.eye.texts(SURVEYS).await[3], "PR-5 asked -");
}

async fn whoever_hears_nothing_else_or_waits_or_talks_is_not_asked(store: TestStore) {
    let mut office = office(store, 1).await;
    office.client("C-3", "+390000000513", json!({})).await;
    office.client("C-4", "+390000000514", json!({})).await;
    office
        .tell("case.closed", "PR-1", "done", json!({}), true)
        .await;
    office.plan().await;
    office.say("case.closed", "PR-2", "done", json!({})).await;
    let other = json!({ "client": "C-2" });
    office
        .say("case.opened", "PR-2-bis", "received", other)
        .await;
    office.say("case.closed", "PR-3", "done", json!({})).await;
    office.say("case.closed", "PR-4", "done", json!({})).await;
    office.say("case.closed", "PR-9", "done", json!({})).await;
    let talks = "SELECT id FROM client WHERE ref = 'C-3'";
    let done = "SELECT id FROM client WHERE ref = 'C-4'";
    let conversation = |id: i64, client: i64, state: &str| {
        json!({ "conversation": { "id": id, "client_id": client, "channel": "sms", "subject": "",
            "state": state, "began_at": 1, "last_at": 1_796_119_200_000_000_i64, "lines": 1 } })
    };
    let (talks, done) = (
        office.eye.number(talks).await,
        office.eye.number(done).await,
    );
    let rows = [
        conversation(1, talks, "open"),
        conversation(2, done, "closed"),
    ];
    office.eye.plant(rows).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    let surveys = [
        "PR-1 omitted quiet",
        "PR-2 omitted other_case",
        "PR-3 omitted talking",
        "PR-4 asked -",
        "PR-9 omitted no_client",
    ];
    assert_eq!(office.eye.texts(SURVEYS).await, surveys);
    assert_eq!(asked(&office).await, ["case.survey_due PR-4 0"]);
}

async fn whoever_refused_such_questions_is_neither_asked_nor_reminded(store: TestStore) {
    let mut office = office(store, 1).await;
    let refused = json!({ "topics": { "surveys": false } });
    office.client("C-5", "+390000000515", refused).await;
    office.say("case.closed", "PR-5", "done", json!({})).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    assert_eq!(office.eye.texts(SURVEYS).await, ["PR-5 untold -"]);
    assert_eq!(office.eye.texts(MESSAGES).await, ["C-5 survey suppressed"]);
    office.set("2026-12-10T10:00:00Z");
    office.look().await;
    assert_eq!(asked(&office).await, ["case.survey_due PR-5 0"]);
}

async fn what_was_due_long_ago_is_let_go(store: TestStore) {
    let mut office = office(store, 1).await;
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.set("2026-12-05T10:00:00Z");
    office.say("case.closed", "PR-2", "done", json!({})).await;
    office.set("2026-12-10T10:00:00Z");
    office.look().await;
    assert_eq!(asked(&office).await, ["case.survey_due PR-2 0"]);
    let waiting = "SELECT CAST(count(*) AS BIGINT) FROM case_file WHERE survey_at IS NOT NULL";
    assert_eq!(office.eye.number(waiting).await, 0);
    office.set("2026-12-22T10:00:01Z");
    office.look().await;
    assert_eq!(
        asked(&office).await.len(),
        1,
        "the reminder is late as well"
    );
}

async fn nobody_is_reminded_of_what_was_answered(store: TestStore) {
    let mut office = office(store, 1).await;
    office.say("case.closed", "PR-1", "done", json!({})).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    // The clock finds that nobody answered, and then somebody does, before it is planned.
    office.set("2026-12-08T10:00:00Z");
    office.look_only().await;
    office.eye.execute("UPDATE survey SET score = 4").await;
    office.plan().await;
    assert_eq!(asked(&office).await.len(), 2);
    assert_eq!(office.eye.texts(MESSAGES).await, ["C-1 survey queued"]);
}

async fn a_case_that_its_state_closed_is_asked_about_once(store: TestStore) {
    let mut office = office(store, 1).await;
    let moved = "case.state_changed";
    office.say(moved, "PR-1", "done", json!({})).await;
    // It stood there when its source was new: nobody is asked.
    office.tell(moved, "PR-2", "done", json!({}), true).await;
    office.plan().await;
    office.set("2026-12-02T10:00:00Z");
    let note = json!({ "note": "copia inviata" });
    office.say(moved, "PR-1", "done", note.clone()).await;
    office.set("2026-12-03T10:00:00Z");
    office.look().await;
    assert_eq!(asked(&office).await, ["case.survey_due PR-1 0"]);
    let surveys = ["PR-1 asked -", "PR-2 omitted quiet"];
    assert_eq!(office.eye.texts(SURVEYS).await, surveys);
    // What adds to a closed case takes no question back.
    office.say(moved, "PR-1", "done", note).await;
    let waiting = ["C-1 survey queued"];
    assert_eq!(office.eye.texts(MESSAGES).await, waiting);
}
