//! Events as they came in: each kept once, by (source, id), until the planner took it.
//!
//! Accepting is in bulk: one INSERT for a batch, and one SELECT only when some were there
//! already. What an event says about a case or an incident is kept by `cases` and `incidents`.

use std::collections::HashSet;

use serde_json::Value;

use super::rows::json;
use super::{Conn, Doing as _, StoreError, Tx, on, stored};
use crate::domain::event::{Event, EventData, EventState};
use crate::domain::{EventId, Ids, Timestamp};

/// What accepting an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    /// Stored.
    New(EventId),
    /// The same event was stored before.
    Duplicate(EventId),
    /// Another event bears the same source and id. The caller must not commit.
    Conflict(EventId),
}

/// An event in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its row.
    pub id: EventId,
    /// What came in. [`EventData::Unreadable`] when this version cannot read it any more.
    pub event: Event,
    /// When it came.
    pub received_at: Timestamp,
    /// What became of it.
    pub state: EventState,
    /// Why it was refused.
    pub detail: Option<String>,
}

impl Tx {
    /// Events.
    pub fn events(&mut self) -> Events<'_> {
        Events(&mut self.conn)
    }
}

/// Events in this unit of work.
pub struct Events<'a>(&'a mut Conn);

/// A batch made ready to be stored: whatever can be done before the writer's turn is done.
#[derive(Debug)]
pub struct Ready {
    keys: Vec<Key>,
    /// The rows as JSON arrays, without the brackets around all of them.
    rows: String,
}

/// What tells an event from others.
#[derive(Debug)]
struct Key {
    row: i64,
    source: String,
    id: String,
    fingerprint: String,
}

