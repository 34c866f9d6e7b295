//! Sources that Araldo looks at by itself: which node reads each, how far it came, and how it does.
//! What could not be taken is in `dead`, what a source says is open and is not known here in
//! `reconciliation`; mailboxes are in `inboxes`.
//!
//! A claim ends with its node, as every other does, and it is a fence: what a node writes of a
//! source counts only while the source is its own. What a look brought stands in the same
//! transaction as the place it reached; when to look and what to take is decided in `source`.

mod dead;
pub mod inboxes;
mod reconciliation;

use chrono::TimeDelta;

pub use self::dead::{DEAD_BEGINNING, DeadLetter, DeadNotice, DeadRecord};
pub use self::inboxes::InboxRow;
pub use self::reconciliation::{
    ComparedSource, DifferenceSort, NamedDifference, ReconciledRow, StandingHere,
};

use crate::domain::{NodeId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::{StoreError, handle};

/// The name and the kind of the clock, which is no system of others: who minds it is written down as
/// for a source, and no source may be called so.
pub const CLOCK: &str = "clock";

row! {
    /// Where a source stands.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SourceRow {
        pub name: String,
        /// Who reads it, or read it last and stopped.
        pub node: Option<NodeId> as node_id,
        /// How far it was read, as JSON in its reader's words. None: from the beginning.
        pub cursor: Option<String>,
        /// What stood there when the source was new has been read.
        pub settled: bool,
        /// When the last look that did not fail was kept.
        pub looked_at: Option<Timestamp>,
        /// When the last look that brought something was kept.
        pub record_at: Option<Timestamp>,
        /// From their change to our commit, where a record last said when it changed.
        pub lag: Option<TimeDelta> = span as (lag),
        /// Taken so far, also those that could not be made events.
        pub records: i64,
        /// Looks that failed since the last that did not.
        pub faults: i64,
        /// Why the last look failed.
        pub fault: Option<String>,
        /// When the first of the looks that failed did.
        pub fault_since: Option<Timestamp>,
        /// What an operator should know although reading goes on.
        pub doubt: Option<String>,
        /// Records that could not be taken and wait for a person.
        pub dead: i64,
    }
}

impl SourceRow {
    /// Somebody has to look after it: it cannot be read, it is doubtful, or records wait.
    #[must_use]
    pub const fn is_an_alarm(&self) -> bool {
        self.fault.is_some() || self.doubt.is_some() || self.dead > 0
    }
}

/// What came of a look that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceProgress {
    /// From where to look next, as JSON. None: as before.
    pub cursor: Option<String>,
    /// What stood there when the source was new has been read.
    pub settled: bool,
    /// How many records it brought.
    pub records: i64,
    /// From their change to now, if a record said when it changed.
    pub lag: Option<TimeDelta>,
    pub looked_at: Timestamp,
    /// What an operator should know although reading goes on.
    pub doubt: Option<String>,
}

handle!(sources -> Sources);

macro_rules! columns {
    () => {
        "SELECT name, node_id, cursor, settled, looked_at, record_at, lag, records, faults, fault,
         fault_since, doubt, (SELECT CAST(count(*) AS BIGINT) FROM source_dead
         WHERE source_dead.source = source.name) AS dead FROM source"
    };
}

