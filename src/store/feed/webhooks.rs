//! To whom the feed is sent, how far each has come, and what came of the last tries.
//!
//! One node at a time sends to one: it holds a lease, and whatever it writes down holds only while it
//! does. When to try again and when to give up is decided in `crate::feed`.

use crate::domain::{NodeId, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{affected, all, execute, optional};
use crate::store::{StoreError, handle};

handle! {
    /// Who is told by POST.
    webhooks -> WebhookRows
}

row! {
    /// Who is told, and how that goes.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Webhook {
        pub name: String,
        pub url: String,
        /// Types or their families, separated by blanks.
        pub types: String,
        /// Signs what is sent.
        pub secret: String,
        /// Signs as well, until [`Webhook::former_until`].
        pub former_secret: Option<String>,
        pub former_until: Option<Timestamp>,
        /// The last number that is done with.
        pub cursor: i64,
        /// How many tries failed since the last that did not.
        pub tries: i64,
        pub failing_since: Option<Timestamp>,
        /// Nothing is sent before.
        pub next_at: Timestamp,
        /// Since when nothing is sent; none: it is sent to.
        pub off_at: Option<Timestamp>,
        /// Who switched it off; none: it was given up.
        pub off_by: Option<String>,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

impl std::fmt::Debug for Webhook {
    /// Without its secrets, and without its address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({} at {})", self.name, self.cursor)
    }
}

impl Webhook {
    /// It failed for so long that it was given up.
    #[must_use]
    pub const fn is_given_up(&self) -> bool {
        self.off_at.is_some() && self.off_by.is_none()
    }
}

row! {
    /// One try, and what came of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WebhookTry {
        /// Of the entry in the feed.
        pub number: i64,
        pub at: Timestamp,
        /// Milliseconds until the answer.
        pub took_ms: i64,
        /// Of HTTP; none: no answer came.
        pub status: Option<i64>,
        /// Why it failed; none: it did not.
        pub fault: Option<String>,
    }
}

/// How many tries of each are kept.
const TRIES_KEPT: i64 = 50;

macro_rules! columns {
    () => {
        "name, url, types, secret, former_secret, former_until, cursor, tries, failing_since,
         next_at, off_at, off_by, created_at, changed_at"
    };
}

