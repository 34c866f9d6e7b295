//! Each invariant sees the breach that is planted, and no other one cries out with it.

use std::collections::BTreeSet;

use araldo::domain::Timestamp;
use araldo::store::cluster::invariants::{Inspection, Invariant, InvariantFinding};
use araldo::store::messages::receipts::ReceiptHorizon;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Eye;

/// Day 10: one message, opened and accepted, by a node that lives; the sums say so.
fn sound() -> Vec<Value> {
    let event = |id, name, kind| {
        json!({ "event": { "id": id, "event_id": name, "type": kind, "subject": "PR-1",
            "occurred_at": 100, "received_at": 110 } })
    };
    vec![
        event(10, "e-1", "case.opened"),
        event(11, "e-2", "case.closed"),
        json!({ "plan": { "id": 40, "event_id": 10, "rule": "r", "template": "t",
            "subject": "case:PR-1", "occurred_at": 500, "created_at": DAY_10 } }),
        json!({ "message": { "id": 50, "plan_id": 40, "client_id": 1,
            "address": "+390000000001", "due_at": DAY_10, "expires_at": DAY_10 + 86_400_000_000,
            "provider": "gw", "provider_ref": "a", "created_at": DAY_10,
            "opened_at": DAY_10 + 1_000_000, "accepted_at": DAY_10 + 2_000_000 } }),
        json!({ "attempt": { "message_id": 50, "provider": "gw", "reference": "m50",
            "opened_at": DAY_10 + 1_000_000, "closed_at": DAY_10 + 2_000_000,
            "provider_ref": "a" } }),
        json!({ "node": { "id": 1, "name": "n-1", "heartbeat_at": 9_000_000_000_000_000_000_i64 } }),
        json!({ "rollup": { "day": 10, "template": "t", "channel": "sms", "planned": 1,
            "accepted": 1, "reporting": 1, "reached": 1 } }),
    ]
}

const DAY_10: i64 = 864_000_000_000;

/// A second message to the same client on the same subject: older news.
const OLDER_NEWS: &[&str] = &[
    "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, \
     class, lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, \
     variables, state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES \
     (41, 11, 'r', 't', NULL, 1, 'cases', 'service', 'normal', \
     'case:PR-1', 400, NULL, NULL, NULL, '{}', '{}', 'planned', 0, 1, 0, 0, 864000000000, 1)",
    "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, \
     lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, \
     lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, \
     late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES \
     (51, 41, 1, 51, 'sms', '+390000000001', 'it', 'normal', 'none', \
     '{}', 'accepted', NULL, 864000000000, 950400000000, NULL, 1, NULL, 1, 1, 0, FALSE, 'gw', \
     'b', 0, FALSE, 0, 864000000000, 864009000000, 864010000000, NULL)",
    "INSERT INTO attempt VALUES (51, 1, 'gw', 'm51', 1, 864009000000, 864010000000, 'accepted', \
     NULL, '202', NULL, 'b')",
    "UPDATE rollup SET planned = 2, accepted = 2, reporting = 2, reached = 2",
];

/// Tries nine times more within the hour, then once more.
const NINE_TRIES: &str = "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, \
    opened_at, closed_at, outcome) VALUES \
    (50, 2, 'gw', 'm', 1, 864011000000, 864012000000, 'unknown'), \
    (50, 3, 'gw', 'm', 1, 864012000000, 864013000000, 'unknown'), \
    (50, 4, 'gw', 'm', 1, 864013000000, 864014000000, 'unknown'), \
    (50, 5, 'gw', 'm', 1, 864014000000, 864015000000, 'unknown'), \
    (50, 6, 'gw', 'm', 1, 864015000000, 864016000000, 'unknown'), \
    (50, 7, 'gw', 'm', 1, 864016000000, 864017000000, 'unknown'), \
    (50, 8, 'gw', 'm', 1, 864017000000, 864018000000, 'unknown'), \
    (50, 9, 'gw', 'm', 1, 864018000000, 864019000000, 'unknown'), \
    (50, 10, 'gw', 'm', 1, 864019000000, 864020000000, 'unknown')";
const ONE_TRY_MORE: &str = "INSERT INTO attempt (message_id, lease_no, provider, reference, \
    node_id, opened_at, closed_at, outcome) VALUES \
    (50, 11, 'gw', 'm', 1, 864020000000, 864021000000, 'unknown')";
