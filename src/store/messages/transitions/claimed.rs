//! Claim and give back: queued messages are leased, and queued again when nothing left.

use crate::domain::{
    Channel, ClientId, Lane, MessageId, NodeId, PlanId, Reason, Timestamp, Tracking,
};
use crate::store::database::rows::{row, small};
use crate::store::database::sql::{all, execute};
use crate::store::messages::Messages;
use crate::store::{StoreError, json_ids};

row! {
    /// A message in the hands of this node.
    #[derive(Debug, Clone)]
    pub struct Claimed {
        pub id: MessageId,
        pub plan: PlanId as plan_id,
        pub client: ClientId as client_id,
        pub channel: Channel,
        pub address: String,
        pub locale: String,
        pub lane: Lane,
        /// How its reading may be measured.
        pub tracking: Tracking,
        /// What only this client's text needs, as JSON.
        pub variables: String,
        /// The fence: who begins an attempt must still hold this number.
        pub lease_no: i64,
        /// Definite failures so far.
        pub tries: u32 = small,
        /// Not sent before this.
        pub due_at: Timestamp,
        /// Not sent after this.
        pub expires_at: Timestamp,
        /// When it was planned.
        pub created_at: Timestamp,
        /// Who had it last, if anybody had.
        pub provider: Option<String>,
        /// Why it came back to the queue, if it did.
        pub reason: Option<Reason>,
    }
}

impl Messages<'_> {
    /// Takes up to `limit` due messages of a lane for `node`, oldest first, and notes the claim
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
        let mut claimed: Vec<Claimed> = all!(self.0, "claim messages",
            "UPDATE message SET state = ", to!(leased), ", lease_no = lease_no + 1, lease_node = $1
             WHERE id IN (SELECT id FROM message WHERE ", found!(queued),
            " AND lane = $2 AND due_at <= $3 AND NOT EXISTS
             (SELECT 1 FROM switch WHERE name = $5 AND CAST(thrown AS BOOLEAN))
             ORDER BY due_at, id LIMIT $4", words::skip_locked!(), ")
             RETURNING id, plan_id, client_id, channel, address, locale, lane, tracking,
             variables, lease_no, tries, due_at, expires_at, created_at, provider, reason";
            node, lane, now, i64::from(limit), crate::store::cluster::switches::DISPATCH
        )?;
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
        let ids = json_ids(claimed.iter().map(|message| message.id));
        execute!(self.0, "record a claim",
            "INSERT INTO claim (id, node_id, messages, claimed_at) VALUES ($1, $2, $3, $4)";
            claim, node, &ids, now
        )
    }

    /// Gives back what this node leased and did not begin. Costs no try.
    pub async fn give_back(&mut self, node: NodeId, ids: &[MessageId]) -> Result<(), StoreError> {
        let ids = json_ids(ids);
        execute!(self.0, "give messages back",
            "UPDATE message SET state = ", to!(queued), ", lease_node = NULL WHERE id IN (",
            words::ids!("$1"), ") AND lease_node = $2 AND ", found!(leased);
            &ids, node
        )
    }

    /// Undoes a claim of which this node cannot know whether it was committed: what it holds
    /// goes back to the queue. Nothing happens when it was not.
    pub async fn disclaim(&mut self, node: NodeId, claim: i64) -> Result<(), StoreError> {
        execute!(self.0, "undo a claim",
            "UPDATE message SET state = ", to!(queued),
            ", lease_node = NULL WHERE id IN (SELECT CAST(value AS BIGINT) FROM claim, ",
            words::rows!("claim.messages"), " WHERE claim.id = $1) AND lease_node = $2 AND ",
            found!(leased);
            claim, node
        )?;
        self.drop_claims(&[claim]).await
    }

    /// Forgets claims whose every message is dealt with; not those that a rescue holds, who
    /// forgets them itself.
    pub async fn drop_claims(&mut self, claims: &[i64]) -> Result<(), StoreError> {
        let ids = json_ids(claims);
        execute!(self.0, "drop claims",
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE id IN (", words::ids!("$1"),
            ")", words::skip_locked!(), ")";
            &ids
        )
    }
}
