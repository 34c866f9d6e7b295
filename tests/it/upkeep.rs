//! What the clock sets going is done once, by whichever node is there, also when clocks change;
//! what is old goes, and the sums stay.

use std::sync::Arc;

use araldo::domain::address::PhonePolicy;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::ids::{TimeOrderedIds, first_id_at};
use araldo::domain::language::Language;
use araldo::domain::money::Currency;
use araldo::domain::{Clock as _, NodeId, Timestamp};
use araldo::runtime::Lifecycle;
use araldo::store::Store;
use araldo::store::cluster::upkeep::Task;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::upkeep::{Upkeep, UpkeepSchedule, refold_once};
use araldo::web::console::WeekLetters;
use chrono::TimeDelta;

use crate::support::TestStore;
use crate::support::node::{Eye, with_eye};

on_both_databases!(
    a_slot_is_done_once_and_the_next_one_again,
    a_dead_nodes_slot_is_taken_over_once,
    what_is_over_is_swept_out_every_hour,
    what_is_old_is_blanked_and_then_deleted_and_the_sums_stay,
    old_evidence_goes_and_what_it_came_to_stays,
    what_messages_hung_on_goes_when_it_is_old_and_nothing_hangs_on_it,
    a_breach_is_kept_until_it_is_gone,
    names_that_an_older_program_folded_are_found_by_more_letters,
    two_nodes_that_look_at_once_do_each_slot_once,
);

const RUNS: &str = "SELECT CAST(count(*) AS BIGINT) FROM task_run";
const DONE: &str = "SELECT CAST(count(*) AS BIGINT) FROM task_run WHERE finished_at IS NOT NULL";
const BOTH: [Task; 2] = [Task::Nightly, Task::Hourly];

fn clock(at: &str) -> Arc<FixedClock> {
    Arc::new(FixedClock::at(at))
}

fn upkeep(store: &Store, node: i64, clock: &Arc<FixedClock>) -> Upkeep {
    let slot = u8::try_from(node).unwrap();
    Upkeep {
        store: store.clone(),
        clock: clock.clone(),
        ids: Arc::new(TimeOrderedIds::new(clock.clone(), slot)),
        node: NodeId::new(node),
        settings: UpkeepSchedule {
            zone: chrono_tz::Europe::Rome,
            nightly_minute: 190,
            messages: TimeDelta::days(730),
            bodies: TimeDelta::days(90),
            evidence: TimeDelta::days(730),
            events: TimeDelta::days(730),
            cases: TimeDelta::days(730),
            incidents: TimeDelta::days(730),
            audit: TimeDelta::days(730),
            feed: TimeDelta::days(30),
            cap_per_hour: 10,
            horizon: ReceiptHorizon::default(),
        },
        kinds: Arc::new(CaseKinds::shipped()),
        writer: Arc::new(WeekLetters::new(
            Language::English,
            "Araldo",
            "http://127.0.0.1:8080",
            Currency::default(),
        )),
    }
}

async fn look(upkeep: &Upkeep) -> Vec<Task> {
    upkeep.look(&Lifecycle::new()).await.unwrap()
}

async fn a_slot_is_done_once_and_the_next_one_again(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    eye.execute(NODES).await;
    let clock = clock("2026-10-24T12:00:00Z");
    let [one, two] = [1, 2].map(|node| upkeep(&store, node, &clock));
    assert_eq!(look(&one).await, BOTH);
    assert_eq!(look(&two).await, []);
    assert_eq!(look(&one).await, []);
    // Through the night in which the clocks go back, minute by minute.
    let mut done = Vec::new();
    for _ in 0..24 * 60 {
        clock.advance(TimeDelta::minutes(1));
        done.extend(look(&two).await);
    }
    let nights = done.iter().filter(|task| **task == Task::Nightly).count();
    assert_eq!((nights, done.len() - nights), (1, 24));
    assert_eq!(eye.number(DONE).await, 27);
}

const NODES: &str = "INSERT INTO node VALUES (1, 1, 'a', 'plan', '0', 1, 1, NULL), \
    (2, 2, 'b', 'plan', '0', 1, 1, NULL), (3, 3, 'c', 'plan', '0', 1, 1, NULL)";
const BEGUN: &str = "UPDATE task_run SET finished_at = NULL, outcome = NULL";
const NODE_1_DEAD: &str = "UPDATE node SET stopped_at = 2 WHERE id = 1";
const NODE_2_DEAD: &str = "UPDATE node SET stopped_at = 2 WHERE id = 2";

