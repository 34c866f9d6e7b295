//! What is asked of their server, over one connection: about the slot, for a portion of its changes,
//! to move it on, to drop it. Ordinary SQL; nothing is changed but the slot.
//!
//! A peek is a cursor that outlives its transaction: their server decodes once, we fetch as much as
//! is taken at once, and no transaction stays open over there meanwhile. Fetched or not, the slot
//! stays where it is until [`ChangesSession::advance`].

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions as _, Connection as _, Postgres};

use super::lsn::LogPlace;
use super::settings::{ChangesSettings, SlotNames};
use super::slot::{SLOT, SlotRow};
use super::watched::{WATCHED, WatchedRow};
use crate::domain::limits::SOURCE_ROW;
use crate::source::fault::SourceFault;
use crate::source::reconcile::TheirPresent;
use crate::source::sql::{
    Digits, fault, identifier, literal, postgres_options, read_whole, stated,
};

const PEEK: &str = "araldo_changes";
/// The number of their cluster: two with the same places are told apart by it.
const CLUSTER: &str = "SELECT CAST(system_identifier AS text) FROM pg_control_system()";
/// Moves the slot $1 on to $2, and never back. The names of slots are the whole server's: here and
/// below, one of another database is left alone.
const ADVANCE: &str = "SELECT CAST(pg_replication_slot_advance(slot_name, CAST($2 AS pg_lsn)) AS text) \
     FROM pg_catalog.pg_replication_slots \
     WHERE slot_name = $1 AND database = current_database() \
     AND confirmed_flush_lsn < CAST($2 AS pg_lsn)";
const DROP: &str = "SELECT CAST(pg_drop_replication_slot(slot_name) AS text) \
     FROM pg_catalog.pg_replication_slots WHERE slot_name = $1 AND database = current_database()";

/// PostgreSQL's codes for what is not there, what another session uses, a statement that was ended,
/// a right that is missing.
const NOT_THERE: &str = "42704";
const IN_USE: &str = "55006";
const ENDED: &str = "57014";
const NO_RIGHT: &str = "42501";

/// One message, or its beginning, and how long it is.
pub(super) type LoggedMessage = (i32, Vec<u8>);

pub(super) struct ChangesSession {
    connection: PgConnection,
    /// The number of their cluster; empty where the role may not ask for it.
    cluster: String,
}

impl ChangesSession {
    /// Connects, read-only: neither a peek nor the slot is anything that a transaction writes.
    pub(super) async fn open(settings: &ChangesSettings) -> Result<Self, SourceFault> {
        let address = settings.address().map_err(SourceFault::Unexpected)?;
        let options = postgres_options(&address, settings.timeout)?;
        let mut connection = options
            .options([("default_transaction_read_only", "on")])
            .connect()
            .await
            .map_err(fault)?;
        let cluster: Result<String, sqlx::Error> =
            sqlx::query_scalar(CLUSTER).fetch_one(&mut connection).await;
        let cluster = match cluster {
            Err(error) if code(&error).as_deref() == Some(NO_RIGHT) => String::new(),
            cluster => cluster.map_err(fault)?,
        };
        Ok(Self {
            connection,
            cluster,
        })
    }

    pub(super) fn cluster(&self) -> &str {
        &self.cluster
    }

    pub(super) async fn ping(&mut self) -> Result<(), SourceFault> {
        self.connection.ping().await.map_err(fault)
    }

    /// What the server says of the slot.
    pub(super) async fn slot(&mut self, names: &SlotNames) -> Result<SlotRow, SourceFault> {
        let row = sqlx::query_as::<Postgres, SlotRow>(SLOT)
            .bind(names.slot.clone())
            .fetch_one(&mut self.connection);
        row.await.map_err(fault)
    }

    /// What the server says of the tables.
    pub(super) async fn watched(
        &mut self,
        tables: &[String],
        names: &SlotNames,
    ) -> Result<Vec<WatchedRow>, SourceFault> {
        let rows = sqlx::query_as::<Postgres, WatchedRow>(WATCHED)
            .bind(tables.to_vec())
            .bind(names.publication.clone())
            .fetch_all(&mut self.connection);
        rows.await.map_err(fault)
    }

