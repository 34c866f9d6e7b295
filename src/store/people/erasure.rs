//! Erasing a client: in one transaction nothing more is sent to them, their links end, and what
//! names them is blanked wherever it stands. The table of columns is in docs/erasure.md.
//!
//! `named` finds what names the client, `blank` blanks it; `letters` deletes what came from a source
//! and could not be taken. What is kept is numbers, states and times, so that sums stay closed, and
//! keyed hashes (`domain::erasure`). Planners ask [`Erasure::watch`] before they write: on PostgreSQL
//! an erasure waits for those under way, and they for it.

mod blank;
mod letters;
mod named;

use crate::domain::erasure::Pepper;
use crate::domain::{ClientId, EventId, Ids, Reason, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::database::sql::{execute, optional_value, value, values};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::messages::transitions;
use crate::store::people::clients::bars;
use crate::store::{Backend, Conn, Doing as _, Store, StoreError, Tx};

/// The name of the pepper in the keyring.
pub(in crate::store) const PEPPER: &str = "erasure";

/// Why an event about an erased client was refused; stands in its `detail`.
pub const ERASED: &str = "the client was erased";

/// How an erasure is done.
#[derive(Clone, Copy)]
pub struct Erasing<'a> {
    pub now: Timestamp,
    pub ids: &'a dyn Ids,
    /// Who asked for it, as the audit names them.
    pub actor: &'a str,
    /// Becomes the pepper when the store has none yet: 32 random bytes or more, as text.
    pub fresh_pepper: &'a str,
    /// How long a report is waited for.
    pub horizon: ReceiptHorizon,
}

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// The number of the client's row that was.
    pub client: ClientId,
    /// Messages that were waiting and are not sent.
    pub cancelled: usize,
    /// Events that were blanked.
    pub events: usize,
}

impl Store {
    /// Erases a client, and whoever acts or acted for them; none when there is no client of this
    /// reference.
    pub async fn erase_client(
        &self,
        reference: &str,
        erasing: &Erasing<'_>,
    ) -> Result<Option<Erased>, StoreError> {
        let mut tx = self.read().await?;
        let Some(client) = tx.clients().lookup_id(reference).await? else {
            return Ok(None);
        };
        let deputies = tx.deputies().references(client).await?;
        drop(tx);
        for deputy in deputies {
            self.erase_one(&deputy, erasing).await?;
        }
        self.erase_one(reference, erasing).await
    }

    /// Events have no index by client, because intake would pay for it with every event. So they
    /// are searched by a reader first, whom no writer waits for; the transaction that erases looks
    /// only at those that came since.
    async fn erase_one(
        &self,
        reference: &str,
        erasing: &Erasing<'_>,
    ) -> Result<Option<Erased>, StoreError> {
        let mut tx = self.read().await?;
        let named = named::search(&mut tx.conn, reference, named::From::the_beginning()).await?;
        drop(tx);
        let mut tx = self.write().await?;
        let erased = tx.erasure().erase(reference, named, erasing).await?;
        tx.commit().await?;
        if erased.is_some() && !self.empty_the_log().await? {
            tracing::debug!("the log of writes is being read; the hourly upkeep empties it");
        }
        Ok(erased)
    }

    /// Takes SQLite's log of writes into the file and empties it: it holds pages as they were.
    /// False when readers kept it from that; the hourly upkeep tries again. PostgreSQL looks after
    /// its own.
    pub async fn empty_the_log(&self) -> Result<bool, StoreError> {
        let Backend::Sqlite(pool) = &self.pools.write else {
            return Ok(true);
        };
        let mut connection = pool.acquire().await.doing("empty the log of writes")?;
        // Whoever waits for readers keeps all writers waiting: not for long.
        pragma(&mut connection, "PRAGMA busy_timeout = 200").await?;
        let emptied: Result<(i64, i64, i64), _> = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *connection)
            .await
            .doing("empty the log of writes");
        pragma(&mut connection, "PRAGMA busy_timeout = 10000").await?;
        Ok(emptied?.0 == 0)
    }
}

async fn pragma(
    connection: &mut sqlx::SqliteConnection,
    text: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(text)
        .execute(connection)
        .await
        .map(drop)
        .doing("set how long to wait for readers")
}

/// Erasure within a transaction.
pub struct Erasure<'a>(&'a mut Tx);

impl Tx {
    pub fn erasure(&mut self) -> Erasure<'_> {
        Erasure(self)
    }
}

