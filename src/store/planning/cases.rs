//! Cases as their events left them, with the history of each.
//!
//! `case_file` holds the newest state, `case_change` every event. Applying an event a second
//! time changes nothing, and an older one never overwrites a newer.

use crate::domain::event::{CaseData, CaseStep, Deadline};
use crate::domain::{CaseId, EventId, Ids, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseRecord {
    /// Its row.
    #[serde(skip)]
    pub id: CaseId,
    /// What the newest event says.
    #[serde(flatten)]
    pub data: CaseData,
    /// Time of its first event.
    pub opened_at: Timestamp,
    /// Time of its newest event.
    pub changed_at: Timestamp,
    /// Time it was closed.
    pub closed_at: Option<Timestamp>,
}

/// One event of a case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseChange {
    /// Which event.
    pub event: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub step: CaseStep,
    /// The state it brought.
    pub state: String,
    /// The body responsible from then on.
    pub owner: Option<String>,
    /// When the next step was expected.
    pub expected_by: Option<Deadline>,
    /// A remark for the client.
    pub note: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
}

/// What applying an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Where the case stands now.
    pub case: CaseRecord,
    /// No event of this case happened later: what it says still holds.
    pub newest: bool,
}

impl Tx {
    /// Cases.
    pub fn cases(&mut self) -> Cases<'_> {
        Cases(&mut self.conn)
    }
}

/// Cases in this unit of work.
pub struct Cases<'a>(&'a mut Conn);

impl Cases<'_> {
    /// Applies what an event says about a case.
    pub async fn apply(
        &mut self,
        event: EventId,
        step: CaseStep,
        data: &CaseData,
        occurred_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Applied, StoreError> {
        let case = self.open(data, occurred_at, ids).await?;
        self.append(event, case, step, data, occurred_at).await?;
        let change = (event, step, occurred_at);
        if let Some(case) = self.overwrite(case, change, data).await? {
            return Ok(Applied { case, newest: true });
        }
        self.date_back(case, occurred_at).await?;
        Ok(Applied {
            case: self.get(&data.case).await?,
            newest: false,
        })
    }

    /// The case's row, made when this is its first event, locked.
    async fn open(
        &mut self,
        data: &CaseData,
        at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<CaseId, StoreError> {
        // Names itself in a conflict, so that the row is locked and its id comes back either way.
        let (id,): (i64,) = on!(self.0, |c| {
            sqlx::query_as(
                "INSERT INTO case_file (id, ref, client_ref, kind, state, opened_at, changed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $6) \
                 ON CONFLICT (ref) DO UPDATE SET ref = excluded.ref RETURNING id",
            )
            .bind(ids.next())
            .bind(&data.case)
            .bind(&data.client)
            .bind(&data.kind)
            .bind(&data.state)
            .bind(at.as_micros())
            .fetch_one(&mut **c)
            .await
        })
        .doing("open a case")?;
        Ok(CaseId::new(id))
    }

    async fn append(
        &mut self,
        event: EventId,
        case: CaseId,
        step: CaseStep,
        data: &CaseData,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        on!(self.0, |c| {
            sqlx::query(
                "INSERT INTO case_change (event_id, case_id, type, state, owner, note, \
                 expected_by, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                 ON CONFLICT (event_id) DO NOTHING",
            )
            .bind(event.get())
            .bind(case.get())
            .bind(step.as_str())
            .bind(&data.state)
            .bind(&data.owner)
            .bind(&data.note)
            .bind(data.expected_by.map(|deadline| deadline.to_string()))
            .bind(at.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("keep a case's change")
    }

    /// What the case is now, if no newer event is known; none otherwise. Of two events at the same
    /// microsecond the one received later counts as newer.
    async fn overwrite(
        &mut self,
        case: CaseId,
        (event, step, at): (EventId, CaseStep, Timestamp),
        data: &CaseData,
    ) -> Result<Option<CaseRecord>, StoreError> {
        let closed_at = (step == CaseStep::Closed).then_some(at.as_micros());
        let row: Option<CaseRow> = on!(self.0, |c| {
            sqlx::query_as(
                "UPDATE case_file SET client_ref = $2, kind = $3, state = $4, owner = $5, \
                 note = $6, expected_by = $7, changed_at = $8, closed_at = $9, \
                 opened_at = CASE WHEN opened_at > $8 THEN $8 ELSE opened_at END \
                 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM case_change WHERE case_id = $1 \
                 AND (occurred_at, event_id) > ($8, $10)) \
                 RETURNING id, ref AS reference, client_ref, kind, state, owner, note, \
                 expected_by, opened_at, changed_at, closed_at",
            )
            .bind(case.get())
            .bind(&data.client)
            .bind(&data.kind)
            .bind(&data.state)
            .bind(&data.owner)
            .bind(&data.note)
            .bind(data.expected_by.map(|deadline| deadline.to_string()))
            .bind(at.as_micros())
            .bind(closed_at)
            .bind(event.get())
            .fetch_optional(&mut **c)
            .await
        })
        .doing("move a case on")?;
        row.map(CaseRow::read).transpose()
    }

    /// A late-coming first event moves the opening back.
    async fn date_back(&mut self, case: CaseId, at: Timestamp) -> Result<(), StoreError> {
        on!(self.0, |c| {
            sqlx::query("UPDATE case_file SET opened_at = $2 WHERE id = $1 AND opened_at > $2")
                .bind(case.get())
                .bind(at.as_micros())
                .execute(&mut **c)
                .await
                .map(|_| ())
        })
        .doing("date a case back")
    }

    /// The case of this reference.
    pub async fn lookup(&mut self, reference: &str) -> Result<Option<CaseRecord>, StoreError> {
        let row: Option<CaseRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, client_ref, kind, state, owner, note, expected_by, \
                 opened_at, changed_at, closed_at FROM case_file WHERE ref = $1",
            )
            .bind(reference)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("read a case")?;
        row.map(CaseRow::read).transpose()
    }

    /// The case of this reference, which must be there.
    pub async fn get(&mut self, reference: &str) -> Result<CaseRecord, StoreError> {
        self.lookup(reference)
            .await?
            .ok_or_else(|| StoreError::Missing {
                what: "case",
                key: reference.to_owned(),
            })
    }

    /// Every event of a case, in the order they happened.
    pub async fn history(&mut self, reference: &str) -> Result<Vec<CaseChange>, StoreError> {
        let rows: Vec<ChangeRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT case_change.event_id, case_change.type AS step, case_change.state, \
                 case_change.owner, case_change.note, case_change.expected_by, \
                 case_change.occurred_at FROM case_file \
                 JOIN case_change ON case_change.case_id = case_file.id \
                 WHERE case_file.ref = $1 \
                 ORDER BY case_change.occurred_at, case_change.event_id",
            )
            .bind(reference)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read a case's history")?;
        rows.into_iter().map(ChangeRow::read).collect()
    }

    /// At most `limit` cases of a client, newest first, those older than `before` only.
    pub async fn for_client(
        &mut self,
        client: &str,
        before: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        let rows: Vec<CaseRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, client_ref, kind, state, owner, note, expected_by, \
                 opened_at, changed_at, closed_at FROM case_file WHERE client_ref = $1 \
                 AND id < $2 ORDER BY id DESC LIMIT $3",
            )
            .bind(client)
            .bind(before.map_or(i64::MAX, CaseId::get))
            .bind(limit)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read a client's cases")?;
        rows.into_iter().map(CaseRow::read).collect()
    }

    /// At most `limit` cases, newest first, those older than `before` only.
    pub async fn list(
        &mut self,
        before: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        let rows: Vec<CaseRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, client_ref, kind, state, owner, note, expected_by, \
                 opened_at, changed_at, closed_at FROM case_file WHERE id < $1 \
                 ORDER BY id DESC LIMIT $2",
            )
            .bind(before.map_or(i64::MAX, CaseId::get))
            .bind(limit)
            .fetch_all(&mut **c)
            .await
        })
        .doing("list cases")?;
        rows.into_iter().map(CaseRow::read).collect()
    }
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: i64,
    reference: String,
    client_ref: String,
    kind: String,
    state: String,
    owner: Option<String>,
    note: Option<String>,
    expected_by: Option<String>,
    opened_at: i64,
    changed_at: i64,
    closed_at: Option<i64>,
}

