//! What people look at, on both databases, over the same rows.

use araldo::domain::{Channel, MessageId, MessageState};
use araldo::insight::explain;
use araldo::store::StoreUrl;
use araldo::store::reports::{MessageFilter, StatsBy};
use sqlx::{Executor as _, PgPool, SqlitePool};

use crate::support::{TestStore, postgres, sqlite};

/// One client, one case and one incident with a plan each, three messages.
const ROWS: &[&str] = &[
    "INSERT INTO client VALUES (1, 'C-1', 'Niccolò Zerbi', 'niccolo zerbi', 'it', 'Europe/Rome', 'sms', NULL, NULL, NULL, 'granted', 5, 5)",
    "INSERT INTO contact_point VALUES (1, 1, 'sms', '+393331234567', 0, TRUE)",
    "INSERT INTO place VALUES (1, 1, 'IT001E1', 'pod', '037006', '40121', 44.5, 11.34)",
    "INSERT INTO topic_choice VALUES (1, 'surveys', FALSE)",
    "INSERT INTO suppression VALUES ('sms', '+393331234567', 'stop', NULL, 7)",
    "INSERT INTO event \
     (id, source, event_id, type, subject, occurred_at, received_at, data, body_hash, state, detail) \
     VALUES (10, '/crm', 'e-1', 'case.opened', 'PR-1', 100, 110, '{}', 'h', 'planned', NULL)",
    "INSERT INTO event \
     (id, source, event_id, type, subject, occurred_at, received_at, data, body_hash, state, detail) \
     VALUES (11, '/oms', 'e-2', 'incident.opened', 'G-1', 200, 210, '{}', 'h', 'planned', NULL)",
    "INSERT INTO case_file VALUES (20, 'PR-1', 'C-1', 'voltura', 'opened', 'e-distribuzione', NULL, NULL, 100, 100, NULL)",
    "INSERT INTO case_change VALUES (10, 20, 'case.opened', 'opened', NULL, NULL, NULL, 100)",
    "INSERT INTO incident VALUES (30, 'G-1', 'outage', 'going_on', 'electricity', NULL, '{}', NULL, NULL, 190, NULL, 200, 200, NULL)",
    "INSERT INTO incident_change VALUES (11, 30, 'incident.opened', '{}', 200)",
    "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, \
     class, lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, \
     variables, state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES \
     (40, 10, 'r-1', 't-1', NULL, 1, 'cases', 'service', 'normal', 'case:PR-1', 100, NULL, NULL, NULL, '{}', '{}', 'planned', 0, 1, 0, 120, 120, 121)",
    "INSERT INTO plan (id, event_id, rule, template, template_version_id, version, topic, \
     class, lane, subject, occurred_at, superseded_by, cancelled_at, paused_at, settings, \
     variables, state, cursor, planned, suppressed, due_at, created_at, finished_at) VALUES \
     (41, 11, 'r-2', 't-2', NULL, 1, 'outages', 'safety', 'urgent', 'incident:G-1', 200, NULL, NULL, NULL, '{}', '{}', 'planned', 0, 2, 1, 220, 220, 221)",
    "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, \
     lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, \
     lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, \
     late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES \
     (50, 40, 1, 50, 'sms', '+393331234567', 'it', 'normal', 'individual', '{}', 'delivered', NULL, 130, 9000, NULL, 1, NULL, 1, 1, 0, FALSE, 'gw', NULL, 3, FALSE, 4, 130, 140, 150, 160)",
    "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, \
     lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, \
     lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, \
     late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES \
     (51, 41, 1, 51, 'sms', '+393331234567', 'it', 'urgent', 'none', '{}', 'queued', NULL, 230, 9000, NULL, 0, NULL, 0, 0, 0, FALSE, NULL, NULL, 0, FALSE, 0, 230, NULL, NULL, NULL)",
    "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, locale, \
     lane, tracking, variables, state, reason, due_at, expires_at, wake_at, lease_no, \
     lease_node, tries, opens, asked, risky, provider, provider_ref, receipt_rank, \
     late_bounce, engaged, created_at, opened_at, accepted_at, final_at) VALUES \
     (52, 41, 2, 52, 'email', '', 'it', 'urgent', 'none', '{}', 'suppressed', 'no_contact', 230, 9000, NULL, 0, NULL, 0, 0, 0, FALSE, NULL, NULL, 0, FALSE, 0, 230, NULL, NULL, 230)",
    "INSERT INTO attempt VALUES (50, 1, 'gw', 'm50', 1, 140, 150, 'accepted', NULL, '202', NULL, NULL)",
    "INSERT INTO receipt VALUES (60, 'gw', 'k', 50, 'delivered', '1', NULL, NULL, 160)",
    "INSERT INTO link VALUES (1, 'https://example.org', 0)",
    "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) VALUES (70, 50, 'clicked', 'human', 'one link', 1, NULL, 170)",
    "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (1, 't-1', 1, 'sms', 3, 1, 2, 2, 0, 0, 0, 1, 1, 1, 0, 0, 2, 0)",
    "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (2, 't-1', 1, 'sms', 4, 0, 4, 3, 1, 0, 0, 2, 0, 1, 0, 1, 4, 0)",
    "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
     delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
     clicked_machine, replied, measurable, anonymous_opens) VALUES \
     (2, 't-2', 1, 'email', 5, 0, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)",
    "INSERT INTO node VALUES (1, 0, 'n-1', 'web', '0.1.0', 1, 2, NULL)",
    "INSERT INTO provider_state VALUES ('gw', 900, 'no credit', 0)",
    "INSERT INTO switch VALUES ('dispatch', TRUE, 'a@example.org', 5)",
    "INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_at) VALUES (1, 'crm', 'p', 'h', 'events:write', 1)",
];

