//! Incidents as their events left them, with the history of each.
//!
//! `incident_change` holds every event; `incident` holds their fold in the order they happened,
//! computed anew by `domain::event::Incident` whenever one is applied. There are a handful per
//! incident, and so a late one is put in its place without a special case.

use crate::domain::area::Area;
use crate::domain::event::{Incident, IncidentData, IncidentStep};
use crate::domain::{EventId, Ids, IncidentId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct IncidentRecord {
    /// Its row.
    #[serde(skip)]
    pub id: IncidentId,
    /// The fold of its events.
    #[serde(flatten)]
    pub incident: Incident,
}

/// One event of an incident.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct IncidentChange {
    /// Which event.
    pub event: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub step: IncidentStep,
    /// What it says.
    pub data: IncidentData,
    /// When.
    pub occurred_at: Timestamp,
}

/// What applying an event did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Where the incident stands now, in full.
    pub incident: IncidentRecord,
    /// No event of this incident happened later: what it says still holds.
    pub newest: bool,
}

impl Tx {
    /// Incidents.
    pub fn incidents(&mut self) -> Incidents<'_> {
        Incidents(&mut self.conn)
    }
}

/// Incidents in this unit of work.
pub struct Incidents<'a>(&'a mut Conn);

impl Incidents<'_> {
    /// Applies what an event says about an incident.
    pub async fn apply(
        &mut self,
        event: EventId,
        step: IncidentStep,
        data: &IncidentData,
        occurred_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Applied, StoreError> {
        let first = Incident::begin(step, data, occurred_at);
        let id = self.open(&first, ids).await?;
        self.append(event, id, step, data, occurred_at).await?;
        let changes = self.history(&data.incident).await?;
        let incident = fold(&changes).unwrap_or(first);
        self.overwrite(id, &incident).await?;
        Ok(Applied {
            incident: IncidentRecord { id, incident },
            newest: changes.last().is_none_or(|last| last.event == event),
        })
    }

    /// The incident's row, made when this is its first event, locked.
    async fn open(&mut self, first: &Incident, ids: &dyn Ids) -> Result<IncidentId, StoreError> {
        on!(self.0, |c| {
            sqlx::query(
                "INSERT INTO incident (id, ref, kind, state, area, opened_at, changed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (ref) DO NOTHING",
            )
            .bind(ids.next())
            .bind(&first.incident)
            .bind(first.kind.as_str())
            .bind(first.state.as_str())
            .bind(area_text(&first.area)?)
            .bind(first.opened_at.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("open an incident")?;
        let (id,): (i64,) = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT id FROM incident WHERE ref = $1",
                words::for_update!()
            ))
            .bind(&first.incident)
            .fetch_one(&mut **c)
            .await
        })
        .doing("lock an incident")?;
        Ok(IncidentId::new(id))
    }

    async fn append(
        &mut self,
        event: EventId,
        incident: IncidentId,
        step: IncidentStep,
        data: &IncidentData,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(data).map_err(|error| unwritable(&error))?;
        on!(self.0, |c| {
            sqlx::query(
                "INSERT INTO incident_change (event_id, incident_id, type, data, occurred_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event_id) DO NOTHING",
            )
            .bind(event.get())
            .bind(incident.get())
            .bind(step.as_str())
            .bind(&text)
            .bind(at.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("keep an incident's change")
    }

    async fn overwrite(&mut self, id: IncidentId, now: &Incident) -> Result<(), StoreError> {
        let area = area_text(&now.area)?;
        on!(self.0, |c| {
            sqlx::query(
                "UPDATE incident SET kind = $2, state = $3, service = $4, severity = $5, \
                 area = $6, cause = $7, note = $8, began_at = $9, expected_end = $10, \
                 opened_at = $11, changed_at = $12, closed_at = $13 WHERE id = $1",
            )
            .bind(id.get())
            .bind(now.kind.as_str())
            .bind(now.state.as_str())
            .bind(&now.service)
            .bind(&now.severity)
            .bind(&area)
            .bind(&now.cause)
            .bind(&now.note)
            .bind(now.began_at.map(Timestamp::as_micros))
            .bind(now.expected_end.map(Timestamp::as_micros))
            .bind(now.opened_at.as_micros())
            .bind(now.changed_at.as_micros())
            .bind(now.closed_at.map(Timestamp::as_micros))
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("move an incident on")
    }

    /// The incident of this reference.
    pub async fn lookup(&mut self, reference: &str) -> Result<Option<IncidentRecord>, StoreError> {
        let row: Option<IncidentRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, kind, state, service, severity, area, cause, note, \
                 began_at, expected_end, opened_at, changed_at, closed_at FROM incident \
                 WHERE ref = $1",
            )
            .bind(reference)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("read an incident")?;
        row.map(IncidentRow::read).transpose()
    }

    /// The incident of this reference, which must be there.
    pub async fn get(&mut self, reference: &str) -> Result<IncidentRecord, StoreError> {
        self.lookup(reference)
            .await?
            .ok_or_else(|| StoreError::Missing {
                what: "incident",
                key: reference.to_owned(),
            })
    }

    /// Every event of an incident, in the order they happened.
    pub async fn history(&mut self, reference: &str) -> Result<Vec<IncidentChange>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT incident_change.event_id, incident_change.type, incident_change.data, \
                 incident_change.occurred_at FROM incident \
                 JOIN incident_change ON incident_change.incident_id = incident.id \
                 WHERE incident.ref = $1 \
                 ORDER BY incident_change.occurred_at, incident_change.event_id",
            )
            .bind(reference)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read an incident's history")?;
        rows.into_iter().map(read_change).collect()
    }

    /// At most `limit` incidents, newest first, those older than `before` only.
    pub async fn list(
        &mut self,
        before: Option<IncidentId>,
        limit: i64,
    ) -> Result<Vec<IncidentRecord>, StoreError> {
        let rows: Vec<IncidentRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, kind, state, service, severity, area, cause, note, \
                 began_at, expected_end, opened_at, changed_at, closed_at FROM incident \
                 WHERE id < $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(before.map_or(i64::MAX, IncidentId::get))
            .bind(limit)
            .fetch_all(&mut **c)
            .await
        })
        .doing("list incidents")?;
        rows.into_iter().map(IncidentRow::read).collect()
    }

    /// The incidents under way, newest first, at most 1,000.
    pub async fn going_on(&mut self) -> Result<Vec<IncidentRecord>, StoreError> {
        let rows: Vec<IncidentRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, kind, state, service, severity, area, cause, note, \
                 began_at, expected_end, opened_at, changed_at, closed_at FROM incident \
                 WHERE state = 'going_on' ORDER BY id DESC LIMIT 1000",
            )
            .fetch_all(&mut **c)
            .await
        })
        .doing("read the incidents under way")?;
        rows.into_iter().map(IncidentRow::read).collect()
    }
}

