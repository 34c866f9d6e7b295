//! Tests as promises.

mod providers;