async fn seeded(store: TestStore) -> TestStore {
    match &store.url {
        StoreUrl::Sqlite(path) => {
            let pool = SqlitePool::connect(&format!("sqlite:{}", path.display()))
                .await
                .unwrap();
            for row in ROWS {
                pool.execute(*row)
                    .await
                    .unwrap_or_else(|error| panic!("{row}: {error}"));
            }
            pool.close().await;
        }
        StoreUrl::Postgres(url) => {
            let pool = PgPool::connect(url).await.unwrap();
            for row in ROWS {
                pool.execute(*row)
                    .await
                    .unwrap_or_else(|error| panic!("{row}: {error}"));
            }
            pool.close().await;
        }
    }
    store
}

/// Makes of each promise one test for each database.
macro_rules! on_both_seeded {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name(super::seeded(super::sqlite().await).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(super::seeded(super::postgres().await).await).await;
            }
        }
    )+ };
}

async fn a_story_is_whole(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let story = tx
        .reports()
        .story(MessageId::new(50))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(story.message.client_ref.as_deref(), Some("C-1"));
    assert_eq!(story.message.state, MessageState::Delivered);
    assert_eq!(
        (story.plan.rule.as_str(), story.event.event_id.as_str()),
        ("r-1", "e-1")
    );
    assert_eq!((story.attempts.len(), story.receipts.len()), (1, 1));
    assert_eq!(
        story.engagement[0].url.as_deref(),
        Some("https://example.org")
    );
    assert!(
        explain(&story)
            .iter()
            .any(|why| why == "It was clicked by a person.")
    );
    let deleted = tx
        .reports()
        .story(MessageId::new(52))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        deleted.message.client_ref, None,
        "the client is gone, the story stays"
    );
    let why = explain(&deleted);
    assert!(
        why.iter()
            .any(|why| why.starts_with("A gate said no: the client has no address"))
    );
    assert!(
        tx.reports()
            .story(MessageId::new(99))
            .await
            .unwrap()
            .is_none()
    );
}

async fn messages_are_found_by_every_filter(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let some = |text: &str| Some(text.to_owned());
    let all = MessageFilter::default();
    for (filter, ids) in [
        (all.clone(), vec![52, 51, 50]),
        (
            MessageFilter {
                client: some("C-1"),
                ..all.clone()
            },
            vec![51, 50],
        ),
        (
            MessageFilter {
                client: some("C-9"),
                ..all.clone()
            },
            vec![],
        ),
        (
            MessageFilter {
                event: some("e-2"),
                ..all.clone()
            },
            vec![52, 51],
        ),
        (
            MessageFilter {
                case: some("PR-1"),
                ..all.clone()
            },
            vec![50],
        ),
        (
            MessageFilter {
                incident: some("G-1"),
                ..all.clone()
            },
            vec![52, 51],
        ),
        (
            MessageFilter {
                incident: some("G-1"),
                client: some("C-1"),
                ..all.clone()
            },
            vec![51],
        ),
        (
            MessageFilter {
                state: Some(MessageState::Queued),
                ..all.clone()
            },
            vec![51],
        ),
        (
            MessageFilter {
                channel: Some(Channel::Email),
                ..all.clone()
            },
            vec![52],
        ),
        (
            MessageFilter {
                template: some("t-1"),
                ..all.clone()
            },
            vec![50],
        ),
    ] {
        let page = tx.reports().messages(&filter, None, 10).await.unwrap();
        let found: Vec<i64> = page.items.iter().map(|row| row.id.get()).collect();
        assert_eq!(found, ids, "{filter:?}");
        assert_eq!(page.next, None);
    }
    let first = tx.reports().messages(&all, None, 2).await.unwrap();
    assert_eq!(first.next, Some(MessageId::new(51)));
    let second = tx.reports().messages(&all, first.next, 2).await.unwrap();
    assert_eq!(second.items.len(), 1);
    assert!(second.items[0].read);
}

