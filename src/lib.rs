//! Araldo tells people what happens to their cases and services before they have to ask.
//!
//! The path of a message: [`intake`] takes an event in, [`plan`] decides who is told what,
//! [`dispatch`] hands each message to a provider of [`channel`], [`track`] takes in what became
//! of it, [`insight`] sums up. Each stage hands over through rows in the [`store`]; [`domain`]
//! holds the words and rules they share. ARCHITECTURE.md is the map.

pub mod app;
pub mod channel;
pub mod cli;
pub mod config;
pub mod dispatch;
pub mod domain;
pub mod feed;
pub mod identity;
pub mod insight;
pub mod intake;
pub mod plan;
pub mod runtime;
pub mod source;
pub mod store;
pub mod telemetry;
pub mod template;
pub mod text;
pub mod track;
pub mod upkeep;
pub mod web;
