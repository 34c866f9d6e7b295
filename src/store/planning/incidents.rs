//! Incidents as their events left them, with the history of each.
//!
//! `incident_change` holds every event; `incident` holds their fold in the order they happened,
//! computed again by `domain::event::Incident` whenever one is applied. There are a handful per
//! incident, and so a late one is put in its place without a special case.
//!
//! What is read here is read in full, or not at all: whom an incident reaches must not depend on
//! half an area. `shown` reads for those who look, `watched` for the clock, `answers` keeps what
//! clients say when they are asked whether it is over, `wider` knows from whom it is kept, `heard` what
//! clients heard last, `compensation` which outages lasted too long.

mod answers;
mod compensation;
mod heard;
mod shown;
mod watched;
mod wider;

use std::collections::HashSet;

use sqlx::error::BoxDynError;

use crate::domain::area::Area;
use crate::domain::event::{Incident, IncidentData, IncidentStep};
use crate::domain::{EventId, Ids, IncidentId, Timestamp};
use crate::store::database::rows::{json, json_column, row};
use crate::store::database::sql::{affected, all, execute, one, optional, optional_value, values};
use crate::store::feed::note_incident;
use crate::store::{StoreError, handle};

pub use self::answers::{BackAnswer, BackCount, GivenAnswer};
pub use self::compensation::OverlongOutage;
pub use self::heard::IncidentTelling;
pub use self::shown::IncidentReport;
pub use self::watched::{IncidentWorry, WatchedIncident};
pub use self::wider::{UncoveredClients, WiderIncident};

row! {
    /// Where an incident stands.
    #[derive(Debug, Clone, PartialEq, serde::Serialize)]
    pub struct IncidentRecord {
        #[serde(skip)]
        pub id: IncidentId,
        /// The fold of its events.
        #[serde(flatten)]
        pub incident: Incident as row,
    }
}

row! {
    /// One event of an incident.
    #[derive(Debug, Clone, PartialEq, serde::Serialize)]
    pub struct IncidentChange {
        pub event: EventId as event_id,
        #[serde(rename = "type")]
        pub step: IncidentStep as kind,
        pub data: IncidentData = said,
        pub occurred_at: Timestamp,
    }
}

/// What applying an event did.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedToIncident {
    /// Where the incident stands now, in full.
    pub incident: IncidentRecord,
    /// It was not known before, so nobody was told of it either.
    pub is_new: bool,
    /// No event of this incident happened later: what it says still holds. What the clock made of
    /// it meanwhile does not count.
    pub newest: bool,
    /// Where it stood when its clients were last told of it.
    pub told: Option<Incident>,
    /// Where it stood when its source was new, if it stood there then and nobody was told since.
    pub stood: Option<Incident>,
    /// What it covered then, or when those were looked for last whom it did not cover any more.
    pub told_area: Option<Area>,
}

impl AppliedToIncident {
    const fn to_a_new_one(id: IncidentId, incident: Incident) -> Self {
        Self {
            incident: IncidentRecord { id, incident },
            is_new: true,
            newest: true,
            told: None,
            stood: None,
            told_area: None,
        }
    }
}

handle!(incidents -> Incidents);

macro_rules! columns {
    ($area:literal) => {
        columns!($area, "")
    };
    ($area:literal, $more:literal) => {
        concat!(
            "SELECT id, ref AS reference, kind, state, service, severity, ",
            $area,
            " AS area, cause, note, parent, next_update, began_at, expected_end, opened_at,
             changed_at, closed_at",
            $more,
            " FROM incident "
        )
    };
}
use columns;

