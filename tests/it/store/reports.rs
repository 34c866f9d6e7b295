//! What people look at, on both databases, over the same rows.

use araldo::domain::client::SuppressionReason;
use araldo::domain::{Channel, MessageId, MessageState};
use araldo::insight::explain;
use araldo::store::reports::{MessageFilter, StatsBy};
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Eye;

const NUMBER: &str = "+393331234567";

/// One client, one case and one incident with a plan each, three messages.
fn rows() -> Vec<Value> {
    vec![
        json!({ "client": { "id": 1, "ref": "C-1", "name": "Niccolò Zerbi",
            "name_folded": "niccolo zerbi", "tracking_consent": "granted" } }),
        json!({ "contact_point": { "id": 1, "client_id": 1, "address": NUMBER } }),
        json!({ "place": { "id": 1, "client_id": 1, "code": "IT001E1", "lat": 44.5,
            "lon": 11.34 } }),
        json!({ "topic_choice": { "client_id": 1, "topic": "surveys", "wanted": false } }),
        json!({ "suppression": { "channel": "sms", "address": NUMBER, "reason": "stop",
            "created_at": 7 } }),
        json!({ "event": { "id": 10, "event_id": "e-1", "type": "case.opened", "subject": "PR-1",
            "occurred_at": 100, "received_at": 110 } }),
        json!({ "event": { "id": 11, "source": "/oms", "event_id": "e-2", "type": "incident.opened",
            "subject": "G-1", "occurred_at": 200, "received_at": 210 } }),
        json!({ "case_file": { "id": 20, "ref": "PR-1", "client_ref": "C-1", "state": "opened",
            "opened_at": 100, "changed_at": 100 } }),
        json!({ "case_change": { "event_id": 10, "case_id": 20, "type": "case.opened",
            "state": "opened", "occurred_at": 100 } }),
        json!({ "incident": { "id": 30, "ref": "G-1", "began_at": 190, "opened_at": 200,
            "changed_at": 200 } }),
        json!({ "incident_change": { "event_id": 11, "incident_id": 30, "occurred_at": 200 } }),
        json!({ "plan": { "id": 40, "event_id": 10, "rule": "r-1", "template": "t-1",
            "subject": "case:PR-1", "occurred_at": 100, "due_at": 120, "created_at": 120,
            "finished_at": 121 } }),
        json!({ "plan": { "id": 41, "event_id": 11, "rule": "r-2", "template": "t-2",
            "topic": "outages", "class": "safety", "lane": "urgent", "subject": "incident:G-1",
            "occurred_at": 200, "planned": 2, "suppressed": 1, "due_at": 220, "created_at": 220,
            "finished_at": 221 } }),
        json!({ "message": { "id": 50, "plan_id": 40, "client_id": 1, "address": NUMBER,
            "tracking": "individual", "state": "delivered", "due_at": 130, "expires_at": 9000,
            "provider": "gw", "receipt_rank": 3, "engaged": 4, "created_at": 130,
            "opened_at": 140, "accepted_at": 150, "final_at": 160 } }),
        json!({ "message": { "id": 51, "plan_id": 41, "client_id": 1, "address": NUMBER,
            "lane": "urgent", "state": "queued", "due_at": 230, "expires_at": 9000, "lease_no": 0,
            "tries": 0, "opens": 0, "created_at": 230 } }),
        json!({ "message": { "id": 52, "plan_id": 41, "client_id": 2, "channel": "email",
            "address": "",
            "lane": "urgent", "state": "suppressed", "reason": "no_contact", "due_at": 230,
            "expires_at": 9000, "lease_no": 0, "tries": 0, "opens": 0, "created_at": 230,
            "final_at": 230 } }),
        json!({ "attempt": { "message_id": 50, "provider": "gw", "reference": "m50",
            "opened_at": 140,
            "closed_at": 150 } }),
        json!({ "receipt": { "id": 60, "provider": "gw", "key": "k", "message_id": 50,
            "received_at": 160 } }),
        json!({ "link": { "id": 1, "url": "https://example.org" } }),
        json!({ "engagement": { "id": 70, "message_id": 50, "kind": "clicked", "verdict": "human",
            "grounds": "one link", "link_id": 1, "at": 170 } }),
        json!({ "rollup": { "day": 1, "template": "t-1", "channel": "sms", "planned": 3,
            "suppressed": 1, "accepted": 2, "delivered": 2, "opened": 1, "opened_machine": 1,
            "clicked": 1, "measurable": 2 } }),
        json!({ "rollup": { "day": 2, "template": "t-1", "channel": "sms", "planned": 4,
            "accepted": 4,
            "delivered": 3, "undelivered": 1, "opened": 2, "clicked": 1, "replied": 1,
            "measurable": 4 } }),
        json!({ "rollup": { "day": 2, "template": "t-2", "channel": "email", "planned": 5,
            "accepted": 5, "delivered": 5, "anonymous_opens": 2 } }),
        json!({ "node": { "id": 1, "name": "n-1", "heartbeat_at": 2 } }),
        json!({ "provider_state": { "name": "gw", "paused_until": 900, "reason": "no credit",
            "tat": 0 } }),
        json!({ "switch": { "name": "dispatch", "thrown": true, "actor": "a@example.org",
            "at": 5 } }),
        json!({ "api_key": { "id": 1, "name": "crm", "prefix": "p", "secret_hash": "h",
            "scopes": "events:write", "created_at": 1 } }),
    ]
}

