//! Dead letters: records that no event could be made of, or that intake refused. They stay with
//! their text and the reason until a person has mended the cause and they are taken after all, or
//! are forgotten. An erasure deletes those that name its client (`people::erasure`).

use super::Sources;
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional};
use crate::store::people::erasure;

row! {
    /// A record that could not be taken.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeadRecord {
        pub id: i64,
        /// Where it stands over there, for people.
        pub place: String,
        /// Why it was not taken, when it was last tried.
        pub reason: String,
        /// Its fields as they say them, as JSON.
        pub record: String,
        /// It stood there when its source was new: nobody is to be told of it.
        pub quiet: bool,
        /// When it was first read.
        pub dead_at: Timestamp,
    }
}

/// Characters of a record that a list shows.
pub const DEAD_BEGINNING: usize = 2_000;

row! {
    /// A record that could not be taken, as a list shows it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeadNotice {
        pub id: i64,
        /// See [`DeadRecord::place`].
        pub place: String,
        /// See [`DeadRecord::reason`].
        pub reason: String,
        /// How its text begins, as far as [`DEAD_BEGINNING`].
        pub beginning: String,
        pub dead_at: Timestamp,
    }
}

/// A record on its way to the dead letters.
#[derive(Debug, Clone, Copy)]
pub struct DeadLetter<'a> {
    pub id: i64,
    pub place: &'a str,
    pub reason: &'a str,
    /// Its fields, as JSON.
    pub record: &'a str,
    /// Of the record: the same again is not kept twice.
    pub digest: &'a str,
    /// See [`DeadRecord::quiet`].
    pub quiet: bool,
}

macro_rules! columns {
    () => {
        "SELECT id, place, reason, record, quiet, dead_at FROM source_dead WHERE source = $1 "
    };
}

impl Sources<'_> {
    /// Keeps a record that could not be taken. One with this digest that is there already stays,
    /// with the new reason.
    pub async fn bury(
        &mut self,
        source: &str,
        letter: DeadLetter<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // An erasure looks for records that name its client: it waits for this one.
        erasure::hold_off(self.0).await?;
        execute!(self.0, "keep a record that could not be taken",
            "INSERT INTO source_dead (id, source, place, reason, record, digest, quiet, dead_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (source, digest) DO UPDATE SET reason = excluded.reason";
            letter.id, source, letter.place, letter.reason, letter.record, letter.digest,
            letter.quiet, now
        )
    }

    /// At most `limit` records of a source that could not be taken, the oldest first.
    pub async fn dead(&mut self, source: &str, limit: i64) -> Result<Vec<DeadRecord>, StoreError> {
        all!(self.0, "list the records that could not be taken",
            columns!(), "ORDER BY id LIMIT $2";
            source, limit
        )
    }

    /// One of them, if it is this source's.
    pub async fn dead_one(
        &mut self,
        source: &str,
        id: i64,
    ) -> Result<Option<DeadRecord>, StoreError> {
        optional!(self.0, "read a record that could not be taken",
            columns!(), "AND id = $2";
            source, id
        )
    }

    /// At most `limit` of those behind `after`, the oldest first.
    pub async fn dead_after(
        &mut self,
        source: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        all!(self.0, "list the records that could not be taken",
            columns!(), "AND id > $2 ORDER BY id LIMIT $3";
            source, after, limit
        )
    }

    /// At most `limit` of a source, the newest first.
    pub async fn newest_dead(
        &mut self,
        source: &str,
        limit: i64,
    ) -> Result<Vec<DeadNotice>, StoreError> {
        all!(self.0, "show the records that could not be taken",
            "SELECT id, place, reason, substr(record, 1, 2000) AS beginning, dead_at
             FROM source_dead WHERE source = $1 ORDER BY id DESC LIMIT $2";
            source, limit
        )
    }

    /// One of them was tried again in vain: writes down why.
    pub async fn still_dead(
        &mut self,
        source: &str,
        id: i64,
        reason: &str,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record why a record still cannot be taken",
            "UPDATE source_dead SET reason = $3 WHERE source = $1 AND id = $2";
            source, id, reason
        )
    }

    /// Deletes one of them, taken by now or given up. False: there is none.
    pub async fn forget(&mut self, source: &str, id: i64) -> Result<bool, StoreError> {
        let done = affected!(self.0, "forget a record that could not be taken",
            "DELETE FROM source_dead WHERE source = $1 AND id = $2";
            source, id
        )?;
        Ok(done == 1)
    }
}
