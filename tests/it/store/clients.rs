//! Clients are written in bulk, read back whole, and what they chose stays.

use std::time::Instant;

use araldo::domain::Channel;
use araldo::domain::address::PhonePolicy;
use araldo::domain::client::{Client, SuppressionReason};
use araldo::intake::client;
use araldo::store::Store;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::clients::Put;
use araldo::store::people::erasure::Erasing;
use serde_json::json;

use super::{at, ids};

on_both_databases!(
    a_batch_creates_updates_and_takes_the_later_of_two,
    a_thousand_clients_at_once_take_less_than_two_hundred_one_by_one,
    a_stop_belongs_to_the_address_and_outlives_the_client,
    choices_are_kept_one_by_one,
    names_are_found_by_the_beginnings_of_their_words,
    a_name_that_changes_is_found_by_its_new_words_alone,
    frequent_and_rare_words_are_found_page_by_page,
);

const NOW: &str = "2026-11-22T10:00:00Z";

fn described(number: usize, name: &str) -> Client {
    let value = json!({"client": format!("C-{number}"), "name": name,
        "contacts": [{"channel": "sms", "address": format!("333{number:07}")},
            {"channel": "email", "address": format!("c{number}@example.it")}],
        "places": [{"place": format!("IT001E{number}"), "kind": "pod", "municipality": "037006",
            "lat": 44.5, "lon": 11.25, "tags": ["feeder:BO-12", "zone:3"]}],
        "topics": {"surveys": true}});
    client::parse(&value, &PhonePolicy::default()).unwrap()
}

async fn put(store: &Store, clients: &[&Client]) -> Vec<Put> {
    let mut tx = store.write().await.unwrap();
    let done = tx
        .clients()
        .put_many(clients, at(NOW), ids())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    done
}

async fn a_batch_creates_updates_and_takes_the_later_of_two(store: &Store) {
    let (first, second) = (described(1, "Anna"), described(2, "Bea"));
    let done = put(store, &[&first, &second]).await;
    assert!(
        matches!(done[..], [Put::Created(_), Put::Created(_)]),
        "{done:?}"
    );
    let (early, late) = (described(1, "Anna early"), described(1, "Anna late"));
    let mut tx = store.write().await.unwrap();
    let again = tx
        .clients()
        .put_many(&[&early, &second, &late], at(NOW), ids())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(again[0], Put::Updated(done[0].id()));
    assert_eq!(again[2], again[0]);
    let mut tx = store.read().await.unwrap();
    let record = tx.clients().get("C-1").await.unwrap();
    assert_eq!(record.client, late);
    assert_eq!(tx.clients().list(None, 9, None).await.unwrap().len(), 2);
    assert_eq!(
        tx.clients().list(None, 9, Some("LATE")).await.unwrap(),
        [record]
    );
}

/// Each client has its rows in three tables; with a statement for each, a thousand at once would
/// take some five times as long as two hundred one by one.
async fn a_thousand_clients_at_once_take_less_than_two_hundred_one_by_one(store: &Store) {
    let many: Vec<Client> = (0..1_200).map(|number| described(number, "Anna")).collect();
    let many: Vec<&Client> = many.iter().collect();
    let begun = Instant::now();
    put(store, &many[..1_000]).await;
    let at_once = begun.elapsed();
    let begun = Instant::now();
    for one in &many[1_000..] {
        put(store, &[one]).await;
    }
    let one_by_one = begun.elapsed();
    println!(
        "{}: {at_once:?} at once, {one_by_one:?} one by one",
        store.kind()
    );
    assert!(at_once < one_by_one, "{at_once:?}, {one_by_one:?}");
    let mut tx = store.read().await.unwrap();
    let last = tx.clients().get("C-999").await.unwrap();
    assert_eq!(last.client.places[0].tags, ["feeder:BO-12", "zone:3"]);
    assert_eq!(last.client.places[0].position, Some((44.5, 11.25)));
}

async fn a_stop_belongs_to_the_address_and_outlives_the_client(store: &Store) {
    let anna = described(1, "Anna");
    put(store, &[&anna]).await;
    let phone = anna.contacts[0].address.clone();
    let mut tx = store.write().await.unwrap();
    let bounced = SuppressionReason::HardBounce;
    tx.suppressions()
        .suppress(&phone, bounced, None, at(NOW))
        .await
        .unwrap();
    tx.suppressions()
        .suppress(&phone, SuppressionReason::Stop, None, at(NOW))
        .await
        .unwrap();
    tx.suppressions()
        .suppress(&phone, bounced, None, at(NOW))
        .await
        .unwrap();
    let barred = tx.suppressions().of_client("C-1").await.unwrap();
    assert_eq!(barred.len(), 1);
    assert_eq!(
        barred[0].reason,
        SuppressionReason::Stop,
        "a bounce does not undo a STOP"
    );
    tx.commit().await.unwrap();
    let erasing = Erasing {
        now: at(NOW),
        ids: ids(),
        actor: "test",
        fresh_pepper: "a pepper of more than thirty-two bytes",
        horizon: ReceiptHorizon::default(),
    };
    for expected in [true, false] {
        let erased = store.erase_client("C-1", &erasing).await.unwrap();
        assert_eq!(erased.is_some(), expected);
    }
    put(store, &[&anna]).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.suppressions().of_client("C-1").await.unwrap().len(), 1);
}