async fn seeded(store: TestStore) -> TestStore {
    Eye::open(&store.url).await.plant(rows()).await;
    store
}

async fn a_story_is_whole(store: TestStore) {
    let store = seeded(store).await;
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
    let store = seeded(store).await;
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
    let store = seeded(store).await;
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
    let store = seeded(store).await;
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
    let incidents = tx.incidents().list(true, None, 10).await.unwrap();
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
    assert_eq!(tx.keys().list().await.unwrap().len(), 1);
}

async fn a_client_comes_with_everything_that_decides(store: TestStore) {
    let store = seeded(store).await;
    let mut tx = store.read().await.unwrap();
    let record = tx.clients().get("C-1").await.unwrap();
    let client = record.client;
    assert_eq!((client.contacts.len(), client.places.len()), (1, 1));
    assert_eq!(record.contact_ids.len(), 1);
    let cases = tx.cases().for_client("C-1", None, 10).await.unwrap();
    assert_eq!(cases.len(), 1);
    assert!(client.contacts[0].verified);
    assert_eq!(client.topics, [("surveys".to_owned(), false)].into());
    let barred = tx.suppressions().of_client("C-1").await.unwrap();
    assert_eq!(barred[0].reason, SuppressionReason::Stop);
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
        let rows = tx.reports().clients(search, None, 0, 10).await.unwrap();
        assert_eq!(rows.len(), found, "{search}");
    }
    let rows = tx.reports().clients("", None, 0, 10).await.unwrap();
    assert!(rows[0].sms && !rows[0].email);
}

async fn cases_and_incidents_have_their_steps(store: TestStore) {
    let store = seeded(store).await;
    let mut tx = store.read().await.unwrap();
    let case = tx.cases().get("PR-1").await.unwrap();
    assert_eq!(tx.cases().history("PR-1").await.unwrap().len(), 1);
    assert_eq!(tx.cases().list(true, None, 10).await.unwrap().len(), 1);
    let older = tx.cases().list(false, Some(case.id), 10).await.unwrap();
    assert!(older.is_empty());
    let incident = tx.incidents().get("G-1").await.unwrap().id.get();
    let steps = tx.reports().incident_steps(incident).await.unwrap();
    assert_eq!(
        (steps.len(), steps[0].planned, steps[0].suppressed),
        (1, 2, 1)
    );
    assert_eq!(
        tx.reports().places_told(incident, 10).await.unwrap(),
        [(44.5, 11.34)]
    );
}

on_both_databases!(
    a_story_is_whole,
    messages_are_found_by_every_filter,
    sums_are_grouped_as_asked,
    what_is_going_on_is_counted,
    a_client_comes_with_everything_that_decides,
    cases_and_incidents_have_their_steps,
);
