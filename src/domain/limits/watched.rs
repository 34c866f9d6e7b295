//! What watched systems say, and how they are watched.

use std::time::Duration;

use chrono::TimeDelta;

use super::REFERENCE;

// ---- What watched systems say ----

/// Longest column name or expression of a source's mapping, in bytes.
pub const SOURCE_FIELD: usize = 2_000;
/// Records taken in one transaction.
pub const SOURCE_RECORDS: usize = 1_000;
/// The longest pause after looks that failed in a row.
pub const SOURCE_LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Records of one source that could not be taken and are kept; with more, it is not read on.
pub const SOURCE_DEAD_KEPT: i64 = 10_000;
/// Largest record that is taken, in bytes: more is a document, not a change.
pub const SOURCE_ROW: usize = 256 * 1024;
/// What records read at once may hold together, in bytes; with more, fewer are taken.
pub const SOURCE_PAGE: usize = 32 * 1024 * 1024;
/// Rows that are read when a source is asked for its present state, closed ones among them.
pub const RECONCILE_ROWS: usize = 1_000_000;
/// Things that are open, there or here, when both are compared: all of them are in memory then.
pub const RECONCILE_OPEN: usize = 200_000;
/// Differences of each sort that are named; all are counted.
pub const RECONCILE_NAMED: usize = 20;
/// Late events that one comparison makes; the next one makes more. So many records are kept meanwhile,
/// of [`SOURCE_PAGE`] bytes together.
pub const RECONCILE_LATE: usize = 1_000;
/// How long their system may take to say all that stands there now.
pub const RECONCILE_WITHIN: Duration = Duration::from_mins(10);
/// How long after a comparison that failed the next one is tried.
pub const RECONCILE_AGAIN: TimeDelta = TimeDelta::minutes(15);
/// Columns of a table of theirs: PostgreSQL has no more.
pub const TABLE_COLUMNS: u16 = 1_664;
/// Lists in lists of one column: PostgreSQL has no more.
pub const ARRAY_DEPTH: usize = 6;
/// Tables of others that are remembered while a log is read.
pub const CHANGED_TABLES: usize = 10_000;
/// Records that could not be taken, as they are shown at once.
pub const SOURCE_DEAD_SHOWN: i64 = 100;
/// Bytes of one answer of a feed, and of all pages of one look together.
pub const SOURCE_BODY: usize = SOURCE_PAGE;
/// Bytes of what a feed says of an answer (`ETag`, `Last-Modified`) and that is kept.
pub const FEED_WORDS: usize = 200;
/// How often a feed may send us on to another of its addresses.
pub const FEED_REDIRECTS: usize = 3;
/// Pages of one look at a feed: each is a request.
pub const FEED_PAGES: usize = 200;
/// Rows that are asked of a map's layer at once; most servers give 1,000 or 2,000 at most.
pub const ARCGIS_PAGE: usize = 2_000;
/// Places of one outage around which a circle is drawn; with more, its municipalities are told.
pub const ARCGIS_CIRCLES: usize = 200;
/// Things that are going on at once, of one source that shows everything that is going on.
pub const SNAPSHOT_THINGS: usize = 20_000;
/// Bytes of what is kept of such things between two looks, as JSON: it is one value in the store.
pub const SNAPSHOT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of the key by which such a thing is told from others.
pub const SNAPSHOT_KEY: usize = REFERENCE;
/// Whole looks in a row in which a thing is absent, until it has ended.
pub const SNAPSHOT_ABSENT_LOOKS: u32 = 2;
/// Whole looks in a row that hold less than half of what is going on, until that is believed.
pub const SNAPSHOT_DOUBTFUL_LOOKS: u32 = 6;
/// Things of which all may end at once; with more, a look that holds none is never believed.
pub const SNAPSHOT_FEW: usize = 3;
/// Things that ended and are remembered, so that one that comes back is told anew.
pub const SNAPSHOT_PAST: usize = 10_000;
/// States of a thing that are remembered, so that one it goes back to is told anew.
pub const SNAPSHOT_STATES: usize = 8;
/// Bytes of an alert, or of an index of alerts: each is read into a tree of five times that.
pub const CAP_BYTES: usize = 4 * 1024 * 1024;
/// Links of one index that are followed: the newest.
pub const FEED_ALERTS: usize = 500;
/// Links of an index that are followed in one look: each is a request.
pub const CAP_FOLLOWED: usize = 100;
/// Links that may fail in one look before the others are left for the next one.
pub const CAP_FAILED: usize = 5;
/// Languages and hazards of one alert (`info`).
pub const CAP_INFOS: usize = 100;
/// Areas of one alert, over all languages.
pub const CAP_AREAS: usize = 5_000;
/// Earlier alerts that one alert names.
pub const CAP_REFERENCES: usize = 500;
/// Alerts that are remembered, so that an update is known for one.
pub const CAP_REMEMBERED: usize = 2_000;
/// Nodes of one XML document: elements, and the texts between them.
pub const XML_NODES: u32 = 200_000;
/// Elements within one another in it: an alert has five.
pub const XML_DEPTH: usize = 64;
/// Attributes of one of its elements: each is held against the others.
pub const XML_ATTRIBUTES: usize = 100;
/// Namespaces that it declares, repeats included: each element holds all that stand around it.
pub const XML_NAMESPACES: usize = 1_000;
/// Bytes of a file that is put into a watched folder.
pub const FOLDER_FILE: u64 = 512 * 1024 * 1024;
/// The same of one that is JSON as a whole: it is read into memory.
pub const FOLDER_JSON: u64 = 64 * 1024 * 1024;
/// Files of a folder that are looked at.
pub const FOLDER_ENTRIES: usize = 100_000;
/// Columns of a CSV file.
pub const FOLDER_COLUMNS: usize = 500;
/// Alerts and trips of one feed of a transit agency.
pub const GTFS_ENTITIES: usize = SNAPSHOT_THINGS;
/// Bytes of one of them.
pub const GTFS_ENTITY: usize = SOURCE_ROW;
/// Lines, stops and agencies that one alert names, each of which becomes a tag.
pub const GTFS_TAGS: usize = 1_000;
/// Trips that were late and are remembered, so that one that is late again is told anew.
pub const GTFS_TRIPS: usize = 10_000;
/// Records of one request that somebody posts to a source: they are taken in one transaction.
pub const WEBHOOK_ITEMS: usize = SOURCE_RECORDS;
/// Bytes of what stands around the records of one such request, counted once for each of them.
pub const WEBHOOK_ENVELOPES: usize = 4 * 1024 * 1024;
/// Bytes of all requests together that are signed for a source, as long as it is not known by whom:
/// whoever can reach the port may begin such a request.
pub const UNPROVEN_BYTES: usize = 16 * 1024 * 1024;
/// Such requests at once.
pub const UNPROVEN_BODIES: usize = 64;
/// Records that could not be taken, tried again in one request.
pub const SOURCE_REPLAYED: i64 = 1_000;

