//! Sources: what other people's databases say is told by itself. Their database is a real one, of
//! each kind, written with plain SQL by somebody who knows nothing of Araldo.

mod bad_input;
mod killed;
mod outbox;
mod theirs;
mod told_by_itself;
