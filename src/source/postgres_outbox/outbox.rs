//! What is asked of an outbox: its next rows, to forget rows, to say when there are new ones.

use futures_util::TryStreamExt as _;
use serde_json::{Map, Value};
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Acquire as _, ConnectOptions as _, Connection as _, Postgres, SqlStr};

use super::install::{columns, made_for};
use super::names::OutboxNames;
use super::settings::OutboxSettings;
use super::trigger::{TRIGGER, TriggerRow, doubt};
use crate::domain::limits::{SOURCE_PAGE, SOURCE_ROW};
use crate::source::fault::SourceFault;
use crate::source::reader::{SourceLook, SourceRecord};
use crate::source::reconcile::TheirPresent;
use crate::source::sql::{Digits, fault, identifier, placed, postgres_options, read_whole, stated};

/// PostgreSQL's code for a table that is not there.
const NO_TABLE: &str = "42P01";
/// The fields with a record's number, when it was written, and what was done.
const SEQ: &str = "_seq";
const AT: &str = "_at";
const OP: &str = "_op";

/// Number, time, what was done, the record.
type OutboxRow = (i64, String, Option<String>, Option<String>);

/// One outbox, wherever the connection to it comes from.
pub(super) struct Outbox {
    /// The source's, as in the settings.
    name: String,
    settings: OutboxSettings,
    names: OutboxNames,
    select: SqlStr,
    delete: SqlStr,
}

impl Outbox {
    pub(super) fn new(name: &str, settings: &OutboxSettings) -> Self {
        let names = OutboxNames::new(name, settings);
        let outbox = &names.outbox;
        // By the numbers, which are given out when a row is written: one of a transaction that ends
        // late comes late, and is read then, because nothing was deleted but what was read. Changes
        // of one row keep their order: the second waits for the first one's lock on the row.
        let select = format!(
            "SELECT seq, to_jsonb(at) #>> '{{}}', op, CAST(record AS text) FROM {outbox} \
             ORDER BY seq LIMIT $1"
        );
        let delete = format!("DELETE FROM {outbox} WHERE seq = ANY($1)");
        Self {
            name: name.to_owned(),
            settings: settings.clone(),
            names,
            select: stated(select),
            delete: stated(delete),
        }
    }

    /// Connects, and listens from then on. The same connection serves for everything else.
    pub(super) async fn listen(&self) -> Result<PgListener, SourceFault> {
        let timeout = self.settings.timeout;
        let address = self.settings.address();
        let address = address.map_err(SourceFault::Unexpected)?;
        // All that is written over there is the removal of rows that are safe here. If a crash brings them
        // back, they are read again and known; so neither their disk nor a standby is waited for.
        let options = postgres_options(&address, timeout)?.options([("synchronous_commit", "off")]);
        // Once by itself: a pool tries until its time is up, and then does not say why.
        let alone = options.connect().await.map_err(fault)?;
        alone.close().await.map_err(fault)?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(timeout)
            .connect_with(options)
            .await
            .map_err(fault)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(fault)?;
        // The pool is the listener's own. A lost connection is said, and not made anew unseen.
        listener.ignore_pool_close_event(true);
        listener.eager_reconnect(false);
        let channel = &self.names.channel;
        listener.listen(channel).await.map_err(fault)?;
        Ok(listener)
    }

    /// Asks whether the trigger is there, works, and was made for these settings; answers with what
    /// an operator should know although it does.
    pub(super) async fn check(
        &self,
        listener: &mut PgListener,
    ) -> Result<Option<String>, SourceFault> {
        let (schema, table) = self.settings.table.split_once('.').unwrap_or_default();
        let columns: Vec<String> = columns(&self.settings)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let row = sqlx::query_as::<Postgres, TriggerRow>(TRIGGER)
            .bind(schema.to_owned())
            .bind(table.to_owned())
            .bind(self.names.trigger_name())
            .bind(columns)
            .fetch_optional(listener)
            .await
            .map_err(fault)?;
        doubt(row, &self.names, &self.name, &made_for(&self.settings))
    }

    /// The fault with what cannot be reached.
    pub(super) fn placed(&self, fault: SourceFault) -> SourceFault {
        placed(fault, || self.settings.address())
    }

