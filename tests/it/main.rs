//! Tests as promises.
