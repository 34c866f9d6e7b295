//! Into a node's hands and back: queued messages are leased, and queued again when nothing left.

use crate::domain::{Channel, ClientId, Lane, MessageId, NodeId, PlanId, Timestamp, Tracking};
use crate::store::messages::Messages;
use crate::store::{Doing as _, StoreError, on, stored};

/// A message in the hands of this node.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Which.
    pub id: MessageId,
    /// Its plan.
    pub plan: PlanId,
    /// For whom.
    pub client: ClientId,
    /// By which medium.
    pub channel: Channel,
    /// Where to.
    pub address: String,
    /// In which language.
    pub locale: String,
    /// Its queue.
    pub lane: Lane,
    /// How its reading may be measured.
    pub tracking: Tracking,
    /// What only this client's text needs, as JSON.
    pub variables: String,
    /// The fence: who opens must still hold this number.
    pub lease_no: i64,
    /// Definite failures so far.
    pub tries: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Not after.
    pub expires_at: Timestamp,
    /// When it was planned.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    plan_id: i64,
    client_id: i64,
    channel: String,
    address: String,
    locale: String,
    lane: String,
    tracking: String,
    variables: String,
    lease_no: i64,
    tries: i64,
    due_at: i64,
    expires_at: i64,
    created_at: i64,
}

impl Messages<'_> {
    /// Takes up to `limit` due messages of a lane for `node`, oldest first, and notes the grasp
    /// as claim `claim`, so that a rescuer can give them back. None while the switch stops all
    /// sending.
    pub async fn claim(
        &mut self,
        node: NodeId,
        lane: Lane,
        limit: u32,
        now: Timestamp,
        claim: i64,
    ) -> Result<Vec<Claimed>, StoreError> {
        let rows: Vec<ClaimedRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "UPDATE message SET state = ",
                to!(leased),
                ", lease_no = lease_no + 1, lease_node = $1
                 WHERE id IN (SELECT id FROM message WHERE ",
                found!(queued),
                " AND lane = $2 AND due_at <= $3 AND NOT EXISTS
                 (SELECT 1 FROM switch WHERE name = $5 AND CAST(thrown AS BOOLEAN))
                 ORDER BY due_at, id LIMIT $4",
                words::skip_locked!(),
                ")
                 RETURNING id, plan_id, client_id, channel, address, locale, lane, tracking,
                 variables, lease_no, tries, due_at, expires_at, created_at"
            ))
            .bind(node.get())
            .bind(lane.as_str())
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .bind(crate::store::cluster::switches::DISPATCH)
            .fetch_all(&mut **c)
            .await
        })
        .doing("claim messages")?;
        let mut claimed = rows
            .into_iter()
            .map(claimed)
            .collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|message| (message.due_at, message.id));
        if !claimed.is_empty() {
            self.note_claim(node, claim, &claimed, now).await?;
        }
        Ok(claimed)
    }

    async fn note_claim(
        &mut self,
        node: NodeId,
        claim: i64,
        claimed: &[Claimed],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids: Vec<i64> = claimed.iter().map(|message| message.id.get()).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO claim (id, node_id, messages, claimed_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(claim)
            .bind(node.get())
            .bind(&ids)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("note a claim")
    }

    /// Gives back what this node leased and did not open. Costs no try.
    pub async fn give_back(&mut self, node: NodeId, ids: &[MessageId]) -> Result<(), StoreError> {
        let ids = crate::store::json_ids(ids.iter().map(|id| id.get()));
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = ",
                to!(queued),
                ", lease_node = NULL WHERE id IN (",
                words::ids!("$1"),
                ") AND lease_node = $2 AND ",
                found!(leased)
            ))
            .bind(&ids)
            .bind(node.get())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("give messages back")
    }

    /// Undoes a claim of which this node cannot know whether it was committed: what it holds
    /// goes back to the queue. Nothing happens when it was not.
    pub async fn disclaim(&mut self, node: NodeId, claim: i64) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = ",
                to!(queued),
                ", lease_node = NULL WHERE id IN (SELECT CAST(value AS BIGINT) FROM claim, ",
                words::rows!("claim.messages"),
                " WHERE claim.id = $1) AND lease_node = $2 AND ",
                found!(leased)
            ))
            .bind(claim)
            .bind(node.get())
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("undo a claim")?;
        self.drop_claims(&[claim]).await
    }

    /// Forgets claims whose every message is dealt with; not those that a rescue has in hand, who
    /// forgets them itself.
    pub async fn drop_claims(&mut self, claims: &[i64]) -> Result<(), StoreError> {
        let ids = crate::store::json_ids(claims.iter().copied());
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE id IN (",
                words::ids!("$1"),
                ")",
                words::skip_locked!(),
                ")"
            ))
            .bind(&ids)
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("drop claims")
    }
}

fn claimed(row: ClaimedRow) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: MessageId::new(row.id),
        plan: PlanId::new(row.plan_id),
        client: ClientId::new(row.client_id),
        channel: stored(&row.channel, "message", "channel", row.id)?,
        address: row.address,
        locale: row.locale,
        lane: stored(&row.lane, "message", "lane", row.id)?,
        tracking: stored(&row.tracking, "message", "tracking", row.id)?,
        variables: row.variables,
        lease_no: row.lease_no,
        tries: u32::try_from(row.tries).unwrap_or(0),
        due_at: Timestamp::from_micros(row.due_at),
        expires_at: Timestamp::from_micros(row.expires_at),
        created_at: Timestamp::from_micros(row.created_at),
    })
}
