//! Fresh stores: a SQLite file in a folder of its own, a database of its own in one PostgreSQL.

use std::ops::Deref;

use araldo::store::{Store, StoreUrl};
use tempfile::TempDir;

use super::servers::postgres as server;

/// Connections of one test to PostgreSQL: many tests share one server.
const CONNECTIONS: u32 = 5;

/// A store for one test; gone with it.
pub(crate) struct TestStore {
    store: Store,
    /// Where it is, for tests that open it a second time or start a daemon on it.
    pub(crate) url: StoreUrl,
    _folder: Option<TempDir>,
}

impl Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

/// One of each.
pub(crate) async fn stores() -> [TestStore; 2] {
    [sqlite().await, postgres().await]
}

/// A SQLite store.
pub(crate) async fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = StoreUrl::Sqlite(folder.path().join("araldo.db"));
    open(url, Some(folder)).await
}

/// A PostgreSQL store.
pub(crate) async fn postgres() -> TestStore {
    open(StoreUrl::Postgres(server::fresh_database()), None).await
}

/// The store at a place that the test looks after itself.
pub(crate) async fn at(url: StoreUrl) -> TestStore {
    open(url, None).await
}

async fn open(url: StoreUrl, folder: Option<TempDir>) -> TestStore {
    TestStore {
        store: Store::open(&url, CONNECTIONS)
            .await
            .expect("the store opens"),
        url,
        _folder: folder,
    }
}