async fn sums_are_grouped_as_asked(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let by = StatsBy::default();
    let all = tx.reports().stats(0, 9, by).await.unwrap();
    assert_eq!(
        (
            all.len(),
            all[0].counts.planned,
            all[0].counts.anonymous_opens
        ),
        (1, 12, 2)
    );
    let templates = tx
        .reports()
        .stats(
            0,
            9,
            StatsBy {
                template: true,
                ..by
            },
        )
        .await
        .unwrap();
    let sums: Vec<(&str, i64)> = templates
        .iter()
        .map(|row| (row.template.as_str(), row.counts.delivered))
        .collect();
    assert_eq!(sums, [("t-1", 5), ("t-2", 5)]);
    let days = tx
        .reports()
        .stats(
            2,
            2,
            StatsBy {
                day: true,
                channel: true,
                ..by
            },
        )
        .await
        .unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!((days[0].day, days[0].channel.as_str()), (2, "email"));
    assert!(tx.reports().stats(5, 9, by).await.unwrap().is_empty());
    assert_eq!(tx.reports().totals_between(5, 9).await.unwrap().planned, 0);
}

async fn what_is_going_on_is_counted(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let lanes = tx.reports().lanes().await.unwrap();
    let waiting: Vec<i64> = lanes.iter().map(|lane| lane.waiting).collect();
    assert_eq!(waiting, [1, 0, 0]);
    assert_eq!(lanes[0].oldest_due.unwrap().as_micros(), 230);
    let totals = tx.reports().totals(2).await.unwrap();
    assert_eq!(
        (totals.ever.planned, totals.today.planned, totals.held),
        (12, 9, Vec::new())
    );
    let incidents = tx.reports().incidents(true, i64::MAX, 10).await.unwrap();
    assert_eq!(incidents.len(), 1);
    let ladder = tx.reports().delivery_funnel(30).await.unwrap();
    assert_eq!((ladder.planned, ladder.told, ladder.unreachable), (2, 0, 1));
    assert_eq!(tx.reports().nodes(5).await.unwrap().len(), 1);
    assert_eq!(
        tx.reports().providers().await.unwrap()[0]
            .paused_until
            .unwrap()
            .as_micros(),
        900
    );
    assert!(tx.reports().dispatch_paused().await.unwrap().is_some());
    assert_eq!(tx.reports().keys().await.unwrap().len(), 1);
}

async fn a_client_comes_with_everything_that_decides(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let sheet = tx.reports().client("C-1").await.unwrap().unwrap();
    assert_eq!(
        (sheet.contacts.len(), sheet.places.len(), sheet.cases.len()),
        (1, 1, 1)
    );
    assert!(sheet.contacts[0].verified);
    assert_eq!(sheet.topics, [("surveys".to_owned(), false)]);
    assert_eq!(sheet.suppressions[0].reason, "stop");
    for (search, found) in [
        ("NICCOLO", 1),
        ("niccolò z", 1),
        ("z NICCOLO", 1),
        ("niccolo x", 0),
        ("C-1", 1),
        ("%", 0),
        ("_", 0),
        ("", 1),
    ] {
        let rows = tx.reports().clients(search, 0, 10).await.unwrap();
        assert_eq!(rows.len(), found, "{search}");
    }
    let rows = tx.reports().clients("", 0, 10).await.unwrap();
    assert!(rows[0].sms && !rows[0].email);
}

async fn cases_and_incidents_have_their_steps(store: TestStore) {
    let mut tx = store.read().await.unwrap();
    let case = tx.reports().case("PR-1").await.unwrap().unwrap();
    assert_eq!(tx.cases().history("PR-1").await.unwrap().len(), 1);
    assert_eq!(
        tx.reports().cases(true, i64::MAX, 10).await.unwrap().len(),
        1
    );
    assert!(
        tx.reports()
            .cases(false, case.id, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let incident = tx.reports().incident("G-1").await.unwrap().unwrap();
    let steps = tx.reports().incident_steps(incident.id).await.unwrap();
    assert_eq!(
        (steps.len(), steps[0].planned, steps[0].suppressed),
        (1, 2, 1)
    );
    assert_eq!(
        tx.reports().places_told(incident.id, 10).await.unwrap(),
        [(44.5, 11.34)]
    );
}

on_both_seeded!(
    a_story_is_whole,
    messages_are_found_by_every_filter,
    sums_are_grouped_as_asked,
    what_is_going_on_is_counted,
    a_client_comes_with_everything_that_decides,
    cases_and_incidents_have_their_steps,
);
