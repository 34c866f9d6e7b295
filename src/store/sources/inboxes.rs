//! Mailboxes that are read: which node reads each, and how it does. A claim ends with its node, as that
//! on a source does. It is no fence: a mail that two nodes bring is entered once.

use crate::domain::{NodeId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute};
use crate::store::{StoreError, handle};

handle! {
    /// Mailboxes that are read.
    inboxes -> Inboxes
}

row! {
    /// How the reading of a mailbox does.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InboxRow {
        pub name: String,
        /// Who reads it. None: nobody does, as when it stands in no node's settings any more.
        pub node: Option<NodeId> as node_id,
        /// When the last look that did not fail was over.
        pub looked_at: Option<Timestamp>,
        /// Why the last look failed.
        pub fault: Option<String>,
        /// When the first of the looks that failed did.
        pub fault_since: Option<Timestamp>,
    }
}

impl InboxRow {
    /// Somebody has to look after it: whoever reads it cannot.
    #[must_use]
    pub const fn is_an_alarm(&self) -> bool {
        self.fault.is_some() && self.node.is_some()
    }
}

impl Inboxes<'_> {
    /// Takes a mailbox to be read: true when it is this node's now.
    pub async fn claim(&mut self, name: &str, node: NodeId) -> Result<bool, StoreError> {
        execute!(self.0, "enter a mailbox",
            "INSERT INTO inbox (name, faults) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING";
            name
        )?;
        let done = affected!(self.0, "claim a mailbox",
            "UPDATE inbox SET node_id = $2 WHERE name = $1
             AND (node_id IS NULL OR node_id = $2 OR NOT EXISTS (SELECT 1 FROM node
             WHERE node.id = inbox.node_id AND node.stopped_at IS NULL))";
            name, node
        )?;
        Ok(done == 1)
    }

    /// Lets go of a mailbox, so that any node may claim it.
    pub async fn release(&mut self, name: &str, node: NodeId) -> Result<(), StoreError> {
        execute!(self.0, "release a mailbox",
            "UPDATE inbox SET node_id = NULL WHERE name = $1 AND node_id = $2";
            name, node
        )
    }

    /// Notes a look that did not fail; faults are over.
    pub async fn looked(
        &mut self,
        name: &str,
        node: NodeId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record a look at a mailbox",
            "UPDATE inbox SET looked_at = $3, faults = 0, fault = NULL, fault_since = NULL
             WHERE name = $1 AND node_id = $2";
            name, node, now
        )
    }

    /// Notes a look that failed. Since when they fail stays.
    pub async fn failed(
        &mut self,
        name: &str,
        node: NodeId,
        fault: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that a mailbox could not be read",
            "UPDATE inbox SET faults = faults + 1, fault = $3,
             fault_since = coalesce(fault_since, $4) WHERE name = $1 AND node_id = $2";
            name, node, fault, now
        )
    }

    /// All mailboxes that were ever read, by name.
    pub async fn list(&mut self) -> Result<Vec<InboxRow>, StoreError> {
        all!(
            self.0,
            "list the mailboxes",
            "SELECT name, node_id, looked_at, fault, fault_since FROM inbox ORDER BY name"
        )
    }
}