impl WebhookRows<'_> {
    /// All there are, by name.
    pub async fn list(&mut self) -> Result<Vec<Webhook>, StoreError> {
        all!(
            self.0,
            "list the webhooks",
            "SELECT ",
            columns!(),
            " FROM webhook ORDER BY name"
        )
    }

    /// The one of this name.
    pub async fn lookup(&mut self, name: &str) -> Result<Option<Webhook>, StoreError> {
        optional!(self.0, "read a webhook",
            "SELECT ", columns!(), " FROM webhook WHERE name = $1";
            name
        )
    }

    /// Enters one that is told what happens behind the number `cursor`; false when there is one of
    /// this name: it is left as it is.
    pub async fn create(
        &mut self,
        name: &str,
        (url, types): (&str, &str),
        secret: &str,
        cursor: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let created = affected!(self.0, "enter a webhook",
            "INSERT INTO webhook (name, url, types, secret, cursor, tries, next_at, lease_until,
             created_at, changed_at) VALUES ($1, $2, $3, $4, $5, 0, $6, 0, $6, $6)
             ON CONFLICT (name) DO NOTHING";
            name, url, types, secret, cursor, now
        )?;
        Ok(created == 1)
    }

    /// Says where to, and what.
    pub async fn change(
        &mut self,
        name: &str,
        (url, types): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "change a webhook",
            "UPDATE webhook SET url = $2, types = $3, next_at = $4, changed_at = $4
             WHERE name = $1";
            name, url, types, now
        )
    }

    /// Gives it another secret; the one before signs as well until `until`.
    pub async fn rotate(
        &mut self,
        name: &str,
        fresh: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "change a webhook's secret",
            "UPDATE webhook SET former_secret = secret, former_until = $3, secret = $2,
             changed_at = $4 WHERE name = $1";
            name, fresh, until, now
        )
    }

    /// Switches it off, or on again: then it is tried at once. False: there is none.
    pub async fn switch(
        &mut self,
        name: &str,
        off_by: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let off_at = off_by.is_some().then_some(now);
        let switched = affected!(self.0, "switch a webhook",
            "UPDATE webhook SET off_at = $2, off_by = $3, tries = 0, failing_since = NULL,
             next_at = $4, lease_node = NULL, lease_until = 0, changed_at = $4 WHERE name = $1";
            name, off_at, off_by, now
        )?;
        Ok(switched == 1)
    }

    /// Has it told again, or only, what stands behind the number `cursor`. False: there is none.
    pub async fn rewind(
        &mut self,
        name: &str,
        cursor: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rewound = affected!(self.0, "rewind a webhook",
            "UPDATE webhook SET cursor = $2, next_at = $3, lease_node = NULL, lease_until = 0,
             changed_at = $3 WHERE name = $1";
            name, cursor, now
        )?;
        Ok(rewound == 1)
    }

    /// Takes it out, with its tries. False: there was none.
    pub async fn remove(&mut self, name: &str) -> Result<bool, StoreError> {
        execute!(self.0, "delete the tries of a webhook",
            "DELETE FROM webhook_delivery WHERE webhook = $1"; name
        )?;
        let removed = affected!(self.0, "delete a webhook",
            "DELETE FROM webhook WHERE name = $1"; name
        )?;
        Ok(removed == 1)
    }

    /// Takes for `node`, until `until`, all that are to be told something now, but for `busy`, which it is
    /// telling already, and for what another node has that lives: what a dead one held is free at once.
    pub async fn lease(
        &mut self,
        node: NodeId,
        now: Timestamp,
        until: Timestamp,
        busy: &[String],
    ) -> Result<Vec<Webhook>, StoreError> {
        all!(self.0, "lease webhooks",
            "UPDATE webhook SET lease_node = $1, lease_until = $3 WHERE name IN (
             SELECT w.name FROM webhook w WHERE w.off_at IS NULL AND w.next_at <= $2
             AND (w.lease_until <= $2 OR w.lease_node = $1 OR EXISTS (SELECT 1 FROM node
             WHERE node.id = w.lease_node AND node.stopped_at IS NOT NULL))
             AND w.cursor < coalesce((SELECT upto FROM upkeep_mark WHERE name = 'feed'), 0)
             AND w.name NOT IN (", words::texts!("$4"), ")
             ORDER BY w.name", words::skip_locked!(), ") RETURNING ", columns!();
            node, now, until, json(busy)?
        )
    }

    /// Notes how far `node` brought it and gives it back. False: it is not this node's any more, or was
    /// set to another place meanwhile.
    pub async fn done(
        &mut self,
        webhook: &Webhook,
        node: NodeId,
        cursor: i64,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "record what a webhook was told",
            "UPDATE webhook SET cursor = $4, tries = 0, failing_since = NULL, lease_node = NULL,
             lease_until = 0 WHERE name = $1 AND lease_node = $2 AND cursor = $3";
            &webhook.name, node, webhook.cursor, cursor
        )?;
        Ok(done == 1)
    }

    /// The same when the last try failed: it is tried again at `next_at`, or never when `given_up`.
    pub async fn failed(
        &mut self,
        webhook: &Webhook,
        node: NodeId,
        cursor: i64,
        (now, next_at, given_up): (Timestamp, Timestamp, bool),
    ) -> Result<bool, StoreError> {
        let gone = given_up.then_some(now);
        // What came before it was taken: the failing begins now.
        let moved = cursor > webhook.cursor;
        let since = webhook.failing_since.filter(|_| !moved).unwrap_or(now);
        let tries = if moved { 1 } else { webhook.tries + 1 };
        let failed = affected!(self.0, "record that a webhook was not told",
            "UPDATE webhook SET cursor = $4, tries = $5, failing_since = $6, next_at = $7,
             off_at = $8, lease_node = NULL, lease_until = 0
             WHERE name = $1 AND lease_node = $2 AND cursor = $3";
            &webhook.name, node, webhook.cursor, cursor, tries, since, next_at, gone
        )?;
        Ok(failed == 1)
    }

    /// Keeps a try, and forgets the oldest.
    pub async fn note(
        &mut self,
        id: i64,
        webhook: &str,
        tried: &WebhookTry,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record a try of a webhook",
            "INSERT INTO webhook_delivery (id, webhook, number, at, took_ms, status, fault)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
            id, webhook, tried.number, tried.at, tried.took_ms, tried.status,
            tried.fault.as_deref()
        )?;
        execute!(self.0, "forget old tries of a webhook",
            "DELETE FROM webhook_delivery WHERE webhook = $1 AND id <= (SELECT id
             FROM webhook_delivery WHERE webhook = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)";
            webhook, TRIES_KEPT
        )
    }

    /// Its last tries, the newest first.
    pub async fn tries(&mut self, webhook: &str) -> Result<Vec<WebhookTry>, StoreError> {
        all!(self.0, "list the tries of a webhook",
            "SELECT number, at, took_ms, status, fault FROM webhook_delivery
             WHERE webhook = $1 ORDER BY id DESC LIMIT $2";
            webhook, TRIES_KEPT
        )
    }
}