fn fold(changes: &[IncidentChange]) -> Option<Incident> {
    let (first, rest) = changes.split_first()?;
    let mut incident = Incident::begin(first.step, &first.data, first.occurred_at);
    for change in rest {
        incident.add(change.step, &change.data, change.occurred_at);
    }
    Some(incident)
}

fn read_change(
    (event, step, data, at): (i64, String, String, i64),
) -> Result<IncidentChange, StoreError> {
    let value: serde_json::Value = stored(&data, "incident_change", "data", event)?;
    Ok(IncidentChange {
        event: EventId::new(event),
        step: stored(&step, "incident_change", "type", event)?,
        // What a later version asks of an opening must not make an old one unreadable.
        data: IncidentData::parse(IncidentStep::Updated, &value).map_err(|_| {
            StoreError::Inconsistent {
                table: "incident_change",
                column: "data",
                row: event.to_string(),
                value: data,
            }
        })?,
        occurred_at: Timestamp::from_micros(at),
    })
}

#[derive(sqlx::FromRow)]
struct IncidentRow {
    id: i64,
    reference: String,
    kind: String,
    state: String,
    service: Option<String>,
    severity: Option<String>,
    area: String,
    cause: Option<String>,
    note: Option<String>,
    began_at: Option<i64>,
    expected_end: Option<i64>,
    opened_at: i64,
    changed_at: i64,
    closed_at: Option<i64>,
}

impl IncidentRow {
    fn read(self) -> Result<IncidentRecord, StoreError> {
        let area: Area =
            serde_json::from_str(&self.area).map_err(|_| StoreError::Inconsistent {
                table: "incident",
                column: "area",
                row: self.id.to_string(),
                value: self.area.clone(),
            })?;
        Ok(IncidentRecord {
            id: IncidentId::new(self.id),
            incident: Incident {
                kind: stored(&self.kind, "incident", "kind", self.id)?,
                state: stored(&self.state, "incident", "state", self.id)?,
                incident: self.reference,
                service: self.service,
                severity: self.severity,
                area,
                cause: self.cause,
                note: self.note,
                began_at: self.began_at.map(Timestamp::from_micros),
                expected_end: self.expected_end.map(Timestamp::from_micros),
                opened_at: Timestamp::from_micros(self.opened_at),
                changed_at: Timestamp::from_micros(self.changed_at),
                closed_at: self.closed_at.map(Timestamp::from_micros),
            },
        })
    }
}

fn area_text(area: &Area) -> Result<String, StoreError> {
    serde_json::to_string(area).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> StoreError {
    StoreError::Unfit(format!("cannot write an incident as JSON: {error}"))
}
