//! Nodes: who is alive by the database's clock, and giving back what dead nodes held.

pub use crate::store::messages::transitions::{Looks, Rescued};

use crate::domain::{MessageId, NodeId, Timestamp};
use crate::store::database::sql::{affected, all, execute, values};
use crate::store::messages::attempts::Attempts;
use crate::store::messages::transitions;
use crate::store::{Backend, Conn, Doing as _, StoreError, handle, json_ids};

handle!(nodes -> Nodes);

/// A run of the daemon.
#[derive(Debug, Clone)]
pub struct NewNode {
    pub id: NodeId,
    /// The part of an id that tells live nodes apart.
    pub slot: u8,
    /// Its name from the configuration; a restart has the same name and a new id.
    pub name: String,
    /// What it does, joined by commas.
    pub roles: String,
}

impl Nodes<'_> {
    /// The connection, for what only one of the databases has.
    pub(in crate::store) fn conn(&mut self) -> &mut Conn {
        self.0
    }

    /// Slots of nodes that have not stopped.
    pub async fn slots_in_use(&mut self) -> Result<Vec<u8>, StoreError> {
        let slots: Vec<i64> = values!(
            self.0,
            "read the nodes",
            "SELECT slot FROM node WHERE stopped_at IS NULL"
        )?;
        Ok(slots
            .into_iter()
            .filter_map(|slot| slot.try_into().ok())
            .collect())
    }

    /// Enters a node. Fails when its slot was taken meanwhile: choose another and try again.
    pub async fn register(&mut self, node: &NewNode) -> Result<(), StoreError> {
        execute!(self.0, "register this node",
            "INSERT INTO node (id, slot, name, roles, version, started_at, heartbeat_at)
             VALUES ($1, $2, $3, $4, $5, ", words::now!(), ", ", words::now!(), ")";
            node.id, i64::from(node.slot), &node.name, &node.roles, env!("CARGO_PKG_VERSION")
        )
    }

    /// Says that the node is alive. False: it has been declared dead, and must not send.
    pub async fn beat(&mut self, node: NodeId) -> Result<bool, StoreError> {
        let done = affected!(self.0, "record that this node is alive",
            "UPDATE node SET heartbeat_at = ", words::now!(),
            " WHERE id = $1 AND stopped_at IS NULL";
            node
        )?;
        Ok(done == 1)
    }

    /// Runs of the node `name`, or of any when none is named, that show no sign of life, save `me`.
    /// On SQLite that is every one: whoever asks has the lock on the file. On PostgreSQL those whose
    /// session is gone (`presence`); nobody for `ttl_us` after the server's own start, when the
    /// living are still coming back.
    pub async fn silent_runs(
        &mut self,
        me: NodeId,
        name: Option<&str>,
        ttl_us: i64,
    ) -> Result<Vec<NodeId>, StoreError> {
        match &mut *self.0 {
            Backend::Sqlite(c) => {
                sqlx::query_scalar(
                    "SELECT id FROM node WHERE stopped_at IS NULL AND id <> $1
                     AND ($2 IS NULL OR name = $2)",
                )
                .bind(me)
                .bind(name)
                .fetch_all(&mut **c)
                .await
            }
            Backend::Postgres(c) => {
                sqlx::query_scalar(
                    "SELECT id FROM node WHERE stopped_at IS NULL AND id <> $1
                     AND ($2 IS NULL OR name = $2)
                     AND extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())
                     * 1000000 > $3
                     AND NOT EXISTS (SELECT 1 FROM pg_locks
                     JOIN pg_database ON pg_database.oid = pg_locks.database
                     WHERE locktype = 'advisory' AND objsubid = 1
                     AND datname = current_database()
                     AND CAST(classid AS BIGINT) = node.id >> 32
                     AND CAST(objid AS BIGINT) = node.id & 4294967295)",
                )
                .bind(me)
                .bind(name)
                .bind(ttl_us)
                .fetch_all(&mut **c)
                .await
            }
        }
        .doing("look for runs that show no sign of life")
    }

    /// Declares dead: nodes silent for `ttl_us` microseconds by the database's clock, and those
    /// that are `silent_runs`. Never `me`. Returns all dead nodes that still have claims.
    pub async fn mark_dead(
        &mut self,
        me: NodeId,
        ttl_us: i64,
        silent_runs: &[NodeId],
    ) -> Result<Vec<NodeId>, StoreError> {
        let silent_runs = json_ids(silent_runs.iter().map(|id| id.get()));
        execute!(self.0, "declare nodes dead",
            "UPDATE node SET stopped_at = ", words::now!(), " WHERE stopped_at IS NULL
             AND id <> $1 AND (heartbeat_at < ", words::now!(), " - $2 OR id IN (",
            words::ids!("$3"), "))";
            me, ttl_us, &silent_runs
        )?;
        values!(self.0, "look for claims of dead nodes",
            "SELECT DISTINCT claim.node_id FROM claim JOIN node ON node.id = claim.node_id
             WHERE node.stopped_at IS NOT NULL AND claim.node_id <> $1";
            me
        )
    }

    /// The node stops in good order.
    pub async fn stop(&mut self, node: NodeId) -> Result<(), StoreError> {
        execute!(self.0, "record that this node stops",
            "UPDATE node SET stopped_at = ", words::now!(), " WHERE id = $1";
            node
        )
    }

    /// Takes everything out of dead nodes' hands: what they only held goes back to the queue,
    /// what they may have sent becomes `unknown` and is looked at again as `looks` says.
    pub async fn rescue(
        &mut self,
        dead: &[NodeId],
        now: Timestamp,
        looks: Looks,
    ) -> Result<Vec<Rescued>, StoreError> {
        if dead.is_empty() {
            return Ok(Vec::new());
        }
        let dead = json_ids(dead.iter().map(|node| node.get()));
        let claims: Vec<(i64, String)> = all!(self.0, "read the claims of dead nodes",
            "SELECT id, messages FROM claim WHERE node_id IN (", words::ids!("$1"), ")",
            words::skip_locked!();
            &dead
        )?;
        let held = held(&claims)?;
        // What a dead node's last transaction changes is waited for, and then seen.
        Attempts::of(self.0).lock(&held).await?;
        let held = json_ids(held.into_iter().map(MessageId::get));
        self.close_attempts(&dead, &held, now).await?;
        let rescued = transitions::rescue(self.0, &dead, &held, looks).await?;
        let claims = json_ids(claims.into_iter().map(|(claim, _)| claim));
        execute!(self.0, "delete the claims of dead nodes",
            "DELETE FROM claim WHERE id IN (", words::ids!("$1"), ")";
            &claims
        )?;
        Ok(rescued)
    }

    async fn close_attempts(
        &mut self,
        dead: &str,
        messages: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "close the attempts of dead nodes",
            "UPDATE attempt SET closed_at = $3, outcome = 'unknown', stage = 'node',
             detail = 'the node stopped before the answer came'
             WHERE message_id IN (", words::ids!("$1"), ") AND node_id IN (", words::ids!("$2"),
            ") AND closed_at IS NULL";
            messages, dead, now
        )
    }
}

/// The messages of claims, which keep them as JSON.
fn held(claims: &[(i64, String)]) -> Result<Vec<MessageId>, StoreError> {
    let mut held = Vec::new();
    for (claim, messages) in claims {
        let messages: Vec<i64> =
            serde_json::from_str(messages).map_err(|_| StoreError::Inconsistent {
                table: "claim",
                column: "messages",
                row: claim.to_string(),
                value: messages.clone(),
            })?;
        held.extend(messages.into_iter().map(MessageId::new));
    }
    Ok(held)
}
