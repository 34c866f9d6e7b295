//! Upkeep, once for all nodes: which node has a task's period, what was found, and what is old
//! enough to be blanked or deleted. When that is and what it means is decided in `upkeep`.

mod evidence;
mod old;

pub use old::Old;

use crate::domain::{NodeId, Timestamp};
use crate::store::access::sessions::Sessions;
use crate::store::cluster::invariants::{Invariant, InvariantFinding};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, one, optional_value, value};
use crate::store::messages::transitions::unfinished;
use crate::store::templates::test_sends::TestSends;
use crate::store::{StoreError, handle};
use crate::text::text_enum::text_enum;

text_enum! {
    /// A piece of work that the clock sets going.
    pub enum Task {
        Nightly => "nightly",
        /// What is over is swept out.
        Hourly => "hourly",
    }
}

text_enum! {
    /// Rows that lose what is personal in them when they are old.
    pub enum Blanked {
        /// Messages: the address, and what only this client's text needed.
        Messages => "messages",
        /// Plans: what the text of all their messages needed.
        Plans => "plans",
        /// Evidence: reports about messages, and what else is known of a reading.
        Evidence => "evidence",
    }
}

row! {
    /// An invariant that does not hold, until it is seen to hold again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Breach {
        pub invariant: Invariant,
        /// How many rows broke it when it was last looked at.
        pub broken: i64,
        pub example: Option<i64>,
        /// When it was first found.
        pub found_at: Timestamp,
        /// When it was last seen.
        pub seen_at: Timestamp,
    }
}

/// What the sweep took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions of the console that are over.
    pub sessions: u64,
    /// Finished runs of tasks.
    pub runs: u64,
    pub nodes: u64,
    /// Texts that operators sent to themselves.
    pub tests: u64,
}

/// A stretch of old rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// The last one looked at.
    pub upto: i64,
    /// The first that is not done with yet, if any; it stays as it is.
    pub first_unfinished: Option<i64>,
    /// How many were changed.
    pub changed: u64,
}

handle! {
    /// What the clock sets going.
    upkeep -> UpkeepRows
}