const NONE_OF_THEM_LEFT: &str = "UPDATE attempt SET outcome = 'not_sent' WHERE lease_no > 1";
const SECOND_YES: &str = "INSERT INTO attempt VALUES (50, 2, 'gw', 'm50', 1, 864003000000, \
    864004000000, 'accepted', NULL, '202', NULL, 'b')";
const SAME_YES: &str = "INSERT INTO attempt VALUES (50, 2, 'gw', 'm50', 1, 864003000000, \
    864004000000, 'accepted', NULL, '202', NULL, 'a')";
const LEASED_BY_NOBODY: &str = "UPDATE message SET state = 'leased', lease_node = 99 WHERE id = 50";
const SENDING_UNCLAIMED: &str =
    "UPDATE message SET state = 'sending', lease_node = 1 WHERE id = 50";
const SENDING_CLAIMED: &str = "INSERT INTO claim VALUES (70, 1, '[49,50]', 1)";
const QUEUED: &str = "UPDATE message SET state = 'queued', opened_at = NULL WHERE id = 50";
const NONE_ACCEPTED: &str = "UPDATE rollup SET accepted = 0, reporting = 0, reached = 0";
const UNKNOWN: &str = "UPDATE message SET state = 'unknown', wake_at = NULL WHERE id = 50";
const ONE_UNKNOWN: &str = "UPDATE rollup SET accepted = 0, reporting = 0, reached = 0, \
    unknown = 1";
const STOP: &str = "INSERT INTO suppression VALUES ('sms', '+390000000001', 'stop', NULL, \
    863900000000)";
const VIEWED: &str = "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) VALUES (80, 50, 'viewed', 'human', 'a test', NULL, \
    NULL, 864003000000)";
const SAFETY: &str = "UPDATE plan SET class = 'safety'";

on_both_databases!(
    a_sound_store_breaks_nothing,
    a_planted_breach_is_found_and_shown_by_an_example,
    what_is_allowed_is_no_breach,
    what_lies_before_the_scope_is_not_looked_at,
);

fn scope(day: i64, since_day: i64) -> Inspection {
    let at = |day: i64| Timestamp::from_micros(day * 86_400_000_000);
    Inspection {
        now: at(day),
        since: at(since_day),
        patience: TimeDelta::minutes(30),
        skew: TimeDelta::seconds(2),
        cap_per_hour: 10,
        horizon: ReceiptHorizon::default(),
    }
}

async fn found(store: &TestStore, scope: Inspection) -> Vec<InvariantFinding> {
    let mut findings = Vec::new();
    for invariant in Invariant::ALL {
        let mut tx = store.read().await.unwrap();
        let finding = tx.invariants(scope).ask(*invariant).await.unwrap();
        if finding.broken > 0 {
            findings.push(finding);
        }
    }
    findings
}