async fn choices_are_kept_one_by_one(store: &Store) {
    let anna = described(1, "Anna");
    let id = put(store, &[&anna]).await[0].id();
    let mut tx = store.write().await.unwrap();
    tx.clients().set_topic(id, "surveys", false).await.unwrap();
    tx.clients().set_topic(id, "outages", true).await.unwrap();
    tx.clients()
        .set_preferred(id, Some(Channel::Email), at(NOW))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut quiet = described(1, "Anna");
    quiet.topics.clear();
    put(store, &[&quiet]).await;
    let mut tx = store.read().await.unwrap();
    let kept = tx.clients().record(id).await.unwrap().client;
    assert_eq!(
        kept.preferred,
        Some(Channel::Email),
        "an import that says nothing undoes nothing"
    );
    assert!(!kept.topics["surveys"]);
    assert!(kept.topics["outages"]);
}

/// The names of those who are found.
async fn found(store: &Store, search: &str) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let rows = tx.clients().list(None, 99, Some(search)).await.unwrap();
    let shown = tx.reports().clients(search, None, 0, 99).await.unwrap();
    let names: Vec<String> = rows.into_iter().map(|row| row.client.name).collect();
    let listed: Vec<String> = shown.into_iter().map(|row| row.name).collect();
    assert_eq!(names, listed, "the API and the console on {search}");
    names
}

async fn names_are_found_by_the_beginnings_of_their_words(store: &Store) {
    let names = [
        "Nicolò D’Ançona",
        "Anna-Maria Rossi",
        "Rossi & Figli (Bar) s.p.a.",
        "Maria Verdi/Neri, \"Lella\"",
        "Pier\u{a0}Luigi Anna",
    ];
    let all: Vec<Client> = (0..)
        .zip(names)
        .map(|(at, name)| described(at, name))
        .collect();
    put(store, &all.iter().collect::<Vec<_>>()).await;
    for (search, wanted) in [
        ("ANCONA nicolo", vec![0]),
        ("d'ancona", vec![0]),
        ("rossi", vec![1, 2]),
        ("ross mari", vec![1]),
        ("maria anna", vec![1]),
        ("anna", vec![1, 4]),
        ("figli bar", vec![2]),
        ("S.P.A.", vec![2]),
        ("neri verd", vec![3]),
        ("lella maria verdi", vec![3]),
        ("luigi", vec![4]),
        ("uigi", vec![]),
        ("rossi verdi", vec![]),
        ("& -", vec![]),
        ("it001e3", vec![3]),
        ("IT001E", vec![0, 1, 2, 3, 4]),
        ("C-4", vec![4]),
    ] {
        let mut got = found(store, search).await;
        let kept = |at: usize| names[at].replace('\u{a0}', " ");
        let mut wanted: Vec<String> = wanted.into_iter().map(kept).collect();
        got.sort();
        wanted.sort_unstable();
        assert_eq!(got, wanted, "{search}");
    }
}

async fn a_name_that_changes_is_found_by_its_new_words_alone(store: &Store) {
    put(store, &[&described(1, "Anna Rossi")]).await;
    put(store, &[&described(1, "Anna Bianchi")]).await;
    assert_eq!(found(store, "bianchi").await, ["Anna Bianchi"]);
    assert_eq!(found(store, "rossi").await, [""; 0]);
    assert_eq!(found(store, "anna").await, ["Anna Bianchi"]);
}

/// Frequent words are looked for in another way than rare ones; both ways find the same, page by page.
async fn frequent_and_rare_words_are_found_page_by_page(store: &Store) {
    let many: Vec<Client> = (0..6_000)
        .map(|number| described(number, "Anna Rossi"))
        .collect();
    put(store, &many.iter().collect::<Vec<_>>()).await;
    put(store, &[&described(6_000, "Zita Rossi")]).await;
    let mut tx = store.read().await.unwrap();
    // More than are gone through by a word, and more than one page.
    let page = tx.reports().clients("rossi", None, 0, 50).await.unwrap();
    let next = tx
        .reports()
        .clients("rossi", None, page[49].id, 50)
        .await
        .unwrap();
    assert_eq!((page.len(), next.len()), (50, 50));
    assert!(next[0].id > page[49].id);
    let rare = tx
        .reports()
        .clients("rossi zita", None, 0, 50)
        .await
        .unwrap();
    assert_eq!(rare.len(), 1);
    let both = tx
        .reports()
        .clients("ann ros", None, page[49].id, 50)
        .await
        .unwrap();
    assert_eq!(both, next);
}
