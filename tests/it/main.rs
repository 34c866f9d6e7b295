//! Tests as promises.

mod store;
mod templates_engine;
mod templates_render;
