//! Tests as promises, on the real parts: both databases, a real relay, a real gateway, a browser.
//! `support` starts them; one file per promise to a user.

#![expect(
    clippy::clone_on_ref_ptr,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, prints what it measured, and tells its story in one go"
)]

#[macro_use]
mod support;

mod accessible;
mod answers_fit_who_asks;
mod api_is_described;
mod architecture;
mod bars_are_lifted;
mod chaos;
mod check_and_serve;
mod clock;
mod commands;
mod connections;
mod console_browser;
mod console_incidents;
mod console_live;
mod console_login;
mod console_pages;
mod console_people;
mod console_seed;
mod console_templates;
mod console_words;
mod conversations;
mod conversations_console;
mod days;
mod demo_runs;
mod deputies;
mod erasure_is_documented;
mod erasure_races;
mod fallback_is_written;
mod first_build;
mod incidents;
mod insight;
mod intake_api;
mod intake_cases_and_incidents;
mod intake_clients;
mod intake_doors;
mod intake_events;
mod intake_keys;
mod intake_times;
mod links_are_followed;
mod links_end_with_the_address;
mod logs_name_nobody;
mod mail;
mod mail_comes_back;
mod mail_events;
mod map_in_the_browser;
mod migrations;
mod nodes;
mod nothing_is_dead;
mod one_name_one_type;
mod own_choices;
mod pages_are_seen;
mod partners;
mod path_is_described;
mod people_have_their_own_time;
mod preview_is_the_plan;
mod promises;
mod providers;
mod providers_are_asked;
mod rates_api;
mod reader;
mod receipts_are_folded;
mod receipts_over_http;
mod receipts_over_smpp;
mod relays;
mod replies_are_read;
mod replies_by_sms;
mod rights;
mod rules_are_tried;
mod rules_are_written;
mod rules_at_the_console;
mod rules_by_program;
mod sandbox_is_described;
mod schema_is_explained;
mod servers;
mod sign_in;
mod sources;
mod status_page_is_the_clients;
mod store;
mod store_of_the_version_before;
mod story_of_a_case;
mod surveys_are_answered;
mod template_from_nothing;
mod template_test_send;
mod templates_engine;
mod templates_render;
mod texts;
mod truth;
mod unsubscribe_by_post;
mod upkeep;
mod verdict_explains;
mod webhooks_out;
