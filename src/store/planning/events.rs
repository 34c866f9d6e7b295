//! Events as they came in: each kept once, by (source, id), until the planner took it.
//!
//! Accepting is in bulk: one INSERT for a batch, and one SELECT only when some were there
//! already. What an event says about a case or an incident is kept by `cases` and `incidents`.

mod insert;
mod known;
mod ready;

use std::collections::HashSet;

use serde_json::Value;

use self::known::KnownEvent;
use self::ready::ReadyEvent;
use crate::domain::event::{Arrival, Event, EventData, EventState};
use crate::domain::ids::first_id_at;
use crate::domain::{EventId, FieldError, Ids, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{affected, all, execute, optional, optional_value, values};
use crate::store::people::erasure::hold_off;
use crate::store::{StoreError, handle, json_ids};

pub use self::ready::Ready;

/// What accepting an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    New(EventId),
    /// The same event was stored before.
    Duplicate(EventId),
    /// Another event bears the same source and id. The caller must not commit.
    Conflict(EventId),
}

/// An event in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    pub id: EventId,
    /// What came in. [`EventData::Unreadable`] when this version cannot read it any more.
    pub event: Event,
    pub received_at: Timestamp,
    /// What became of it.
    pub state: EventState,
    /// Why it was refused, or why nobody was told.
    pub detail: Option<String>,
}

/// Events that nobody planned yet.
#[derive(Debug)]
pub struct TakenEvents {
    pub events: Vec<StoredEvent>,
    /// Whether anybody was ever erased. Until the end of the unit of work nobody is.
    pub anybody_erased: bool,
}

/// What became of an event, and why.
#[derive(Debug)]
pub struct EventMark {
    pub event: EventId,
    pub state: EventState,
    pub detail: Option<String>,
}

handle!(events -> Events);

macro_rules! columns {
    () => {
        "SELECT id, source, event_id, type AS kind, subject, occurred_at, received_at, claimed_at,
         data, body_hash, quiet, late, state, detail"
    };
}

