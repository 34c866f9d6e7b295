//! Tests as promises.
mod templates_render;