impl Erasure<'_> {
    async fn erase(
        &mut self,
        reference: &str,
        found: named::Named,
        erasing: &Erasing<'_>,
    ) -> Result<Option<Erased>, StoreError> {
        lock(&mut self.0.conn, Lock::Alone).await?;
        let Some(client) = self.locked_client(reference).await? else {
            return Ok(None);
        };
        let since = found.seen_upto();
        let named = found.and(named::search(&mut self.0.conn, reference, since).await?);
        let pepper = self.pepper(erasing).await?;
        let messages = blank::messages_of(&mut self.0.conn, client, &named.events).await?;
        self.0.attempts().lock(&messages).await?;
        let (conn, why) = (&mut self.0.conn, Reason::Erased);
        let cancelled = transitions::withdraw(conn, &messages, why, erasing.now).await?;
        self.0
            .receipts(erasing.horizon)
            .apply_pending(&cancelled, erasing.now)
            .await?;
        bars::keep_as_hashes(&mut self.0.conn, client, &pepper).await?;
        blank::messages(&mut self.0.conn, client, &messages).await?;
        blank::surveys(&mut self.0.conn, client, reference).await?;
        blank::cases(&mut self.0.conn, reference, &named.events).await?;
        blank::plans(&mut self.0.conn, &named.events, erasing.now).await?;
        blank::events(&mut self.0.conn, &named.events).await?;
        blank::lists(&mut self.0.conn, &named.lists).await?;
        letters::delete(&mut self.0.conn, reference).await?;
        blank::audit(&mut self.0.conn, client, &named.deeds).await?;
        blank::test_sends(&mut self.0.conn, client).await?;
        blank::conversations(&mut self.0.conn, client).await?;
        blank::problems(&mut self.0.conn, client).await?;
        blank::partner(&mut self.0.conn, reference).await?;
        blank::client(&mut self.0.conn, client, &named.partnered).await?;
        let erased = Erased {
            client,
            cancelled: cancelled.len(),
            events: named.events.len() + named.lists.len(),
        };
        self.note(reference, &pepper, erased, erasing).await?;
        Ok(Some(erased))
    }

    async fn locked_client(&mut self, reference: &str) -> Result<Option<ClientId>, StoreError> {
        optional_value!(self.0.conn, "lock a client to be erased",
            "SELECT id FROM client WHERE ref = $1", words::for_update!();
            reference
        )
    }

    async fn pepper(&mut self, erasing: &Erasing<'_>) -> Result<Pepper, StoreError> {
        let secret = self
            .0
            .keyring()
            .ensure(PEPPER, erasing.fresh_pepper, erasing.now)
            .await?;
        Ok(Pepper::new(secret.as_bytes()))
    }

    /// What stays: that somebody was erased, when, and by whom; not who.
    async fn note(
        &mut self,
        reference: &str,
        pepper: &Pepper,
        erased: Erased,
        erasing: &Erasing<'_>,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "record that a client was erased",
            "INSERT INTO erased_client (client_id, ref_key, erased_at) VALUES ($1, $2, $3)";
            erased.client, pepper.of_reference(reference), erasing.now
        )?;
        let subject = format!("client:{}", erased.client);
        let detail = format!(
            "{} messages withdrawn, {} events blanked",
            erased.cancelled, erased.events
        );
        let entry = AuditEntry::new(erasing.actor, "client.erased", &subject).with(&detail);
        self.0
            .audit()
            .append(erasing.ids.next(), erasing.now, &entry)
            .await
    }

    /// Whether anybody was ever erased. To be asked by whoever is about to write something about
    /// clients that was read before, at the beginning of the transaction: until its end nobody
    /// is erased.
    pub async fn watch(&mut self) -> Result<bool, StoreError> {
        hold_off(&mut self.0.conn).await?;
        value!(
            self.0.conn,
            "look for erased clients",
            "SELECT EXISTS (SELECT 1 FROM erased_client)"
        )
    }

    /// The erased among the clients from one row number to another, both included.
    pub async fn between(&mut self, first: i64, last: i64) -> Result<Vec<i64>, StoreError> {
        values!(self.0.conn, "look for erased clients",
            "SELECT client_id FROM erased_client WHERE client_id BETWEEN $1 AND $2
             ORDER BY client_id";
            first, last
        )
    }

    /// Whether the client of this reference was erased and has not come back.
    pub async fn is_gone(&mut self, reference: &str) -> Result<bool, StoreError> {
        if self.0.clients().lookup_id(reference).await?.is_some() {
            return Ok(false);
        }
        let Some(secret) = self.0.keyring().lookup(PEPPER).await? else {
            return Ok(false);
        };
        let key = Pepper::new(secret.as_bytes()).of_reference(reference);
        value!(self.0.conn, "look whether a client was erased",
            "SELECT EXISTS (SELECT 1 FROM erased_client WHERE ref_key = $1)";
            &key
        )
    }

    /// Refuses an event that came in about somebody who was erased, and keeps nothing of it but
    /// its name, so that a repeat is known.
    pub async fn refuse(&mut self, event: EventId) -> Result<(), StoreError> {
        blank::events(&mut self.0.conn, &[event.get()]).await
    }

    /// The messages of those erased at `since` or later: their links have ended.
    pub async fn messages_since(&mut self, since: Timestamp) -> Result<Vec<i64>, StoreError> {
        values!(self.0.conn, "look for the messages of erased clients",
            "SELECT m.id FROM erased_client e JOIN message m ON m.client_id = e.client_id
             WHERE e.erased_at >= $1";
            since
        )
    }
}

/// Keeps erasures from beginning until the end of the transaction, and waits for one under way.
pub(in crate::store) async fn hold_off(conn: &mut Conn) -> Result<(), StoreError> {
    lock(conn, Lock::Shared).await
}

/// Who holds the lock: an erasure alone, everybody else together.
#[derive(Clone, Copy)]
enum Lock {
    Shared,
    Alone,
}

/// SQLite has one writer and needs none. A lock of two numbers: those of one are the nodes' own
/// (`presence`).
async fn lock(conn: &mut Conn, lock: Lock) -> Result<(), StoreError> {
    let Backend::Postgres(c) = conn else {
        return Ok(());
    };
    let text = match lock {
        Lock::Shared => "SELECT pg_advisory_xact_lock_shared(1701998947, 1)",
        Lock::Alone => "SELECT pg_advisory_xact_lock(1701998947, 1)",
    };
    sqlx::query(text)
        .execute(&mut **c)
        .await
        .map(drop)
        .doing("wait for erasures")
}