// ---- Which systems are watched, and how: the operator's own settings ----

/// Sources of one file of settings: each may keep a connection to its system.
pub const SOURCES: usize = 64;
/// Characters of a source's name.
pub const SOURCE_NAME: usize = 40;
/// Columns that together say how far a query was read.
pub const SOURCE_CURSOR: usize = 4;
/// Columns of their table that an outbox hands over.
pub const SOURCE_COLUMNS: usize = 100;
/// Bytes of the way to a field inside an answer of a feed.
pub const FEED_PATH: usize = 200;
/// Headers that are sent to a feed.
pub const FEED_HEADERS: usize = 20;
/// Bytes of a feed's address.
pub const FEED_URL: usize = 4_096;
/// Further hosts that an index of alerts may link to, and names of geocodes that are understood.
pub const CAP_NAMES: usize = 20;
/// Subjects that one source takes out of a stream of NATS.
pub const NATS_SUBJECTS: usize = 32;
/// Places of a stream of NATS, among those that a consumer handed out, that are called back one by one
/// when a reader begins; with more, what is out comes by itself when the consumer has waited.
pub const NATS_CALLED_BACK: u64 = 20_000;
/// Bytes of the name of a stream, a consumer or a subject of NATS.
pub const NATS_NAME: usize = 255;
/// Tables whose changes one source reads out of a log.
pub const SOURCE_TABLES: usize = 100;
/// The least and the most of their disk that may be kept for us, in bytes.
pub const SLOT_RETAINED: (u64, u64) = (1 << 20, 4 << 40);
/// Bytes of a name in their database: PostgreSQL cuts longer ones.
pub const SQL_NAME: usize = 63;
/// The shortest and the longest time that a signature of a request may be old, or ahead.
pub const WEBHOOK_WITHIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(24));
/// The shortest and the longest time that a file must have stood still.
pub const FOLDER_SETTLE: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_hours(1));
/// The shortest and the longest delay that is told.
pub const GTFS_DELAY: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(24));
/// The shortest and the longest time after which a feed that says nothing new is out of date.
pub const GTFS_STALE: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(7 * 24));
/// The shortest and the longest time from one look to the next.
pub const LOOK_EVERY: (TimeDelta, TimeDelta) = (TimeDelta::milliseconds(100), TimeDelta::days(7));
/// The shortest and the longest time that their system may take for an answer.
pub const LOOK_TIMEOUT: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_mins(10));
/// How far a look may go back behind the last one.
pub const LOOK_OVERLAP: Duration = Duration::from_hours(24);
