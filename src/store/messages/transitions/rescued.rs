//! Rescue from a dead node: what it held is queued again, what it may have sent is unknown.

use super::{Moved, count, moved};
use crate::domain::{MessageId, MessageState, Timestamp};
use crate::store::database::sql::all;
use crate::store::{Conn, StoreError};

/// A message taken from a dead node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rescued {
    pub id: MessageId,
    /// `queued` when nothing had left, `unknown` when something may have.
    pub state: MessageState,
}

/// When what a dead node may have sent is first looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    /// When an SMS has certainly come, or never will.
    pub sms: Timestamp,
    /// The same of an e-mail, which a relay may take long to answer for.
    pub email: Timestamp,
    /// Messages of safety: what may be repeated at a risk is not left alone for so long.
    pub soon: Timestamp,
}

/// Takes these messages, as ids, from these nodes, as ids. They are locked.
pub(in crate::store) async fn rescue(
    conn: &mut Conn,
    dead: &str,
    messages: &str,
    looks: Looks,
) -> Result<Vec<Rescued>, StoreError> {
    let moved: Vec<Moved> = all!(*conn, "rescue the messages of dead nodes",
        "UPDATE message SET state = CASE state WHEN 'sending' THEN ", to!(unknown), " ELSE ",
        to!(queued), " END, lease_node = NULL,
         reason = CASE state WHEN 'sending' THEN 'node_died' ELSE reason END,
         wake_at = CASE WHEN state <> 'sending' THEN wake_at
         WHEN plan_id IN (SELECT id FROM plan WHERE class = 'safety') THEN $4
         WHEN channel = 'sms' THEN $3
         ELSE $5 END,
         asked = CASE state WHEN 'sending' THEN 0 ELSE asked END
         WHERE id IN (", words::ids!("$1"), ") AND lease_node IN (", words::ids!("$2"), ") AND ",
        found!(in_hand), moved!();
        messages, dead, looks.sms, looks.soon, looks.email
    )?;
    let from = |state| match state {
        MessageState::Unknown => MessageState::Sending,
        _ => MessageState::Leased,
    };
    count(conn, &moved, |now| from(now.state())).await?;
    let rescued = moved.iter().map(|one| Rescued {
        id: one.facts.message,
        state: one.facts.state(),
    });
    Ok(rescued.collect())
}