async fn afresh(eye: &Eye, planted: &[&'static str]) {
    for table in [
        "DELETE FROM engagement",
        "DELETE FROM receipt",
        "DELETE FROM claim",
        "DELETE FROM suppression",
        "DELETE FROM switch",
        "DELETE FROM attempt",
        "DELETE FROM message",
        "DELETE FROM plan",
        "DELETE FROM event",
        "DELETE FROM node",
        "DELETE FROM rollup",
    ] {
        eye.execute(table).await;
    }
    eye.plant(sound()).await;
    for sql in planted {
        eye.execute(sql).await;
    }
}

async fn a_sound_store_breaks_nothing(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    afresh(&eye, &[]).await;
    assert_eq!(found(&store, scope(20, 0)).await, []);
    afresh(&eye, OLDER_NEWS).await;
    let order = found(&store, scope(20, 0)).await;
    assert_eq!(order.len(), 1, "{order:?}");
}

async fn a_planted_breach_is_found_and_shown_by_an_example(store: TestStore) {
    use Invariant::{I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11};
    let eye = Eye::open(&store.url).await;
    let late = "UPDATE attempt SET opened_at = 950400000001";
    let lost = "UPDATE plan SET planned = 2";
    let too_many = "UPDATE rollup SET delivered = 1";
    let of_nobody = "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (11, 't', 1, 'sms', 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, \
                     0, 0, 0, 0)";
    let asleep = "UPDATE message SET wake_at = 864000000000 WHERE id = 50";
    let nobody = "INSERT INTO receipt VALUES (60, 'gw', 'k', NULL, 'delivered', NULL, NULL, NULL, \
                  864000000000, NULL, NULL, NULL)";
    let future = "UPDATE event SET occurred_at = received_at + 60000001 WHERE id = 10";
    let stranger = "INSERT INTO receipt VALUES (60, 'other', 'k', 50, 'delivered', NULL, NULL, \
                    NULL, 864000000000, NULL, NULL, NULL)";
    let planted: &[(&[&'static str], &[Invariant])] = &[
        (&["DELETE FROM attempt"], &[I1]),
        (&[SECOND_YES], &[I2, I10]),
        (&[LEASED_BY_NOBODY, NONE_ACCEPTED], &[I3]),
        (&[SENDING_UNCLAIMED, NONE_ACCEPTED], &[I3]),
        (&[QUEUED, NONE_ACCEPTED], &[I3]),
        (&[asleep], &[I3]),
        (&[lost], &[I4]),
        (&[too_many], &[I4]),
        (&["UPDATE rollup SET opened = 1"], &[I4]),
        (&["UPDATE rollup SET opened_machine = 1"], &[I4]),
        (&["UPDATE rollup SET clicked = 1"], &[I4]),
        (&["UPDATE rollup SET clicked_machine = 1"], &[I4]),
        (&["UPDATE rollup SET replied = 1"], &[I4]),
        (&["UPDATE rollup SET measurable = 1"], &[I4]),
        (&["UPDATE rollup SET reporting = 0"], &[I4]),
        (&["UPDATE rollup SET reached = 0"], &[I4]),
        (&["UPDATE rollup SET clicks_measurable = 1"], &[I4]),
        (&["UPDATE rollup SET read_measurable = 1"], &[I4]),
        (&["UPDATE rollup SET read = 1"], &[I4]),
        (&["UPDATE rollup SET confirmed = 1"], &[I4]),
        (&["UPDATE message SET engaged = 4"], &[I4]),
        (&[VIEWED], &[I4]),
        (&[late], &[I5]),
        (&[STOP], &[I5]),
        (&[NINE_TRIES, ONE_TRY_MORE], &[I6]),
        (&[UNKNOWN, ONE_UNKNOWN], &[I8]),
        (&[stranger], &[I10]),
    ];
    for (planted, broken) in planted {
        afresh(&eye, planted).await;
        let found = found(&store, scope(20, 0)).await;
        let which: BTreeSet<Invariant> = found.iter().map(|one| one.invariant).collect();
        assert_eq!(which, broken.iter().copied().collect(), "{planted:?}");
        for one in found {
            assert_eq!((one.broken, one.example), (1, Some(50)), "{one:?}");
        }
    }
    for (planted, invariant, example) in [
        (OLDER_NEWS, I7, Some(51)),
        (&[of_nobody], I4, None),
        (&[nobody], I9, Some(60)),
        (&[future], I11, Some(10)),
    ] {
        afresh(&eye, planted).await;
        let expected = InvariantFinding {
            invariant,
            broken: 1,
            example,
        };
        assert_eq!(found(&store, scope(20, 0)).await, [expected]);
    }
}

async fn what_is_allowed_is_no_breach(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    let risky = "UPDATE message SET risky = TRUE";
    let braked = "INSERT INTO switch VALUES ('dispatch', TRUE, 'a', 1)";
    let proven = "UPDATE message SET receipt_rank = 3, state = 'delivered'";
    let delivered = "UPDATE rollup SET delivered = 1";
    let allowed: &[&[&'static str]] = &[
        &[SECOND_YES, risky],
        // A provider that knows our reference repeats its answer, not the message.
        &[SAME_YES],
        &[SENDING_UNCLAIMED, SENDING_CLAIMED, NONE_ACCEPTED],
        &[QUEUED, NONE_ACCEPTED, braked],
        &["DELETE FROM attempt", proven, delivered],
        &[STOP, SAFETY],
        &[NINE_TRIES],
        &[NINE_TRIES, ONE_TRY_MORE, SAFETY],
        &[NINE_TRIES, ONE_TRY_MORE, NONE_OF_THEM_LEFT],
    ];
    for planted in allowed {
        afresh(&eye, planted).await;
        assert_eq!(found(&store, scope(20, 0)).await, [], "{planted:?}");
    }
}

async fn what_lies_before_the_scope_is_not_looked_at(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    afresh(
        &eye,
        &["DELETE FROM attempt", "UPDATE plan SET planned = 7"],
    )
    .await;
    // Ids of this test are as old as ids can be: a scope that begins later sees none.
    let since = 20_000;
    assert_eq!(found(&store, scope(since + 8, since)).await, []);
}
