//! Tests as promises.

mod store;
mod templates_engine;
mod templates_render;
//! Tests as promises, on the real parts: both databases, a real relay, a real gateway, a browser.
//! `support` starts them; one file per promise to a user.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[macro_use]
mod support;

mod architecture;
mod bench_ratios;
mod links_are_followed;
mod migrations;
mod reader;
mod receipts_are_folded;
mod servers;
mod status_page_is_the_clients;
mod unsubscribe_by_post;
mod providers;
