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
//! Next: `reader` (what a reader promises), `runner`, `taking`, `mapping`, then `kinds` and the readers
//! of the table below, each in its folder. `clock` makes events of time that passes, `reconcile` finds
//! what no look could see.

mod address;
mod clock;
mod fault;
mod http;
mod installing;
mod kinds;
mod known;
mod mapping;
mod reader;
mod reconcile;
mod register;
mod replay;
mod runner;
mod schedule;
mod settings;
mod snapshot;
mod state;
mod taking;
mod trial;

// Every kind of source: its folder, its settings, its word. A new one is a line here.
kinds::kinds! {
    Sql(sql::SqlSettings) = "sql",
    PostgresOutbox(postgres_outbox::OutboxSettings) = "postgres-outbox",
    PostgresChanges(postgres_changes::ChangesSettings) = "postgres-changes",
    Webhook(webhook::WebhookSettings) = "webhook",
    Cap(cap::CapSettings) = "cap",
    GtfsRt(gtfs_rt::GtfsSettings) = "gtfs-rt",
    Folder(folder::FolderSettings) = "folder",
    Nats(nats::NatsSettings) = "nats",
    HttpFeed(http_feed::HttpFeedSettings) = "http-feed",
    ArcgisOutages(arcgis::ArcgisSettings) = "arcgis-outages",
    Open311(open311::Open311Settings) = "open311",
}

pub use cap::{CapAlert, CapDocument, CapIndex, CapReading, CapSettings};
pub use clock::{ClockSettings, ClockSource, ClockTurn, CompensationClass, IncidentTimes};
pub use fault::SourceFault;
pub use folder::FolderSettings;
pub use gtfs_rt::{GtfsFeed, GtfsMemory, GtfsSettings};
pub use kinds::open;
pub use mapping::{Mapped, Mapping, MappingError, source_of};
pub use postgres_changes::{ChangeDecoder, ChangesPlace, ChangesSettings, RowOperation};
pub use postgres_outbox::OutboxSettings;
pub use reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
pub use reconcile::{ReconcileError, TheirPresent, reconcile_now, reconciled_sentence};
pub use register::{RegisteredSource, SourceRegister, SourcesByName};
pub use replay::{ReplayParts, Replayed, replay};
pub use runner::{Runner, RunnerParts};
pub use schedule::{Schedule, ScheduleError};
pub use settings::{Baseline, SourceSettings, WatchSettings};
pub use state::SourceState;
pub use trial::{RecordNote, TriedRecord, try_record};
pub use webhook::{
    HeaderProof, NotAdmitted, NotReceived, PostedFault, PostedOutcome, Receiver, WebhookSettings,
    WebhookSilence, posted_records,
};
