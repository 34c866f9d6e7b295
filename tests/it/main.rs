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
mod console_pages;
mod console_seed;
mod migrations;
mod rates_api;
mod servers;
mod store;
mod templates_render;
