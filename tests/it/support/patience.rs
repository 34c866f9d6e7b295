//! Waiting for what must happen: by looking, never by sleeping for luck.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long anything may take. No promise: it only ends a test that would never end, on a machine
/// that may be slow and has others to serve.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// Looks again and again until there is something; `look` says what it sees instead.
pub(crate) async fn until<T>(look: impl AsyncFnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, look).await
}

/// The same for what takes long in any case.
pub(crate) async fn until_within<T>(
    patience: Duration,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) => assert!(begun.elapsed() < patience, "after {patience:?}: {seen}"),
        }
        pause().await;
    }
}

/// Waits until so many have come, or more.
pub(crate) async fn until_come<N: PartialOrd + Display>(expected: N, count: impl Fn() -> N) {
    until(async || {
        let come = count();
        let short = || format!("{come} of {expected} have come");
        (come >= expected).then_some(()).ok_or_else(short)
    })
    .await;
}

/// Between two looks.
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(15)).await;
}
