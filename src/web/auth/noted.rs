//! Notes of use (of a key, of a session), which may be lost: the request matters more.

use std::time::Duration;

use crate::store::StoreError;

/// How long such a note may wait for the writer.
const PATIENCE: Duration = Duration::from_millis(250);

/// Writes a note, and fails no request when the store is busy, full or read-only.
pub(super) async fn note(what: &str, writing: impl Future<Output = Result<(), StoreError>>) {
    match tokio::time::timeout(PATIENCE, writing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(error = %error, "the use of {what} was not noted"),
        Err(_) => tracing::debug!("the use of {what} was not noted: the store is busy"),
    }
}
