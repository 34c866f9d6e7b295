//! Sources: what other people's databases say is told by itself. Their database is a real one, of
//! each kind, written with plain SQL by somebody who knows nothing of Araldo.

pub(crate) mod at_console;
mod bad_input;
mod bus;
mod cap;
mod changes;
mod examples;
mod feeds;
mod folder;
mod gtfs_rt;
mod killed;
mod nats;
mod open311;
mod outbox;
mod reconcile;
mod reloaded;
mod said_again;
mod theirs;
mod told_by_itself;
mod webhook;
