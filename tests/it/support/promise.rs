//! A promise that needs a store is written once, as a function, and kept on both databases.

use araldo::store::Store;

use super::TestStore;
use crate::reader::Reader;

/// A test as a function of what it is given: a store of its own, a look at one, or a world on it.
pub(crate) trait Promise<Given> {
    async fn holds_on(self, store: TestStore);
}

impl<F: AsyncFnOnce(TestStore)> Promise<TestStore> for F {
    async fn holds_on(self, store: TestStore) {
        self(store).await;
    }
}

impl<F: AsyncFnOnce(&Store)> Promise<&Store> for F {
    async fn holds_on(self, store: TestStore) {
        self(&store).await;
    }
}

impl<F: AsyncFnOnce(Reader)> Promise<Reader> for F {
    async fn holds_on(self, store: TestStore) {
        self(Reader::on(store).await).await;
    }
}

/// Makes of each `async fn name(given)` the tests `name::sqlite` and `name::postgres`, on several
/// threads, as the daemon runs. What can be given: see [`Promise`].
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use $crate::support::Promise as _;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name.holds_on($crate::support::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name.holds_on($crate::support::postgres().await).await;
            }
        }
    )+ };
}