    pub(super) async fn page(
        &self,
        listener: &mut PgListener,
        limit: usize,
    ) -> Result<SourceLook, SourceFault> {
        let wanted = i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1));
        let mut rows = sqlx::query_as::<Postgres, OutboxRow>(self.select.clone())
            .bind(wanted)
            .fetch(listener);
        let mut page = OutboxPage::default();
        while let Some(row) = rows.try_next().await.map_err(|error| self.told(error))? {
            page.take(row, limit)?;
            if page.look.more {
                break;
            }
        }
        Ok(page.look)
    }

    /// Hands over the rows of the watched table as the trigger would have written them now. When they
    /// were written, and in which order, they do not say.
    pub(super) async fn present(
        &self,
        listener: &mut PgListener,
        seen: &mut TheirPresent,
    ) -> Result<(), SourceFault> {
        let columns: Vec<String> = columns(&self.settings)
            .into_iter()
            .map(identifier)
            .collect();
        let query = format!(
            "SELECT {}, CAST(NULL AS bigint) AS \"{SEQ}\", CAST(NULL AS text) AS \"{AT}\", \
             CAST('update' AS text) AS \"{OP}\" FROM {}",
            columns.join(", "),
            self.names.watched
        );
        let connection = listener.acquire().await.map_err(fault)?;
        let timeout = self.settings.timeout;
        // The trigger makes JSON of them as well.
        read_whole(connection, &query, Digits::AsNumber, timeout, seen).await
    }

    pub(super) async fn forget(
        &self,
        listener: &mut PgListener,
        taken: &SourceLook,
    ) -> Result<(), SourceFault> {
        let seq = |record: &SourceRecord| record.fields.get(SEQ)?.as_i64();
        let seqs: Vec<i64> = taken.records.iter().filter_map(seq).collect();
        let delete = sqlx::query::<Postgres>(self.delete.clone()).bind(seqs);
        let done = delete.execute(listener).await;
        done.map(drop).map_err(|error| self.told(error))
    }

    fn told(&self, error: sqlx::Error) -> SourceFault {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        match code.is_some_and(|code| code == NO_TABLE) {
            true => self.names.missing(&self.name),
            false => fault(error),
        }
    }
}

/// What has been read of a page, and how large it is.
#[derive(Default)]
struct OutboxPage {
    look: SourceLook,
    bytes: usize,
}

impl OutboxPage {
    /// Takes a row, or says that there are more. Those before a row that cannot be taken can.
    fn take(&mut self, row: OutboxRow, limit: usize) -> Result<(), SourceFault> {
        let (seq, at, op, text) = row;
        let text = text.unwrap_or_else(|| "{}".to_owned());
        let too_large = text.len() > SOURCE_ROW;
        if too_large && self.look.records.is_empty() {
            return Err(SourceFault::Unexpected(format!(
                "seq {seq} has {} bytes, and {SOURCE_ROW} are taken at most: hand over fewer \
                 `columns`",
                text.len()
            )));
        }
        self.bytes += text.len();
        if too_large || self.look.records.len() >= limit.max(1) || self.bytes > SOURCE_PAGE {
            self.look.more = true;
            return Ok(());
        }
        self.look.records.push(record(seq, at, op, &text)?);
        Ok(())
    }
}

/// What the trigger wrote, with what the table says about it.
fn record(
    seq: i64,
    at: String,
    op: Option<String>,
    text: &str,
) -> Result<SourceRecord, SourceFault> {
    let fields: Result<Map<String, Value>, _> = serde_json::from_str(text);
    let mut fields = fields
        .map_err(|error| SourceFault::Unexpected(format!("seq {seq} holds no record: {error}")))?;
    fields.insert(SEQ.to_owned(), seq.into());
    fields.insert(AT.to_owned(), at.into());
    fields.insert(OP.to_owned(), op.into());
    Ok(SourceRecord {
        place: format!("seq {seq}"),
        fields,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(seq: i64, text: &str) -> OutboxRow {
        let at = "2026-11-24T10:00:00+00:00".to_owned();
        (seq, at, Some("insert".to_owned()), Some(text.to_owned()))
    }

    #[test]
    fn a_record_says_what_was_done_and_when() {
        let mut page = OutboxPage::default();
        page.take(row(9, "{\"id\": 7, \"stato\": \"nuova\"}"), 5)
            .unwrap();
        let record = page.look.records.remove(0);
        assert_eq!(record.place, "seq 9");
        let expected = json!({"id": 7, "stato": "nuova", "_seq": 9, "_op": "insert",
            "_at": "2026-11-24T10:00:00+00:00"});
        assert_eq!(Value::Object(record.fields), expected);
    }

    #[test]
    fn a_page_ends_at_its_limit_and_says_that_there_is_more() {
        let mut page = OutboxPage::default();
        for seq in 1..=3 {
            page.take(row(seq, "{}"), 2).unwrap();
        }
        assert_eq!((page.look.records.len(), page.look.more), (2, true));
    }

    #[test]
    fn a_row_that_is_no_record_is_named_after_those_before_it_were_taken() {
        let mut page = OutboxPage::default();
        let fault = page.take(row(9, "[]"), 5).unwrap_err().to_string();
        assert!(fault.starts_with("seq 9 holds no record"), "{fault}");
        let large = "x".repeat(SOURCE_ROW + 1);
        let fault = page.take(row(9, &large), 5).unwrap_err().to_string();
        assert!(fault.contains("fewer `columns`"), "{fault}");
        page.take(row(8, "{}"), 5).unwrap();
        page.take(row(9, &large), 5).unwrap();
        assert_eq!((page.look.records.len(), page.look.more), (1, true));
    }
}