impl CaseRow {
    fn read(self) -> Result<CaseRecord, StoreError> {
        Ok(CaseRecord {
            id: CaseId::new(self.id),
            data: CaseData {
                expected_by: deadline(self.expected_by.as_deref(), "case_file", self.id)?,
                case: self.reference,
                client: self.client_ref,
                kind: self.kind,
                state: self.state,
                owner: self.owner,
                note: self.note,
            },
            opened_at: Timestamp::from_micros(self.opened_at),
            changed_at: Timestamp::from_micros(self.changed_at),
            closed_at: self.closed_at.map(Timestamp::from_micros),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    event_id: i64,
    step: String,
    state: String,
    owner: Option<String>,
    note: Option<String>,
    expected_by: Option<String>,
    occurred_at: i64,
}

impl ChangeRow {
    fn read(self) -> Result<CaseChange, StoreError> {
        Ok(CaseChange {
            event: EventId::new(self.event_id),
            step: stored(&self.step, "case_change", "type", self.event_id)?,
            expected_by: deadline(self.expected_by.as_deref(), "case_change", self.event_id)?,
            state: self.state,
            owner: self.owner,
            note: self.note,
            occurred_at: Timestamp::from_micros(self.occurred_at),
        })
    }
}

fn deadline(
    text: Option<&str>,
    table: &'static str,
    row: i64,
) -> Result<Option<Deadline>, StoreError> {
    text.map(|text| stored(text, table, "expected_by", row))
        .transpose()
}