impl Incidents<'_> {
    /// Applies what an event says about an incident.
    pub async fn apply(
        &mut self,
        event: EventId,
        step: IncidentStep,
        data: &IncidentData,
        occurred_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<AppliedToIncident, StoreError> {
        let first = Incident::begin(step, data, occurred_at);
        if let Some(id) = self.enter(&first, ids).await? {
            self.append(event, id, step, data, occurred_at).await?;
            return Ok(AppliedToIncident::to_a_new_one(id, first));
        }
        let (id, told): (IncidentId, Option<EventId>) = self.lock_known(&data.incident).await?;
        self.append(event, id, step, data, occurred_at).await?;
        let changes = self.history(&data.incident).await?;
        let incident = fold(&changes).unwrap_or(first);
        self.overwrite(id, &incident).await?;
        let stood = match told {
            None => self.stood(&changes, event).await?,
            Some(_) => None,
        };
        Ok(AppliedToIncident {
            incident: IncidentRecord { id, incident },
            is_new: false,
            newest: step.is_reckoned() || is_newest(&changes, event),
            told: told.and_then(|told| fold_until(&changes, told)),
            stood,
            told_area: told.and_then(|told| told_area(&changes, told)),
        })
    }

    /// Where it stood by its first change, if that came before `event` and told nobody.
    async fn stood(
        &mut self,
        changes: &[IncidentChange],
        event: EventId,
    ) -> Result<Option<Incident>, StoreError> {
        let Some(first) = changes.first().filter(|first| first.event != event) else {
            return Ok(None);
        };
        let quiet: Option<bool> = optional_value!(self.0, "look whether an incident stood there",
            "SELECT quiet FROM event WHERE id = $1";
            first.event
        )?;
        Ok(fold_until(changes, first.event).filter(|_| quiet == Some(true)))
    }

    /// Its clients are told of this event.
    pub async fn tell(&mut self, incident: IncidentId, event: EventId) -> Result<(), StoreError> {
        execute!(self.0, "record what was told of an incident",
            "UPDATE incident SET told_event = $2 WHERE id = $1";
            incident, event
        )
    }

    /// Writes the row of an incident that is not known yet, and nothing where it is. Outages open while
    /// everything else waits: this is all that a new one needs.
    async fn enter(
        &mut self,
        first: &Incident,
        ids: &dyn Ids,
    ) -> Result<Option<IncidentId>, StoreError> {
        optional_value!(self.0, "enter an incident",
            "INSERT INTO incident (id, ref, kind, state, service, severity, area, cause, note,
             began_at, expected_end, opened_at, changed_at, closed_at, parent, next_update, clock_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)
             ON CONFLICT (ref) DO NOTHING RETURNING id";
            ids.next(), &first.incident, first.kind, first.state, &first.service, &first.severity,
            area_text(&first.area)?, &first.cause, &first.note, first.began_at, first.expected_end,
            first.opened_at, first.changed_at, first.closed_at, &first.parent, first.next_update
        )
    }

    async fn lock_known(
        &mut self,
        reference: &str,
    ) -> Result<(IncidentId, Option<EventId>), StoreError> {
        one!(self.0, "lock an incident",
            "SELECT id, told_event FROM incident WHERE ref = $1", words::for_update!();
            reference
        )
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
        let new = affected!(self.0, "record a change of an incident",
            "INSERT INTO incident_change (event_id, incident_id, type, data, occurred_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event_id) DO NOTHING";
            event, incident, step, &text, at
        )?;
        if new == 0 {
            return Ok(());
        }
        note_incident(self.0, step.as_str(), incident, at).await
    }

    /// The clock looks at once at what it is to make of it now.
    async fn overwrite(&mut self, id: IncidentId, now: &Incident) -> Result<(), StoreError> {
        let area = area_text(&now.area)?;
        execute!(self.0, "update an incident",
            "UPDATE incident SET kind = $2, state = $3, service = $4, severity = $5,
             area = $6, cause = $7, note = $8, began_at = $9, expected_end = $10,
             opened_at = $11, changed_at = $12, closed_at = $13, parent = $14,
             next_update = $15, clock_at = 0 WHERE id = $1";
            id, now.kind, now.state, &now.service, &now.severity, &area, &now.cause, &now.note,
            now.began_at, now.expected_end, now.opened_at, now.changed_at, now.closed_at,
            &now.parent, now.next_update
        )
    }

    /// The incident of this reference.
    pub async fn lookup(&mut self, reference: &str) -> Result<Option<IncidentRecord>, StoreError> {
        optional!(self.0, "read an incident",
            columns!("area"), "WHERE ref = $1";
            reference
        )
    }

    /// The incident of this reference, which must be there.
    pub async fn get(&mut self, reference: &str) -> Result<IncidentRecord, StoreError> {
        self.lookup(reference)
            .await?
            .ok_or_else(|| StoreError::missing("incident", reference))
    }

    /// Of these references, those of incidents that there are.
    pub async fn known(&mut self, references: &[String]) -> Result<HashSet<String>, StoreError> {
        let found: Vec<String> = values!(self.0, "look for incidents that are known",
            "SELECT ref FROM incident WHERE ref IN (", words::texts!("$1"), ")";
            json(references)?
        )?;
        Ok(found.into_iter().collect())
    }

    /// Every event of an incident, in the order they happened.
    pub async fn history(&mut self, reference: &str) -> Result<Vec<IncidentChange>, StoreError> {
        all!(self.0, "read an incident's history",
            "SELECT incident_change.event_id, incident_change.type AS kind, incident_change.data,
             incident_change.occurred_at FROM incident
             JOIN incident_change ON incident_change.incident_id = incident.id
             WHERE incident.ref = $1
             ORDER BY incident_change.occurred_at, incident_change.event_id";
            reference
        )
    }

    /// At most `limit` incidents, newest first, those older than `before` only; those going on
    /// alone if so asked.
    pub async fn list(
        &mut self,
        going_on: bool,
        before: Option<IncidentId>,
        limit: i64,
    ) -> Result<Vec<IncidentRecord>, StoreError> {
        all!(self.0, "list the incidents",
            columns!("area"), "WHERE id < $1 AND (state = 'going_on' OR NOT $2)
             ORDER BY id DESC LIMIT $3";
            before.map_or(i64::MAX, IncidentId::get), going_on, limit
        )
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

/// Where an incident stood after one of its events.
#[must_use]
pub fn fold_until(changes: &[IncidentChange], event: EventId) -> Option<Incident> {
    let at = changes.iter().position(|change| change.event == event)?;
    fold(changes.get(..=at)?)
}

/// What an incident covered after the event that its clients were last told of, or after the last look for
/// those who left it since.
fn told_area(changes: &[IncidentChange], told: EventId) -> Option<Area> {
    let told = changes.iter().position(|change| change.event == told)?;
    let left = |change: &IncidentChange| change.step == IncidentStep::Left;
    let last = changes
        .iter()
        .rposition(left)
        .map_or(told, |at| at.max(told));
    let incident = fold(changes.get(..=last)?)?;
    Some(incident.area)
}

fn is_newest(changes: &[IncidentChange], event: EventId) -> bool {
    let mut said = changes.iter().rev().filter(|it| !it.step.is_reckoned());
    said.next().is_none_or(|last| last.event == event)
}

/// What an event said. What a later version asks of an opening must not make an old one unreadable.
fn said(data: &str) -> Result<IncidentData, BoxDynError> {
    let data: serde_json::Value = json_column(data)?;
    IncidentData::parse(IncidentStep::Updated, &data).map_err(|fault| fault.to_string().into())
}

row! {
    for Incident {
        incident as reference,
        kind,
        state,
        service,
        severity,
        area = json_column,
        began_at,
        expected_end,
        cause,
        note,
        parent,
        next_update,
        opened_at,
        changed_at,
        closed_at,
    }
}

fn area_text(area: &Area) -> Result<String, StoreError> {
    serde_json::to_string(area).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> StoreError {
    StoreError::Unfit(format!("cannot write an incident as JSON: {error}"))
}
