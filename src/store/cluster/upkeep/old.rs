//! Deletes what is old: cases, incidents, plans, events, the audit. A row goes only when no other
//! row needs it; each call looks at a range of ids.

use super::UpkeepRows;
use crate::domain::Timestamp;
use crate::domain::ids::first_id_at;
use crate::store::{Doing as _, StoreError, json_ids, on};

/// A kind of rows that are deleted when they are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Cases that are closed, with what happened in them.
    Cases,
    /// Incidents that are over, with what was said of them.
    Incidents,
    /// Lines of the audit.
    Deeds,
    Plans,
    /// Events on which nothing hangs.
    Events,
    /// That a client was erased.
    Erasures,
}

/// A stretch that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedRows {
    /// The last id looked at.
    pub upto: i64,
    /// How many rows went.
    pub deleted: u64,
}

impl UpkeepRows<'_> {
    /// Deletes what is older than `before`, among up to `limit` rows after the id `after`. None:
    /// there are no more.
    pub async fn delete_old(
        &mut self,
        old: Old,
        after: i64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Option<DeletedRows>, StoreError> {
        let found = self.old_ids(old, after, before, limit).await?;
        let Some(upto) = found.last().copied() else {
            return Ok(None);
        };
        let ids = json_ids(found);
        if old == Old::Cases {
            self.run("delete what happened in old cases", CASE_CHANGES, &ids)
                .await?;
        }
        if old == Old::Incidents {
            self.run(
                "delete what was said of old incidents",
                INCIDENT_CHANGES,
                &ids,
            )
            .await?;
        }
        let deleted = self.run("delete what is old", texts(old), &ids).await?;
        Ok(Some(DeletedRows { upto, deleted }))
    }

    /// The ids of one stretch, in order. Ids tell the time where nothing says when a thing ended.
    async fn old_ids(
        &mut self,
        old: Old,
        after: i64,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        let (text, until) = match old {
            Old::Cases => (CLOSED_CASES, before.as_micros()),
            Old::Incidents => (CLOSED_INCIDENTS, before.as_micros()),
            Old::Erasures => (ERASURES, before.as_micros()),
            Old::Deeds => (DEEDS, first_id_at(before)),
            Old::Plans => (PLANS, first_id_at(before)),
            Old::Events => (EVENTS, first_id_at(before)),
        };
        on!(&mut *self.0, |c| {
            sqlx::query_scalar(text)
                .bind(after)
                .bind(until)
                .bind(i64::from(limit))
                .fetch_all(&mut **c)
                .await
        })
        .doing("look for what is old")
    }

    async fn run(
        &mut self,
        doing: &'static str,
        (sqlite, postgres): (&'static str, &'static str),
        ids: &str,
    ) -> Result<u64, StoreError> {
        match &mut *self.0 {
            crate::store::Backend::Sqlite(c) => sqlx::query(sqlite)
                .bind(ids)
                .execute(&mut **c)
                .await
                .map(|done| done.rows_affected()),
            crate::store::Backend::Postgres(c) => sqlx::query(postgres)
                .bind(ids)
                .execute(&mut **c)
                .await
                .map(|done| done.rows_affected()),
        }
        .doing(doing)
    }
}

const CLOSED_CASES: &str = "SELECT id FROM case_file WHERE id > $1 AND closed_at IS NOT NULL
    AND closed_at < $2 ORDER BY id LIMIT $3";
const CLOSED_INCIDENTS: &str = "SELECT id FROM incident WHERE id > $1 AND closed_at < $2
    AND state <> 'going_on' ORDER BY id LIMIT $3";
const ERASURES: &str = "SELECT client_id FROM erased_client WHERE client_id > $1
    AND erased_at < $2 ORDER BY client_id LIMIT $3";
const DEEDS: &str = "SELECT id FROM audit WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
const PLANS: &str = "SELECT id FROM plan WHERE id > $1 AND id < $2 AND state = 'planned'
    ORDER BY id LIMIT $3";
const EVENTS: &str = "SELECT id FROM event WHERE id > $1 AND id < $2 AND state <> 'received'
    ORDER BY id LIMIT $3";

/// One text for each database: they differ in how a list of ids is read.
macro_rules! both {
    ($($before:literal)+; $after:literal) => {{
        (
            {
                use crate::store::database::backend::sqlite as words;
                concat!($($before,)+ " IN (", words::ids!("$1"), ")", $after)
            },
            {
                use crate::store::database::backend::postgres as words;
                concat!($($before,)+ " IN (", words::ids!("$1"), ")", $after)
            },
        )
    }};
}

const CASE_CHANGES: (&str, &str) = both!("DELETE FROM case_change WHERE case_id"; "");
const INCIDENT_CHANGES: (&str, &str) = both!("DELETE FROM incident_change WHERE incident_id"; "");

const fn texts(old: Old) -> (&'static str, &'static str) {
    match old {
        Old::Cases => both!("DELETE FROM case_file WHERE id"; ""),
        Old::Incidents => both!("DELETE FROM incident WHERE id"; ""),
        Old::Deeds => both!("DELETE FROM audit WHERE id"; ""),
        Old::Erasures => both!("DELETE FROM erased_client WHERE client_id"; ""),
        Old::Plans => both!(
            "DELETE FROM plan WHERE id";
            " AND NOT EXISTS (SELECT 1 FROM message WHERE message.plan_id = plan.id)"
        ),
        Old::Events => both!(
            "DELETE FROM event WHERE id";
            " AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.event_id = event.id)
             AND NOT EXISTS (SELECT 1 FROM case_change WHERE case_change.event_id = event.id)
             AND NOT EXISTS (SELECT 1 FROM incident_change
             WHERE incident_change.event_id = event.id)"
        ),
    }
}
