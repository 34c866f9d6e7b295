//! Bulk input: many rows as one JSON array, bound as one value, so that the SQL stays constant.

use serde::Serialize;

use crate::store::StoreError;

/// The rows as a JSON array, to be read by `words::rows!`.
pub(crate) fn json<T: Serialize>(rows: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(rows)
        .map_err(|error| StoreError::Unfit(format!("cannot write rows as JSON: {error}")))
}