impl Sources<'_> {
    /// Enters a source that was never looked at; one that is there stays as it is. One of another
    /// kind is new, whatever was called so before: what stands there tells nobody.
    pub async fn ensure(&mut self, name: &str, kind: &str) -> Result<(), StoreError> {
        execute!(self.0, "enter a source",
            "INSERT INTO source (name, kind, settled, records, faults) VALUES ($1, $2, $3, 0, 0)
             ON CONFLICT (name) DO UPDATE SET kind = $2, cursor = NULL, settled = $3,
             began_at = NULL WHERE source.kind <> $2";
            name, kind, false
        )
    }

    /// Takes a source to be read: true when it is this node's now, because it was already, or was
    /// nobody's, or its node has stopped.
    pub async fn claim(&mut self, name: &str, node: NodeId) -> Result<bool, StoreError> {
        let done = affected!(self.0, "claim a source",
            "UPDATE source SET node_id = $2 WHERE name = $1
             AND (node_id IS NULL OR node_id = $2 OR NOT EXISTS (SELECT 1 FROM node
             WHERE node.id = source.node_id AND node.stopped_at IS NULL))";
            name, node
        )?;
        Ok(done == 1)
    }

    /// Since when what stands there already is being read: from now on, unless that began before. Whoever
    /// goes on with it must tell what changed since then.
    pub async fn baseline_since(
        &mut self,
        name: &str,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        execute!(self.0, "record that a source is read for the first time",
            "UPDATE source SET began_at = $2
             WHERE name = $1 AND began_at IS NULL AND NOT settled";
            name, now
        )?;
        value!(self.0, "read since when a source is read for the first time",
            "SELECT coalesce(began_at, $2) FROM source WHERE name = $1";
            name, now
        )
    }

    /// Lets go of a source, so that any node may claim it.
    pub async fn release(&mut self, name: &str, node: NodeId) -> Result<(), StoreError> {
        execute!(self.0, "release a source",
            "UPDATE source SET node_id = NULL WHERE name = $1 AND node_id = $2";
            name, node
        )
    }

    /// Where the source of this name stands, if it was ever entered.
    pub async fn get(&mut self, name: &str) -> Result<Option<SourceRow>, StoreError> {
        optional!(self.0, "read a source",
            columns!(), " WHERE name = $1";
            name
        )
    }

    /// All sources that were ever entered, by name. The clock is none of them.
    pub async fn list(&mut self) -> Result<Vec<SourceRow>, StoreError> {
        all!(self.0, "list the sources", columns!(), " WHERE name <> $1 ORDER BY name"; CLOCK)
    }

    /// Notes a look that did not fail; faults are over. False: the source is another node's by now,
    /// and the caller must not commit.
    pub async fn advance(
        &mut self,
        name: &str,
        node: NodeId,
        progress: &SourceProgress,
    ) -> Result<bool, StoreError> {
        let lag = progress.lag.and_then(|lag| lag.num_microseconds());
        let done = affected!(self.0, "record how far a source was read",
            "UPDATE source SET cursor = coalesce($3, cursor), settled = $4,
             began_at = CASE WHEN $4 THEN NULL ELSE began_at END, records = records + $5, lag = coalesce($6, lag), looked_at = $7,
             record_at = CASE WHEN $5 > 0 THEN $7 ELSE record_at END,
             doubt = $8, faults = 0, fault = NULL, fault_since = NULL
             WHERE name = $1 AND node_id = $2";
            name, node, &progress.cursor, progress.settled, progress.records, lag,
            progress.looked_at, &progress.doubt
        )?;
        Ok(done == 1)
    }

    /// Notes what a system posted by itself; no node claims such a source. False: it was never
    /// entered, and the caller must not commit.
    pub async fn received(
        &mut self,
        name: &str,
        progress: &SourceProgress,
    ) -> Result<bool, StoreError> {
        let lag = progress.lag.and_then(|lag| lag.num_microseconds());
        let done = affected!(self.0, "record what was posted to a source",
            "UPDATE source SET settled = $2, records = records + $3, lag = coalesce($4, lag),
             looked_at = $5, record_at = CASE WHEN $3 > 0 THEN $5 ELSE record_at END,
             doubt = $6, faults = 0, fault = NULL, fault_since = NULL WHERE name = $1";
            name, progress.settled, progress.records, lag, progress.looked_at, &progress.doubt
        )?;
        Ok(done == 1)
    }

    /// A source that others post to is waited for: its silence counts from now, unless it is waited
    /// for already.
    pub async fn await_posts(&mut self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "wait for what is posted to a source",
            "UPDATE source SET looked_at = $2 WHERE name = $1 AND looked_at IS NULL";
            name, now
        )
    }

    /// Writes a doubt on a source that brought nothing after `heard`, unless it bears one already.
    /// True: it was written.
    pub async fn doubt_silence(
        &mut self,
        name: &str,
        heard: Timestamp,
        doubt: &str,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "doubt the silence of a source",
            "UPDATE source SET doubt = $3 WHERE name = $1 AND doubt IS NULL
             AND coalesce(record_at, looked_at) <= $2";
            name, heard, doubt
        )?;
        Ok(done == 1)
    }

    /// Notes that a look failed, if the source is still this node's. Since when they fail stays.
    pub async fn failed(
        &mut self,
        name: &str,
        node: NodeId,
        fault: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that a source could not be read",
            "UPDATE source SET faults = faults + 1, fault = $3,
             fault_since = coalesce(fault_since, $4) WHERE name = $1 AND node_id = $2";
            name, node, fault, now
        )
    }

    /// Has a source be read from another place; none: from the beginning, which counts as a first look
    /// that begins now if the first one is not over. Whoever reads it this
    /// moment loses it, keeps nothing of what it has in hand, and claims it again with this place.
    pub async fn rewind(&mut self, name: &str, cursor: Option<&str>) -> Result<(), StoreError> {
        execute!(self.0, "set a source back",
            "UPDATE source SET cursor = $2, node_id = NULL,
             began_at = CASE WHEN $2 IS NULL THEN NULL ELSE began_at END WHERE name = $1";
            name, cursor
        )
    }
}

/// A span of time as it stands in its column, in microseconds.
fn span(micros: Option<i64>) -> Option<TimeDelta> {
    micros.map(TimeDelta::microseconds)
}
