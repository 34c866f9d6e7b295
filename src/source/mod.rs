//! Where Araldo looks by itself: databases, tables that others write, and what comes later. Each
//! thing found becomes an event and is kept as one that somebody posted.
//!
//! ```text
//!  their system ──► Reader ──► SourceRecord ──► Mapping ──► Event ──► store ──► acknowledge
//! ```
//!
//! A [`Reader`] knows one kind of system and nothing of events; [`Mapping`] makes an event of a
//! record; [`Runner`] does what all have in common: whose turn it is, when, from where, how to go on
//! after a fault. Events and the place that was reached are kept in one transaction; the other side
//! is told afterwards, and what is read twice is recognised by its id. Who is told is `plan`'s.
//!
//! Next: `reader` (what a reader promises), `runner`, `taking`, `mapping`, then the readers: `sql`,
//! `postgres_outbox` and those beside them.

mod address;
mod fault;
mod kinds;
mod known;
mod mapping;
mod postgres_outbox;
mod reader;
mod replay;
mod runner;
mod schedule;
mod settings;
mod sql;
mod taking;

pub use fault::SourceFault;
pub use kinds::{ReaderSettings, open};
pub use known::known;
pub use mapping::{Mapped, Mapping, MappingError, source_of};
pub use postgres_outbox::{OutboxSettings, apply, install_sql, remove_sql};
pub use reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
pub use replay::replay;
pub use runner::{Runner, RunnerParts};
pub use schedule::{Schedule, ScheduleError};
pub use settings::{Baseline, SourceSettings, WatchSettings};