impl Events<'_> {
    /// Stores a batch; one answer for each, in order. When any is a [`Accept::Conflict`], the
    /// caller drops the unit of work, so that the batch is taken as a whole or not at all.
    pub async fn accept(
        &mut self,
        events: impl IntoIterator<Item: Into<Arrival>>,
        received_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Vec<Accept>, StoreError> {
        let ready = Ready::of(events, received_at, ids);
        let mut answers = self.accept_all(std::slice::from_ref(&ready)).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Stores several batches together; for each what [`Events::accept`] answers.
    pub async fn accept_all(&mut self, batches: &[Ready]) -> Result<Vec<Vec<Accept>>, StoreError> {
        let keys: Vec<&ReadyEvent> = batches.iter().flat_map(Ready::rows).collect();
        let mut answers: Vec<Accept> = keys
            .iter()
            .map(|key| Accept::New(EventId::new(key.id)))
            .collect();
        let inserted = insert::insert(self.0, &keys).await?;
        if inserted < keys.len() as u64 {
            let new = self.existing(&keys).await?;
            let known: Vec<usize> = (0..keys.len())
                .filter(|at| !new.contains(&keys[*at].id))
                .collect();
            for (at, answer) in self.compare(&keys, &known).await? {
                answers[at] = answer;
            }
        }
        let mut answers = answers.into_iter();
        let each = batches
            .iter()
            .map(|batch| answers.by_ref().take(batch.count()).collect());
        Ok(each.collect())
    }

    /// Which of these rows there are.
    async fn existing(&mut self, keys: &[&ReadyEvent]) -> Result<HashSet<i64>, StoreError> {
        let ids = json_ids(keys.iter().map(|key| key.id));
        let found: Vec<i64> = values!(self.0, "look for events that are stored already",
            "SELECT id FROM event WHERE id IN (", words::ids!("$1"), ")";
            &ids
        )?;
        Ok(found.into_iter().collect())
    }

    /// Tells a repeat from another event under the same name, for the events at `known`.
    async fn compare(
        &mut self,
        keys: &[&ReadyEvent],
        known: &[usize],
    ) -> Result<Vec<(usize, Accept)>, StoreError> {
        let rows: Vec<_> = known
            .iter()
            .map(|at| (at, &*keys[*at].event.source, &*keys[*at].event.id))
            .collect();
        let found: Vec<KnownEvent> = all!(self.0, "compare events with those stored",
            "SELECT CAST(value ->> 0 AS BIGINT) AS at, event.id, event.type AS kind,
             event.subject, event.occurred_at, event.received_at, event.claimed_at,
             event.data, event.body_hash FROM ", words::rows!("$1"),
            " JOIN event ON event.source = value ->> 1 AND event.event_id = value ->> 2";
            json(&rows)?
        )?;
        let answer = |known: KnownEvent| {
            let at = usize::try_from(known.at).ok()?;
            let id = known.id;
            Some(match known.says_the_same_as(keys.get(at)?) {
                true => (at, Accept::Duplicate(id)),
                false => (at, Accept::Conflict(id)),
            })
        };
        Ok(found.into_iter().filter_map(answer).collect())
    }

    /// The event of this row, if there is one.
    pub async fn lookup_id(&mut self, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        let row: Option<EventRow> = optional!(self.0, "read an event",
            columns!(), " FROM event WHERE id = $1";
            id
        )?;
        Ok(row.map(EventRow::read))
    }

    /// The event of this row, which must be there.
    pub async fn get(&mut self, id: EventId) -> Result<StoredEvent, StoreError> {
        let found = self.lookup_id(id).await?;
        found.ok_or_else(|| StoreError::missing("event", id))
    }

    /// The event its source knows by `event_id`.
    pub async fn lookup(
        &mut self,
        source: &str,
        event_id: &str,
    ) -> Result<Option<StoredEvent>, StoreError> {
        let row: Option<EventRow> = optional!(self.0, "look up an event",
            columns!(), " FROM event WHERE source = $1 AND event_id = $2";
            source, event_id
        )?;
        Ok(row.map(EventRow::read))
    }

    /// At most `limit` events, newest first, those older than `before` only.
    pub async fn list(
        &mut self,
        before: Option<EventId>,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> = all!(self.0, "list the events",
            columns!(), " FROM event WHERE id < $1
             ORDER BY id DESC LIMIT $2";
            before.map_or(i64::MAX, EventId::get), limit
        )?;
        Ok(rows.into_iter().map(EventRow::read).collect())
    }

    /// The types of the newest `limit` events since then, each once.
    pub async fn types_since(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        values!(self.0, "list the types of events",
            "SELECT DISTINCT type FROM (SELECT type FROM event WHERE id >= $1
             ORDER BY id DESC LIMIT $2) AS newest ORDER BY type";
            first_id_at(since), limit
        )
    }

    /// The newest `limit` events of these types among the newest `looked_at` since then.
    pub async fn of_types(
        &mut self,
        types: &[String],
        since: Timestamp,
        (looked_at, limit): (i64, i64),
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> = all!(self.0, "read the newest events of some types",
            columns!(), " FROM event WHERE id IN (SELECT id FROM (SELECT id, type FROM event
             WHERE id >= $1 ORDER BY id DESC LIMIT $2) AS newest WHERE type IN (",
            words::texts!("$4"), ") ORDER BY id DESC LIMIT $3) ORDER BY id DESC";
            first_id_at(since), looked_at, limit, json(types)?
        )?;
        Ok(rows.into_iter().map(EventRow::read).collect())
    }

    /// At most `limit` events that nobody planned yet, oldest first, but those that tell nobody last; they stay locked for this
    /// unit of work, and those another planner holds are passed over. Whether anybody was erased is
    /// asked in the same statement: each one more is felt in how soon one event is told.
    pub async fn take_received(&mut self, limit: i64) -> Result<TakenEvents, StoreError> {
        hold_off(self.0).await?;
        let rows: Vec<TakenRow> = all!(self.0, "take received events",
            columns!(), ", EXISTS (SELECT 1 FROM erased_client) AS anybody_erased
             FROM event WHERE state = 'received'
             ORDER BY quiet, id LIMIT $1", words::skip_locked!();
            limit
        )?;
        let anybody_erased = rows.iter().any(|row| row.anybody_erased);
        let events = rows.into_iter().map(|row| row.event.read());
        Ok(TakenEvents {
            events: events.collect(),
            anybody_erased,
        })
    }

    /// Of these subjects, those of which events of this source wait to be planned.
    pub async fn waiting_about(
        &mut self,
        source: &str,
        subjects: &[String],
    ) -> Result<HashSet<String>, StoreError> {
        let found: Vec<String> = values!(self.0, "look for events that wait to be planned",
            "SELECT DISTINCT subject FROM event WHERE state = 'received' AND source = $1
             AND subject IN (", words::texts!("$2"), ")";
            source, json(subjects)?
        )?;
        Ok(found.into_iter().collect())
    }

    /// The last that a source said of a case or an incident, whether it was planned or waits for it.
    pub async fn latest_about(
        &mut self,
        source: &str,
        subject: &str,
    ) -> Result<Option<StoredEvent>, StoreError> {
        let waiting: Option<EventId> = optional_value!(self.0, "look for what was said last and waits",
            "SELECT id FROM event WHERE state = 'received' AND source = $1 AND subject = $2
             ORDER BY id DESC LIMIT 1";
            source, subject
        )?;
        let planned: Option<EventId> = match waiting {
            Some(_) => waiting,
            None => optional_value!(self.0, "look for what was said last",
                "SELECT said.event_id FROM (SELECT h.event_id FROM incident i
                 JOIN incident_change h ON h.incident_id = i.id WHERE i.ref = $2
                 UNION ALL SELECT h.event_id FROM case_file c
                 JOIN case_change h ON h.case_id = c.id WHERE c.ref = $2) AS said
                 JOIN event e ON e.id = said.event_id WHERE e.source = $1
                 ORDER BY said.event_id DESC LIMIT 1";
                source, subject
            )?,
        };
        match planned {
            Some(id) => self.lookup_id(id).await,
            None => Ok(None),
        }
    }

    /// Keeps an event from being planned. False: it was planned already.
    pub async fn withdraw(&mut self, id: EventId, why: &str) -> Result<bool, StoreError> {
        let done = affected!(self.0, "withdraw an event",
            "UPDATE event SET state = $2, detail = $3 WHERE id = $1 AND state = $4";
            id, EventState::Refused, why, EventState::Received
        )?;
        Ok(done == 1)
    }

    /// Notes what became of events, and why.
    pub async fn mark(&mut self, marks: &[EventMark]) -> Result<(), StoreError> {
        if marks.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = marks
            .iter()
            .map(|mark| (mark.event, mark.state, &mark.detail))
            .collect();
        execute!(self.0, "record what became of events",
            "UPDATE event SET state = r.state, detail = r.detail
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS state,
             value ->> 2 AS detail FROM ", words::rows!("$1"), ") AS r WHERE event.id = r.id";
            json(&rows)?
        )
    }
}