    /// Begins a peek: the changes of whole transactions, until there are `wanted` messages or the
    /// log is read up to `end`.
    pub(super) async fn peek(
        &mut self,
        names: &SlotNames,
        end: LogPlace,
        wanted: usize,
    ) -> Result<(), PeekFault> {
        let (slot, publication) = (literal(&names.slot), literal(&names.publication));
        let sql = format!(
            "BEGIN; DECLARE {PEEK} NO SCROLL CURSOR WITH HOLD FOR \
             SELECT octet_length(data), substring(data, 1, {SOURCE_ROW}) \
             FROM pg_catalog.pg_logical_slot_peek_binary_changes({slot}, '{end}', {wanted}, \
             'proto_version', '1', 'publication_names', {publication}); COMMIT"
        );
        let peek = sqlx::raw_sql(stated(sql));
        let done = peek.execute(&mut self.connection).await;
        done.map(drop).map_err(PeekFault::of)
    }

    /// So many of its messages at most; fewer: these were the last.
    pub(super) async fn fetch(&mut self, count: usize) -> Result<Vec<LoggedMessage>, SourceFault> {
        let sql = stated(format!("FETCH {count} FROM {PEEK}"));
        let rows = sqlx::query_as::<Postgres, LoggedMessage>(sql)
            .persistent(false)
            .fetch_all(&mut self.connection);
        rows.await.map_err(fault)
    }

    pub(super) async fn close_peek(&mut self) -> Result<(), SourceFault> {
        let close = sqlx::raw_sql(stated(format!("CLOSE {PEEK}")));
        let done = close.execute(&mut self.connection).await;
        done.map(drop).map_err(fault)
    }

    /// Hands over the rows of a table as their log would bring them now. When they were committed, and
    /// where in the log, they do not say.
    pub(super) async fn present(
        &mut self,
        table: &str,
        timeout: Duration,
        seen: &mut TheirPresent,
    ) -> Result<(), SourceFault> {
        let parts: Vec<String> = table.split('.').map(identifier).collect();
        let query = format!(
            "SELECT *, CAST(NULL AS text) AS \"_lsn\", CAST(NULL AS text) AS \"_commit_at\", \
             CAST('update' AS text) AS \"_op\", CAST({} AS text) AS \"_table\" FROM {}",
            literal(table),
            parts.join(".")
        );
        read_whole(&mut self.connection, &query, Digits::AsText, timeout, seen).await
    }

    /// What was committed before is not shown again, and their server may throw it away.
    pub(super) async fn advance(
        &mut self,
        names: &SlotNames,
        to: LogPlace,
    ) -> Result<(), SourceFault> {
        let moved = sqlx::query_scalar::<Postgres, Option<String>>(ADVANCE)
            .bind(names.slot.clone())
            .bind(to.to_string())
            .fetch_optional(&mut self.connection);
        moved
            .await
            .map(drop)
            .map_err(|error| slot_fault(error, names))
    }

    /// Drops the slot, if it is there and of this database.
    pub(super) async fn drop_slot(&mut self, names: &SlotNames) -> Result<(), SourceFault> {
        let dropped = sqlx::query_scalar::<Postgres, Option<String>>(DROP)
            .bind(names.slot.clone())
            .fetch_optional(&mut self.connection);
        dropped
            .await
            .map(drop)
            .map_err(|error| slot_fault(error, names))
    }
}

/// Why nothing could be peeked at.
#[derive(Debug)]
pub(super) enum PeekFault {
    /// It took too long: a smaller part may go well.
    Slow,
    /// Their log was written while there was no such publication.
    NoPublication,
    Other(sqlx::Error),
}

impl PeekFault {
    fn of(error: sqlx::Error) -> Self {
        let says_publication = |error: &sqlx::Error| {
            let error = error.as_database_error();
            error.is_some_and(|error| error.message().contains("publication"))
        };
        match code(&error).as_deref() {
            Some(ENDED) => Self::Slow,
            Some(NOT_THERE) if says_publication(&error) => Self::NoPublication,
            _ => Self::Other(error),
        }
    }
}

/// The fault of something that was done with the slot.
pub(super) fn slot_fault(error: sqlx::Error, names: &SlotNames) -> SourceFault {
    match code(&error).as_deref() {
        Some(IN_USE) => SourceFault::Away(format!(
            "another session reads the slot {}: is `araldo source try` running, or is it another \
             program's?",
            names.slot
        )),
        _ => fault(error),
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}
