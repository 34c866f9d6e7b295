//! What the tests stand on: stores of both kinds and the servers of others. Nothing is skipped:
//! a program that is missing fails the tests that need it, by name.

#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    reason = "each test takes what it needs"
)]

pub(crate) mod daemon;
pub(crate) mod invariants;
pub(crate) mod mailboxes;
pub(crate) mod node;
pub(crate) mod servers;
mod stores;
mod sums;
pub(crate) mod traces;

pub(crate) use stores::{TestStore, at, postgres, sqlite, stores};

/// Makes of `async fn name(store: &Store)` the tests `name::sqlite` and `name::postgres`, each
/// on a fresh store. Several names may be given.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name(&*crate::support::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(&*crate::support::postgres().await).await;
            }
        }
    )+ };
}
