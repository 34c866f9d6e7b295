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
//! `postgres_outbox` and those beside them. `clock` makes events of time that passes.

mod address;
mod arcgis;
mod cap;
mod clock;
mod fault;
mod folder;
mod gtfs_rt;
mod http;
mod http_feed;
mod installing;
mod kinds;
mod known;
mod mapping;
mod nats;
mod postgres_changes;
mod postgres_outbox;
mod reader;
mod register;
mod replay;
mod runner;
mod schedule;
mod settings;
mod snapshot;
mod sql;
mod state;
mod taking;
mod trial;
mod webhook;

pub use cap::{CapAlert, CapDocument, CapIndex, CapReading, CapSettings};
pub use clock::{ClockSettings, ClockSource, ClockTurn, IncidentTimes};
pub use fault::SourceFault;
pub use folder::FolderSettings;
pub use gtfs_rt::{GtfsFeed, GtfsMemory, GtfsSettings};
pub use kinds::{ReaderSettings, open};
pub use mapping::{Mapped, Mapping, MappingError, source_of};
pub use postgres_changes::{ChangeDecoder, ChangesPlace, ChangesSettings, RowOperation};
pub use postgres_outbox::OutboxSettings;
pub use reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
pub use register::{RegisteredSource, SourceRegister};
pub use replay::{ReplayParts, Replayed, replay};
pub use runner::{Runner, RunnerParts};
pub use schedule::{Schedule, ScheduleError};
pub use settings::{Baseline, SourceSettings, WatchSettings};
pub use state::SourceState;
pub use trial::{TriedRecord, try_record};
pub use webhook::{
    HeaderProof, NotAdmitted, NotReceived, PostedFault, PostedOutcome, Receiver, WebhookSettings,
    WebhookSilence, posted_records,
};