async fn a_dead_nodes_slot_is_taken_over_once(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    eye.execute(NODES).await;
    let clock = clock("2026-11-22T12:00:00Z");
    let [one, two, three] = [1, 2, 3].map(|node| upkeep(&store, node, &clock));
    assert_eq!(look(&one).await, BOTH);
    eye.execute(BEGUN).await;
    assert_eq!(look(&two).await, [], "its node lives");
    eye.execute(NODE_1_DEAD).await;
    assert_eq!(look(&two).await, BOTH);
    eye.execute(BEGUN).await;
    eye.execute(NODE_2_DEAD).await;
    assert_eq!(look(&three).await, [], "what has killed two nodes");
    assert_eq!(eye.number(RUNS).await, 2);
}

async fn two_nodes_that_look_at_once_do_each_slot_once(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    eye.execute(NODES).await;
    let clock = clock("2026-11-22T12:00:00Z");
    let [one, two] = [1, 2].map(|node| upkeep(&store, node, &clock));
    for hours in 1..=20 {
        let (mine, theirs) = tokio::join!(look(&one), look(&two));
        let due = if hours == 1 || hours == 16 { 2 } else { 1 };
        assert_eq!(mine.len() + theirs.len(), due, "hour {hours}");
        clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(eye.number(RUNS).await, eye.number(DONE).await);
}

async fn what_is_over_is_swept_out_every_hour(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    for sql in [
        "INSERT INTO console_user (id, email, role, password_hash, created_at)
         VALUES (1, 'a@example.org', 'viewer', 'h', 1)",
        "INSERT INTO session (token_hash, user_id, csrf, created_at, seen_at, expires_at)
         VALUES ('over', 1, 'c', 1, 1, 2)",
        "INSERT INTO session (token_hash, user_id, csrf, created_at, seen_at, expires_at)
         VALUES ('open', 1, 'c', 1, 1, 9000000000000000)",
        "INSERT INTO task_run VALUES ('hourly', '1970-01-01T00', 1, 1, 1, 2, 'done')",
        "INSERT INTO node VALUES (7, 1, 'gone', 'plan', '0', 1, 1, 2)",
        "INSERT INTO node VALUES (8, 1, 'gone', 'plan', '0', 1, 1, 2)",
        "INSERT INTO claim VALUES (1, 8, '[1]', 1)",
        "INSERT INTO node VALUES (9, 1, 'here', 'plan', '0', 1, 1, NULL)",
    ] {
        eye.execute(sql).await;
    }
    look(&upkeep(&store, 9, &clock("2026-11-22T12:00:00Z"))).await;
    let count = "SELECT (SELECT CAST(count(*) AS BIGINT) FROM session) * 100 \
                 + (SELECT CAST(count(*) AS BIGINT) FROM node) * 10 \
                 + (SELECT CAST(count(*) AS BIGINT) FROM task_run)";
    // A node that still holds a claim is kept until somebody has taken it out of its hands.
    assert_eq!(eye.number(count).await, 122);
    let told = eye
        .texts("SELECT outcome FROM task_run WHERE task = 'hourly'")
        .await;
    assert_eq!(
        told,
        [
            "1 sessions, 1 runs, 1 nodes and 0 tests of texts swept out, \
          0 digests and 0 mails of the week written"
        ]
    );
}

async fn names_that_an_older_program_folded_are_found_by_more_letters(store: TestStore) {
    let described = serde_json::json!({"client": "C-1", "name": "Łukasz Dąbrowski",
        "contacts": [{"channel": "email", "address": "l@example.org"}]});
    let client = araldo::intake::client::parse(&described, &PhonePolicy::default()).unwrap();
    let clock = clock("2026-11-22T12:00:00Z");
    let ids = TimeOrderedIds::new(clock.clone(), 1);
    let mut tx = store.write().await.unwrap();
    tx.clients().put(&client, clock.now(), &ids).await.unwrap();
    tx.commit().await.unwrap();
    let eye = Eye::open(&store.url).await;
    eye.execute("UPDATE client SET name_folded = 'łukasz dąbrowski'")
        .await;
    for changed in [1, 0] {
        let renewed = refold_once(&store, &Lifecycle::new()).await.unwrap();
        assert_eq!(renewed, changed);
        for search in ["lukasz", "Łukasz", "DĄBROWSKI", "dab luk"] {
            let mut tx = store.read().await.unwrap();
            let clients = tx.clients().list(None, 9, Some(search)).await.unwrap();
            assert_eq!(clients.len(), 1, "{search}");
        }
    }
}

/// Messages of a plan that began at `at`, one a second, every tenth not done with.
async fn plant(store: &TestStore, at: Timestamp, count: i64) {
    let first = first_id_at(at);
    let [event, plan, message, attempt, receipt, read] = [
        "INSERT INTO event \
     (id, source, event_id, type, subject, occurred_at, received_at, data, body_hash, state, detail) \
     VALUES ($1, '/oms', CAST($1 AS TEXT), 'notice', NULL, 1, 1, '{}', 'h', \
         'planned', NULL)",
        "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, \
     class, lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, \
     variables, state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES \
     ($1, $1, 'r', 't', NULL, 1, 'cases', 'service', 'normal', 's', 1, \
         NULL, NULL, NULL, '{}', '{\"name\":\"Maria\"}', 'planned', 0, 0, 0, 0, 1, 1)",
        "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, \
     lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, \
     lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, \
     late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES \
     ($1, $2, $1, $1, 'sms', '+390000000001', 'it', 'normal', \
         'none', '{\"name\":\"Maria\"}', $3, NULL, 1, 1, NULL, 1, NULL, 1, 1, 0, FALSE, 'gw', 'a', \
         3, FALSE, 0, 1, 1, 1, NULL)",
        "INSERT INTO attempt VALUES ($1, 1, 'gw', 'm', 1, 1, 1, 'accepted', NULL, NULL, NULL, NULL)",
        "INSERT INTO receipt VALUES ($1, 'gw', CAST($1 AS TEXT), $1, 'delivered', NULL, NULL, \
         NULL, 1, NULL, NULL, NULL)",
        "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) VALUES ($1, $1, 'clicked', 'human', 'one link', NULL, NULL, 1)",
    ];
    macro_rules! all {
        ($pool:expr) => {{
            let mut tx = $pool.begin().await.unwrap();
            for sql in [event, plan] {
                sqlx::query(sql)
                    .bind(first)
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
            for number in 1..=count {
                let id = first + number * (1 << 22);
                let state = if number % 10 == 0 {
                    "unknown"
                } else {
                    "delivered"
                };
                let row = sqlx::query(message).bind(id).bind(first).bind(state);
                row.execute(&mut *tx).await.unwrap();
                for sql in [attempt, receipt, read] {
                    sqlx::query(sql).bind(id).execute(&mut *tx).await.unwrap();
                }
            }
            tx.commit().await.unwrap();
        }};
    }
    with_eye!(&Eye::open(&store.url).await, |pool| all!(pool));
}

async fn what_is_old_is_blanked_and_then_deleted_and_the_sums_stay(store: TestStore) {
    const MESSAGES: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
    const PERSONAL: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE address <> '' \
        OR variables <> '{}'";
    const OF_THEM: &str = "SELECT (SELECT CAST(count(*) AS BIGINT) FROM attempt) + \
        (SELECT CAST(count(*) AS BIGINT) FROM receipt) + \
        (SELECT CAST(count(*) AS BIGINT) FROM engagement)";
    const PLANS: &str = "SELECT CAST(count(*) AS BIGINT) FROM plan WHERE variables <> '{}'";
    const END: &str = "UPDATE message SET state = 'unresolved' WHERE state = 'unknown'";
    const SUMS: &str = "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (1, 't', 1, 'sms', 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, \
        0, 0, 0, 0)";
    const SUM: &str = "SELECT planned FROM rollup";
    let eye = Eye::open(&store.url).await;
    eye.execute(SUMS).await;
    let clock = clock("2026-11-22T12:00:00Z");
    let now = clock.now();
    plant(&store, now - TimeDelta::days(800), 2_100).await;
    plant(&store, now - TimeDelta::days(100), 2_100).await;
    plant(&store, now - TimeDelta::days(80), 50).await;

    let upkeep = upkeep(&store, 1, &clock);
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!((done.deleted, done.blanked), (1_890, 1_890));
    assert_eq!(eye.number(MESSAGES).await, 4_250 - 1_890);
    assert_eq!(eye.number(OF_THEM).await, 3 * (4_250 - 1_890));
    // What is not done with keeps its text, in both ages; so do its plans.
    assert_eq!(eye.number(PERSONAL).await, 210 + 210 + 50);
    assert_eq!(eye.number(PLANS).await, 3);

    eye.execute(END).await;
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!((done.deleted, done.blanked), (210, 210 + 2));
    assert_eq!(eye.number(PERSONAL).await, 50);
    assert_eq!(eye.number(PLANS).await, 1);
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!((done.deleted, done.blanked), (0, 0));
    assert_eq!(eye.number(SUM).await, 2);
}

async fn old_evidence_goes_and_what_it_came_to_stays(store: TestStore) {
    const REPORTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
    const READ: &str = "SELECT kind || ' ' || verdict || ' ' || at || ' ' || coalesce(detail, '-') \
        FROM engagement WHERE message_id = (SELECT min(id) FROM message) ORDER BY 1";
    const MORE: [&str; 4] = [
        "INSERT INTO engagement (id, message_id, kind, verdict, grounds, detail, at) SELECT 1, min(id), \
         'clicked', 'human', 'again', 'x', 9 FROM message",
        "INSERT INTO engagement (id, message_id, kind, verdict, grounds, detail, at) SELECT 2, min(id), \
         'replied', 'human', 'reply', 'Grazie', 9 FROM message",
        "INSERT INTO engagement (id, message_id, kind, verdict, grounds, detail, at, invalidated_at) \
         SELECT 3, min(id), 'opened', 'human', 'wrong', 'x', 2, 3 FROM message",
        "UPDATE engagement SET detail = 'from' WHERE kind = 'clicked'",
    ];
    let eye = Eye::open(&store.url).await;
    let clock = clock("2026-11-22T12:00:00Z");
    plant(&store, clock.now() - TimeDelta::days(100), 30).await;
    plant(&store, clock.now() - TimeDelta::days(10), 30).await;
    for sql in MORE {
        eye.execute(sql).await;
    }
    let mut upkeep = upkeep(&store, 1, &clock);
    upkeep.settings.evidence = TimeDelta::days(60);
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!(done.deleted, 0);
    // What is not done with keeps its reports, and so does what is young.
    assert_eq!(eye.number(REPORTS).await, 3 + 30);
    assert_eq!(
        eye.texts(READ).await,
        ["clicked human 1 -", "replied human 9 Grazie"]
    );
    let states = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
    assert_eq!(eye.number(states).await, 54);
    let again = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!((again.blanked, again.deleted), (0, 0));
}

/// Two of everything: one long over, one that goes on or is young.
const CAUSES: [&str; 9] = [
    "INSERT INTO event (id, source, event_id, type, subject, occurred_at, received_at, data, body_hash, state, detail) VALUES (1, '/s', '1', 'case.opened', NULL, 1, 1, '{}', 'h', 'planned', NULL), \
     (2, '/s', '2', 'case.opened', NULL, 1, 1, '{}', 'h', 'planned', NULL), \
     (3, '/s', '3', 'incident.opened', NULL, 1, 1, '{}', 'h', 'planned', NULL), \
     (4, '/s', '4', 'incident.opened', NULL, 1, 1, '{}', 'h', 'planned', NULL), \
     (5, '/s', '5', 'notice', NULL, 1, 1, '{}', 'h', 'unmatched', NULL), \
     (6, '/s', '6', 'notice', NULL, 1, 1, '{}', 'h', 'received', NULL), \
     (9000000000000000000, '/s', '7', 'notice', NULL, 1, 1, '{}', 'h', 'planned', NULL)",
    "INSERT INTO case_file (id, ref, client_ref, kind, state, owner, note, expected_by, opened_at, \
     changed_at, closed_at) VALUES (1, 'PR-1', 'C-1', 'k', 's', NULL, 'x', NULL, 1, 1, 2), \
     (2, 'PR-2', 'C-1', 'k', 's', NULL, 'x', NULL, 1, 1, NULL)",
    "INSERT INTO case_change VALUES (1, 1, 'case.opened', 's', NULL, 'x', NULL, 1), \
     (2, 2, 'case.opened', 's', NULL, 'x', NULL, 1)",
    "INSERT INTO incident (id, ref, kind, state, service, severity, area, cause, note, began_at, \
     expected_end, opened_at, changed_at, closed_at) VALUES (1, 'G-1', 'outage', 'resolved', NULL, NULL, '{}', NULL, NULL, \
     1, NULL, 1, 1, 2), (2, 'G-2', 'outage', 'going_on', NULL, NULL, '{}', NULL, NULL, 1, NULL, \
     1, 1, NULL)",
    "INSERT INTO incident_change VALUES (3, 1, 'incident.opened', '{}', 1), \
     (4, 2, 'incident.opened', '{}', 1)",
    "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, class, \
     lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, variables, \
     state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES (1, 1, 'r', 't', NULL, 1, 'cases', 'service', 'normal', 's', 1, \
     NULL, NULL, NULL, '{}', '{}', 'planned', 0, 0, 0, 0, 1, 1)",
    "INSERT INTO audit VALUES (1, 1, 'a', 'b', 'c', NULL), \
     (9000000000000000000, 1, 'a', 'b', 'c', NULL)",
    "INSERT INTO erased_client VALUES (1, 'k', 2), (2, 'l', 9000000000000000)",
    "INSERT INTO source_dead VALUES (1, 'crm', 'PR-1', 'r', '{}', 'a', FALSE, 2), \
     (2, 'crm', 'PR-2', 'r', '{}', 'b', FALSE, 9000000000000000)",
];

async fn what_messages_hung_on_goes_when_it_is_old_and_nothing_hangs_on_it(store: TestStore) {
    const LEFT: &str = "SELECT 'event ' || event_id FROM event UNION SELECT 'case ' || ref FROM \
        case_file UNION SELECT 'step ' || case_id FROM case_change UNION SELECT 'incident ' || ref \
        FROM incident UNION SELECT 'report ' || incident_id FROM incident_change UNION SELECT \
        'plan ' || id FROM plan UNION SELECT 'deed ' || id FROM audit UNION SELECT 'erased ' || \
        client_id FROM erased_client UNION SELECT 'letter ' || place FROM source_dead ORDER BY 1";
    let eye = Eye::open(&store.url).await;
    for sql in CAUSES {
        eye.execute(sql).await;
    }
    let clock = clock("2026-11-22T12:00:00Z");
    let upkeep = upkeep(&store, 1, &clock);
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    // Event 2 stays with its open case, 4 with its incident, 6 is still to be planned, 7 is young.
    let left = [
        "case PR-2",
        "deed 9000000000000000000",
        "erased 2",
        "event 2",
        "event 4",
        "event 6",
        "event 7",
        "incident G-2",
        "letter PR-2",
        "report 2",
        "step 2",
    ];
    assert_eq!(eye.texts(LEFT).await, left);
    assert_eq!(done.causes, 9);
    let done = upkeep.retain(&Lifecycle::new()).await.unwrap();
    assert_eq!(done.causes, 0);
}

async fn a_breach_is_kept_until_it_is_gone(store: TestStore) {
    const OPEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM breach WHERE cleared_at IS NULL";
    const ALL: &str = "SELECT CAST(count(*) AS BIGINT) FROM breach";
    const NOBODY: &str = "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (20780, 't', 1, 'sms', 1, 0, 1, 0, 0, 0, 0, 0, \
        0, 0, 0, 0, 0, 0)";
    const NOBODY_MORE: &str = "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (20780, 'u', 1, 'sms', 1, 0, 1, 0, 0, 0, \
        0, 0, 0, 0, 0, 0, 0, 0)";
    let eye = Eye::open(&store.url).await;
    let clock = clock("2026-11-22T12:00:00Z");
    let upkeep = upkeep(&store, 1, &clock);
    eye.execute(NOBODY).await;
    assert_eq!(look(&upkeep).await, BOTH);
    eye.execute(NOBODY_MORE).await;
    clock.advance(TimeDelta::days(1));
    look(&upkeep).await;
    let breaches = store.read().await.unwrap().upkeep().breaches().await;
    let breaches = breaches.unwrap();
    assert_eq!(breaches.len(), 1);
    assert_eq!((breaches[0].broken, breaches[0].example), (2, None));
    assert_eq!(
        breaches[0].seen_at - breaches[0].found_at,
        TimeDelta::days(1)
    );
    eye.execute("DELETE FROM rollup").await;
    clock.advance(TimeDelta::days(1));
    look(&upkeep).await;
    assert_eq!((eye.number(OPEN).await, eye.number(ALL).await), (0, 1));
}