impl UpkeepRows<'_> {
    /// Whether a slot may be taken: nobody entered it, or its node died before it was done.
    pub async fn is_free(&mut self, task: Task, slot: &str) -> Result<bool, StoreError> {
        let taken: bool = value!(self.0, "read who has a task's period",
            "SELECT EXISTS (SELECT 1 FROM task_run r WHERE r.task = $1 AND r.slot = $2
             AND (r.finished_at IS NOT NULL OR r.takes > 1 OR EXISTS (SELECT 1 FROM node
             WHERE node.id = r.node_id AND node.stopped_at IS NULL)))";
            task, slot
        )?;
        Ok(!taken)
    }

    /// Takes a slot of a task: true for the one node that is to do the work. A slot whose node
    /// died before it was done is given once more to whoever asks next.
    pub async fn take(
        &mut self,
        task: Task,
        slot: &str,
        node: NodeId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let entered = affected!(self.0, "start a task's period",
            "INSERT INTO task_run (task, slot, node_id, takes, started_at)
             VALUES ($1, $2, $3, 1, $4) ON CONFLICT (task, slot) DO NOTHING";
            task, slot, node, now
        )?;
        if entered == 1 {
            return Ok(true);
        }
        let taken_over = affected!(self.0, "take over a dead node's task",
            "UPDATE task_run SET node_id = $3, takes = takes + 1, started_at = $4
             WHERE task = $1 AND slot = $2 AND finished_at IS NULL AND takes = 1
             AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = task_run.node_id
             AND node.stopped_at IS NULL)";
            task, slot, node, now
        )?;
        Ok(taken_over == 1)
    }

    /// Notes that the work of a slot is done, and what came of it.
    pub async fn finish(
        &mut self,
        task: Task,
        slot: &str,
        node: NodeId,
        outcome: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that a task is done",
            "UPDATE task_run SET finished_at = $5, outcome = $4
             WHERE task = $1 AND slot = $2 AND node_id = $3";
            task, slot, node, outcome, now
        )
    }

    /// Keeps what was found: a breach is opened or seen again, one that is gone is cleared.
    pub async fn note(
        &mut self,
        finding: &InvariantFinding,
        id: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if finding.broken == 0 {
            return self.clear(finding.invariant, now).await;
        }
        execute!(self.0, "record the violation of an invariant",
            "INSERT INTO breach (id, invariant, broken, example, found_at, seen_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (invariant) WHERE cleared_at IS NULL DO UPDATE SET
             broken = excluded.broken, example = excluded.example,
             seen_at = excluded.seen_at";
            id, finding.invariant, finding.broken, finding.example, now
        )
    }

    async fn clear(&mut self, invariant: Invariant, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "record that an invariant holds again",
            "UPDATE breach SET cleared_at = $2 WHERE invariant = $1 AND cleared_at IS NULL";
            invariant, now
        )
    }

    /// The breaches that stand, the oldest first.
    pub async fn breaches(&mut self) -> Result<Vec<Breach>, StoreError> {
        all!(
            self.0,
            "read the violations of invariants",
            "SELECT invariant, broken, example, found_at, seen_at FROM breach
             WHERE cleared_at IS NULL ORDER BY found_at, id"
        )
    }

    /// Takes away sessions that are over, runs that began before `runs_before`, nodes that stopped
    /// before `nodes_before` and hold nothing, and old tests of texts.
    pub async fn sweep(
        &mut self,
        now: Timestamp,
        runs_before: Timestamp,
        nodes_before: Timestamp,
    ) -> Result<Swept, StoreError> {
        Ok(Swept {
            sessions: Sessions(self.0).sweep(now).await?,
            runs: affected!(self.0, "delete old runs of tasks",
                "DELETE FROM task_run WHERE started_at < $1"; runs_before
            )?,
            nodes: affected!(self.0, "delete nodes that stopped long ago",
                "DELETE FROM node WHERE stopped_at < $1
                 AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.node_id = node.id)";
                nodes_before
            )?,
            tests: TestSends(self.0).sweep(now).await?,
        })
    }

    /// How far a piece of work has come; zero at first.
    pub async fn mark(&mut self, name: &str) -> Result<i64, StoreError> {
        let upto = optional_value!(self.0, "read how far the upkeep has come",
            "SELECT upto FROM upkeep_mark WHERE name = $1";
            name
        )?;
        Ok(upto.unwrap_or(0))
    }

    /// Notes how far a piece of work has come.
    pub async fn note_mark(&mut self, name: &str, upto: i64) -> Result<(), StoreError> {
        execute!(self.0, "record how far the upkeep has come",
            "INSERT INTO upkeep_mark (name, upto) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET upto = excluded.upto";
            name, upto
        )
    }

    /// Blanks the address and the variables of up to `limit` final messages after `after` and
    /// before `before` (ids). None: there is nothing more.
    pub async fn blank(
        &mut self,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Option<Chunk>, StoreError> {
        let Some((upto, first_unfinished)) = self.chunk(after, before, limit).await? else {
            return Ok(None);
        };
        let changed = affected!(self.0, "blank old messages",
            "UPDATE message SET address = '', variables = '{}'
             WHERE id > $1 AND id <= $2 AND (address <> '' OR variables <> '{}')
             AND state NOT IN ", unfinished!();
            after, upto
        )?;
        Ok(Some(Chunk {
            upto,
            first_unfinished,
            changed,
        }))
    }

    /// Deletes up to `limit` final messages after `after` and before `before` (ids), with their
    /// attempts, reports and readings. The sums stay. None: there is nothing more.
    pub async fn delete(
        &mut self,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Option<Chunk>, StoreError> {
        let Some((upto, first_unfinished)) = self.chunk(after, before, limit).await? else {
            return Ok(None);
        };
        macro_rules! deleted {
            ($doing:literal, $($sql:expr),+) => {
                affected!(self.0, $doing, $($sql),+; after, upto)?
            };
        }
        macro_rules! of_finished {
            ($table:literal) => {
                concat!(
                    "DELETE FROM ",
                    $table,
                    " WHERE message_id > $1 AND message_id <= $2
                     AND message_id IN (SELECT id FROM message WHERE id > $1 AND id <= $2
                     AND state NOT IN ",
                    unfinished!(),
                    ")"
                )
            };
        }
        deleted!("delete old attempts", of_finished!("attempt"));
        deleted!("delete old reports", of_finished!("receipt"));
        deleted!("delete old readings", of_finished!("engagement"));
        let changed = deleted!(
            "delete old messages",
            "DELETE FROM message WHERE id > $1 AND id <= $2 AND state NOT IN ",
            unfinished!()
        );
        Ok(Some(Chunk {
            upto,
            first_unfinished,
            changed,
        }))
    }

    async fn chunk(
        &mut self,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Option<(i64, Option<i64>)>, StoreError> {
        let (upto, first_unfinished): (Option<_>, _) = one!(self.0, "look for old messages",
            "SELECT max(x.id), min(CASE WHEN x.state IN ", unfinished!(),
            " THEN x.id END) FROM (SELECT id, state FROM message WHERE id > $1 AND id < $2
             ORDER BY id LIMIT $3) AS x";
            after, before, i64::from(limit)
        )?;
        Ok(upto.map(|upto| (upto, first_unfinished)))
    }

    /// Blanks the variables of up to `limit` plans after `after` and before `before` (ids) whose
    /// messages are all final. None: there is nothing more.
    pub async fn blank_plans(
        &mut self,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Option<Chunk>, StoreError> {
        let upto: Option<i64> = value!(self.0, "look for old plans",
            "SELECT max(x.id) FROM (SELECT id FROM plan WHERE id > $1 AND id < $2
             ORDER BY id LIMIT $3) AS x";
            after, before, i64::from(limit)
        )?;
        let Some(upto) = upto else {
            return Ok(None);
        };
        let changed = affected!(self.0, "blank old plans",
            "UPDATE plan SET variables = '{}' WHERE id > $1 AND id <= $2
             AND state = 'planned' AND variables <> '{}'
             AND NOT EXISTS (SELECT 1 FROM message m WHERE m.plan_id = plan.id
             AND m.state IN ", unfinished!(), ")";
            after, upto
        )?;
        let first_unfinished = value!(self.0, "look for unfinished plans",
            "SELECT min(id) FROM plan WHERE id > $1 AND id <= $2 AND variables <> '{}'";
            after, upto
        )?;
        Ok(Some(Chunk {
            upto,
            first_unfinished,
            changed,
        }))
    }
}