impl Ready {
    /// Makes a batch ready. `received_at`: when it came.
    pub fn of(
        events: Vec<Event>,
        received_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Self, StoreError> {
        let numbered: Vec<(i64, &Event)> = events.iter().map(|event| (ids.next(), event)).collect();
        let mut rows = String::with_capacity(events.len() * 512);
        for (row, event) in &numbered {
            if !rows.is_empty() {
                rows.push(',');
            }
            rows.push_str(&json(&[
                Column::from(*row),
                Column::from(event.source.as_str()),
                Column::from(event.id.as_str()),
                Column::from(event.kind.as_str()),
                Column::Text(event.subject.as_deref()),
                Column::from(event.occurred_at.as_micros()),
                Column::from(received_at.as_micros()),
                Column::from(event.raw.to_string().as_str()),
                Column::from(event.fingerprint.as_str()),
            ])?);
        }
        let rows_of: Vec<i64> = numbered.into_iter().map(|(row, _)| row).collect();
        let keys = rows_of.into_iter().zip(events).map(|(row, event)| Key {
            row,
            source: event.source,
            id: event.id,
            fingerprint: event.fingerprint,
        });
        Ok(Self {
            keys: keys.collect(),
            rows,
        })
    }

    /// How many events it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Source and id of the event at a place.
    #[must_use]
    pub fn name(&self, at: usize) -> (String, String) {
        let key = self.keys.get(at);
        key.map(|key| (key.source.clone(), key.id.clone()))
            .unwrap_or_default()
    }
}

/// One value of a row.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Column<'a> {
    Number(i64),
    Text(Option<&'a str>),
}

impl From<i64> for Column<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Column<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl Events<'_> {
    /// Stores a batch; one answer for each, in order. When any is a [`Accept::Conflict`], the
    /// caller drops the unit of work, so that the batch is taken as a whole or not at all.
    pub async fn accept(
        &mut self,
        events: &[Event],
        received_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Vec<Accept>, StoreError> {
        let ready = Ready::of(events.to_vec(), received_at, ids)?;
        let mut answers = self.accept_all(std::slice::from_ref(&ready)).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Stores several batches with one statement; for each what [`Events::accept`] answers.
    pub async fn accept_all(&mut self, batches: &[Ready]) -> Result<Vec<Vec<Accept>>, StoreError> {
        let keys: Vec<&Key> = batches.iter().flat_map(|batch| &batch.keys).collect();
        let mut answers: Vec<Accept> = keys
            .iter()
            .map(|key| Accept::New(EventId::new(key.row)))
            .collect();
        let inserted = self.insert(batches).await?;
        if inserted < keys.len() as u64 {
            let new = self.existing(&keys).await?;
            let known: Vec<usize> = (0..keys.len())
                .filter(|at| !new.contains(&keys[*at].row))
                .collect();
            for (at, answer) in self.compare(&keys, &known).await? {
                answers[at] = answer;
            }
        }
        let mut answers = answers.into_iter();
        let each = batches
            .iter()
            .map(|batch| answers.by_ref().take(batch.len()).collect());
        Ok(each.collect())
    }

    /// Inserts those whose (source, id) is new; returns how many that were.
    async fn insert(&mut self, batches: &[Ready]) -> Result<u64, StoreError> {
        let rows: Vec<&str> = batches
            .iter()
            .filter(|batch| !batch.is_empty())
            .map(|batch| batch.rows.as_str())
            .collect();
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "INSERT INTO event (id, source, event_id, type, subject, occurred_at, received_at, \
                 data, body_hash, state) \
                 SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, \
                 value ->> 4, CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), \
                 value ->> 7, value ->> 8, 'received' FROM ",
                words::rows!("$1"),
                " WHERE TRUE ON CONFLICT (source, event_id) DO NOTHING"
            ))
            .bind(format!("[{}]", rows.join(",")))
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected())
        })
        .doing("store events")
    }

    /// Which of these rows there are.
    async fn existing(&mut self, keys: &[&Key]) -> Result<HashSet<i64>, StoreError> {
        let ids = super::json_ids(keys.iter().map(|key| key.row));
        let found: Vec<i64> = on!(&mut *self.0, |c| {
            sqlx::query_scalar(concat!(
                "SELECT id FROM event WHERE id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("see which events are new")?;
        Ok(found.into_iter().collect())
    }

    /// Tells a repeat from another event under the same name, for the events at `known`.
    async fn compare(
        &mut self,
        keys: &[&Key],
        known: &[usize],
    ) -> Result<Vec<(usize, Accept)>, StoreError> {
        let rows: Vec<_> = known
            .iter()
            .map(|at| (at, &keys[*at].source, &keys[*at].id))
            .collect();
        let found: Vec<(i64, i64, String)> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT CAST(value ->> 0 AS BIGINT), event.id, event.body_hash FROM ",
                words::rows!("$1"),
                " JOIN event ON event.source = value ->> 1 AND event.event_id = value ->> 2"
            ))
            .bind(json(&rows)?)
            .fetch_all(&mut **c)
            .await
        })
        .doing("compare events")?;
        let answer = |(at, id, hash): (i64, i64, String)| {
            let at = usize::try_from(at).ok()?;
            let id = EventId::new(id);
            Some(if keys.get(at)?.fingerprint == hash {
                (at, Accept::Duplicate(id))
            } else {
                (at, Accept::Conflict(id))
            })
        };
        Ok(found.into_iter().filter_map(answer).collect())
    }

    /// The event of this row.
    pub async fn get(&mut self, id: EventId) -> Result<StoredEvent, StoreError> {
        let row: Option<EventRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, source, event_id, type AS kind, subject, occurred_at, received_at, \
                 data, body_hash, state, detail FROM event WHERE id = $1",
            )
            .bind(id.get())
            .fetch_optional(&mut **c)
            .await
        })
        .doing("read an event")?;
        row.ok_or_else(|| StoreError::Missing {
            what: "event",
            key: id.to_string(),
        })?
        .read()
    }

    /// The event its source knows by `event_id`.
    pub async fn lookup(
        &mut self,
        source: &str,
        event_id: &str,
    ) -> Result<Option<StoredEvent>, StoreError> {
        let row: Option<EventRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, source, event_id, type AS kind, subject, occurred_at, received_at, \
                 data, body_hash, state, detail FROM event WHERE source = $1 AND event_id = $2",
            )
            .bind(source)
            .bind(event_id)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("look an event up")?;
        row.map(EventRow::read).transpose()
    }

    /// At most `limit` events, newest first, those older than `before` only.
    pub async fn list(
        &mut self,
        before: Option<EventId>,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, source, event_id, type AS kind, subject, occurred_at, received_at, \
                 data, body_hash, state, detail FROM event WHERE id < $1 \
                 ORDER BY id DESC LIMIT $2",
            )
            .bind(before.map_or(i64::MAX, EventId::get))
            .bind(limit)
            .fetch_all(&mut **c)
            .await
        })
        .doing("list events")?;
        rows.into_iter().map(EventRow::read).collect()
    }

    /// At most `limit` events that nobody planned yet, oldest first; they stay locked for this
    /// unit of work, and those another planner holds are passed over.
    pub async fn take_received(&mut self, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT id, source, event_id, type AS kind, subject, occurred_at, received_at, \
                 data, body_hash, state, detail FROM event WHERE state = 'received' \
                 ORDER BY id LIMIT $1",
                words::skip_locked!()
            ))
            .bind(limit)
            .fetch_all(&mut **c)
            .await
        })
        .doing("take received events")?;
        rows.into_iter().map(EventRow::read).collect()
    }

    /// Notes what became of an event, and why.
    pub async fn mark(
        &mut self,
        id: EventId,
        state: EventState,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        on!(self.0, |c| {
            sqlx::query("UPDATE event SET state = $2, detail = $3 WHERE id = $1")
                .bind(id.get())
                .bind(state.as_str())
                .bind(detail)
                .execute(&mut **c)
                .await
                .map(|_| ())
        })
        .doing("mark an event")
    }
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: i64,
    source: String,
    event_id: String,
    kind: String,
    subject: Option<String>,
    occurred_at: i64,
    received_at: i64,
    data: String,
    body_hash: String,
    state: String,
    detail: Option<String>,
}

impl EventRow {
    fn read(self) -> Result<StoredEvent, StoreError> {
        let raw: Value = stored(&self.data, "event", "data", self.id)?;
        let state = stored(&self.state, "event", "state", self.id)?;
        let data = EventData::parse(&self.kind, &raw).unwrap_or_else(EventData::Unreadable);
        Ok(StoredEvent {
            id: EventId::new(self.id),
            received_at: Timestamp::from_micros(self.received_at),
            state,
            detail: self.detail,
            event: Event {
                source: self.source,
                id: self.event_id,
                kind: self.kind,
                subject: self.subject,
                occurred_at: Timestamp::from_micros(self.occurred_at),
                data,
                raw,
                fingerprint: self.body_hash,
            },
        })
    }
}