row! {
    struct EventRow {
        id: EventId,
        source: String,
        event_id: String,
        kind: String,
        subject: Option<String>,
        occurred_at: Timestamp,
        received_at: Timestamp,
        claimed_at: Option<Timestamp>,
        data: String,
        body_hash: String,
        quiet: bool,
        late: bool,
        state: EventState,
        detail: Option<String>,
    }
}

row! {
    struct TakenRow {
        event: EventRow as row,
        anybody_erased: bool,
    }
}

impl EventRow {
    fn read(self) -> StoredEvent {
        // One event that cannot be read must not keep all others from being planned.
        let (raw, data) = match serde_json::from_str::<Value>(&self.data) {
            Ok(raw) => {
                let data = EventData::parse(&self.kind, &raw);
                (raw, data.unwrap_or_else(EventData::Unreadable))
            }
            Err(error) => {
                let fault = FieldError::new("/data", format!("not JSON that can be read: {error}"));
                (Value::Null, EventData::Unreadable(fault))
            }
        };
        StoredEvent {
            id: self.id,
            received_at: self.received_at,
            state: self.state,
            detail: self.detail,
            event: Event {
                source: self.source,
                id: self.event_id,
                kind: self.kind,
                subject: self.subject,
                occurred_at: self.occurred_at,
                claimed_at: self.claimed_at,
                data,
                raw,
                fingerprint: self.body_hash,
                quiet: self.quiet,
                late: self.late,
            },
        }
    }
}
