//! Tests that measure time. Each stands in a module `alone`, so that `scripts/test` runs them after
//! all others, and begins with [`alone`], so that `cargo test` runs no two of them at once. There
//! are few: a bound on a count, on an order or on a ratio needs no quiet machine.

use tokio::sync::{Mutex, MutexGuard};

/// Until this is dropped, no other test measures.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static MEASURING: Mutex<()> = Mutex::const_new(());
    MEASURING.lock().await
}
