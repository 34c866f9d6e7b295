//! Templates and links: versions never change, operators' edits are theirs, links stay small.
//! Each promise is a function over a store, to be kept on every database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use araldo::domain::clock::{Clock as _, FixedClock};
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::template::{Source, VersionState};
use araldo::store::templates::{Imported, WriteContext};
use araldo::store::{Store, StoreError, StoreUrl};

const NOON: &str = "2026-11-22T12:00:00Z";

fn notice() -> Source {
    let shipped = Source::shipped().unwrap();
    shipped
        .into_iter()
        .find(|source| source.name == "notice")
        .unwrap()
}

fn edited(text: &str) -> Source {
    let mut source = notice();
    source.parts.get_mut("it").unwrap().sms = Some(text.to_owned());
    source
}

pub(crate) async fn the_first_import_publishes_and_edits_are_kept(store: &Store) {
    let clock = FixedClock::at(NOON);
    let ids = TimeOrderedIds::new(&clock, 1);
    let shipped = WriteContext {
        author: "araldo",
        now: clock.now(),
        ids: &ids,
    };
    let operator = WriteContext {
        author: "operator@energia.example",
        ..shipped
    };
    let mut tx = store.write().await.unwrap();
    let mut templates = tx.templates();
    assert_eq!(
        templates.import(&notice(), shipped).await.unwrap(),
        Imported::Created(1)
    );
    assert_eq!(
        templates.import(&notice(), shipped).await.unwrap(),
        Imported::Unchanged
    );
    assert_eq!(
        templates.import(&edited("new"), shipped).await.unwrap(),
        Imported::Created(2)
    );
    let draft = templates
        .save_draft(&edited("ours"), operator)
        .await
        .unwrap();
    assert_eq!(
        templates.import(&notice(), shipped).await.unwrap(),
        Imported::Kept
    );
    templates.publish(draft, clock.now()).await.unwrap();
    assert_eq!(
        templates.import(&notice(), shipped).await.unwrap(),
        Imported::Kept
    );
    let published = templates.lookup_published("notice").await.unwrap().unwrap();
    assert_eq!((published.version, published.source), (3, edited("ours")));
    assert_eq!(published.author, "operator@energia.example");
    tx.commit().await.unwrap();
}

pub(crate) async fn a_version_is_never_changed_once_published(store: &Store) {
    let clock = FixedClock::at(NOON);
    let ids = TimeOrderedIds::new(&clock, 1);
    let by = WriteContext {
        author: "operator",
        now: clock.now(),
        ids: &ids,
    };
    let mut tx = store.write().await.unwrap();
    let mut templates = tx.templates();
    let first = templates.save_draft(&edited("one"), by).await.unwrap();
    assert_eq!(
        templates
            .save_draft(&edited("one, better"), by)
            .await
            .unwrap(),
        first
    );
    assert!(
        templates
            .lookup_published("notice")
            .await
            .unwrap()
            .is_none()
    );
    templates.publish(first, clock.now()).await.unwrap();
    assert!(matches!(
        templates.publish(first, clock.now()).await,
        Err(StoreError::Missing { .. })
    ));

    let second = templates.save_draft(&edited("two"), by).await.unwrap();
    assert_ne!(second, first);
    templates.publish(second, clock.now()).await.unwrap();
    let draft = templates.save_draft(&edited("three"), by).await.unwrap();
    let back = templates.roll_back("notice", 1, by).await.unwrap();
    let versions = templates.versions("notice").await.unwrap();
    let told = versions.iter().map(|it| (it.version, it.id, it.state));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (4, back, VersionState::Published),
            (3, draft, VersionState::Draft),
            (2, second, VersionState::Retired),
            (1, first, VersionState::Retired),
        ]
    );
    assert_eq!(versions[0].source, edited("one, better"));
    let kept = templates.get_version(first).await.unwrap();
    assert_eq!(kept.source, edited("one, better"));
    let list = templates.list().await.unwrap();
    assert_eq!(
        (list[0].name.as_str(), list[0].published, list[0].draft),
        ("notice", Some(4), Some(3))
    );
    templates.discard_draft(draft).await.unwrap();
    templates.save_draft(&edited("four"), by).await.unwrap();
    let list = templates.list().await.unwrap();
    assert_eq!(list[0].draft, Some(5), "3 is gone, and 4 is the newest");
    let newest = templates.versions("notice").await.unwrap().remove(0);
    templates.discard_draft(newest.id).await.unwrap();
    let again = templates.save_draft(&edited("five"), by).await.unwrap();
    let again = templates.get_version(again).await.unwrap();
    assert_eq!(again.version, 6, "the audit goes on naming what was 5");
    let absent = templates.roll_back("notice", 9, by).await;
    assert!(matches!(absent, Err(StoreError::Missing { .. })));
}

pub(crate) async fn links_have_small_numbers_and_lead_where_they_did(store: &Store) {
    let now = FixedClock::at(NOON).now();
    let urls = [
        "https://a.example/",
        "https://b.example/?x=1&y=2",
        "https://a.example/",
    ]
    .map(String::from);
    let mut tx = store.write().await.unwrap();
    let ids = tx.templates().ensure_links(&urls, now).await.unwrap();
    assert_eq!(ids.iter().map(|id| id.get()).collect::<Vec<_>>(), [1, 2, 1]);
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let again = ["https://c.example/", "https://b.example/?x=1&y=2"].map(String::from);
    let more = tx.templates().ensure_links(&again, now).await.unwrap();
    assert_eq!(more.iter().map(|id| id.get()).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(
        tx.status_page()
            .link_url(ids[1].get())
            .await
            .unwrap()
            .as_deref(),
        Some(urls[1].as_str())
    );
    assert_eq!(tx.status_page().link_url(9).await.unwrap(), None);
}

async fn sqlite(folder: &tempfile::TempDir) -> Store {
    let url = StoreUrl::Sqlite(folder.path().join("araldo.db"));
    Store::open(&url, 1).await.unwrap()
}

#[tokio::test]
async fn templates_keep_their_promises_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    the_first_import_publishes_and_edits_are_kept(&sqlite(&folder).await).await;
    let folder = tempfile::tempdir().unwrap();
    a_version_is_never_changed_once_published(&sqlite(&folder).await).await;
    let folder = tempfile::tempdir().unwrap();
    links_have_small_numbers_and_lead_where_they_did(&sqlite(&folder).await).await;
}
