//! Incidents: what is going on where, what was said when, and how far it got.

use crate::domain::Timestamp;
use crate::store::{Doing as _, StoreError, messages::rollup, on};

use super::Reports;

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `incident`, described in the schema"
)]
pub struct IncidentRow {
    pub id: i64,
    #[sqlx(rename = "ref")]
    pub incident: String,
    pub kind: String,
    pub state: String,
    pub service: Option<String>,
    pub severity: Option<String>,
    /// JSON, as the API takes it.
    pub area: String,
    pub cause: Option<String>,
    pub note: Option<String>,
    began_at: Option<i64>,
    expected_end: Option<i64>,
    opened_at: i64,
    closed_at: Option<i64>,
}

impl IncidentRow {
    /// When it began, as far as known.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        Timestamp::from_micros(self.began_at.unwrap_or(self.opened_at))
    }
    /// When it should end, if anybody said.
    #[must_use]
    pub fn expected_end(&self) -> Option<Timestamp> {
        self.expected_end.map(Timestamp::from_micros)
    }
    /// When it ended, if it did.
    #[must_use]
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.closed_at.map(Timestamp::from_micros)
    }
}

/// What was said at one moment of an incident.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IncidentStep {
    /// The event's own id.
    pub event_id: String,
    /// `incident.opened`, ...
    #[sqlx(rename = "type")]
    pub kind: String,
    /// The rule that applied, if any did.
    pub rule: Option<String>,
    /// The template it used.
    pub template: Option<String>,
    /// Messages, the suppressed ones too.
    pub planned: i64,
    /// Of them, not to be sent.
    pub suppressed: i64,
    occurred_at: i64,
}

impl IncidentStep {
    /// When.
    #[must_use]
    pub const fn occurred_at(&self) -> Timestamp {
        Timestamp::from_micros(self.occurred_at)
    }
}

/// How far the messages of an incident got: each count with what it is a part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Ladder {
    /// Messages planned.
    pub planned: i64,
    /// Of the planned, not to be sent.
    pub suppressed: i64,
    /// Of the planned, taken by a provider.
    pub told: i64,
    /// Of those told, by a provider that reports deliveries.
    pub reporting: i64,
    /// Of the reporting, arrived.
    pub delivered: i64,
    /// Of those told, reached as far as is known, and whose reading may be measured.
    pub read_measurable: i64,
    /// Of the measurable, a person opened, clicked, looked at the status page, confirmed or
    /// answered.
    pub read: i64,
    /// Clients without any address.
    pub unreachable: i64,
}

impl Reports<'_> {
    /// Incidents, newest first, older than `before`; only those going on if so asked.
    pub async fn incidents(
        &mut self,
        going_on: bool,
        before: i64,
        limit: i64,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, IncidentRow>(
            "SELECT id, ref, kind, state, service, severity, area, cause, note, began_at, \
                    expected_end, opened_at, closed_at \
             FROM incident WHERE id < $1 AND (state = 'going_on' OR NOT $2) \
             ORDER BY id DESC LIMIT $3"
        )
        .bind(before)
        .bind(going_on)
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("list incidents")
    }

    /// One incident.
    pub async fn incident(&mut self, incident: &str) -> Result<Option<IncidentRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, IncidentRow>(
            "SELECT id, ref, kind, state, service, severity, area, cause, note, began_at, \
                    expected_end, opened_at, closed_at \
             FROM incident WHERE ref = $1"
        )
        .bind(incident)
        .fetch_optional(&mut **c)
        .await)
        .doing("find an incident")
    }

    /// What was said when, and to how many, oldest first.
    pub async fn incident_steps(&mut self, incident: i64) -> Result<Vec<IncidentStep>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, IncidentStep>(
            "SELECT e.event_id, h.type, p.rule, p.template, coalesce(p.planned, 0) AS planned, \
                    coalesce(p.suppressed, 0) AS suppressed, h.occurred_at \
             FROM incident_change h JOIN event e ON e.id = h.event_id \
             LEFT JOIN plan p ON p.event_id = h.event_id \
             WHERE h.incident_id = $1 ORDER BY h.occurred_at, h.event_id, p.id LIMIT 500"
        )
        .bind(incident)
        .fetch_all(&mut **c)
        .await)
        .doing("list an incident's steps")
    }

    /// How far an incident's messages got. Counts each message: the one figure here that grows
    /// with the incident, so the page that repeats it keeps it for some seconds.
    pub async fn ladder(&mut self, incident: i64) -> Result<Ladder, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, Ladder>(concat!(
            "SELECT CAST(count(*) AS BIGINT) AS planned, \
                    CAST(count(*) FILTER (WHERE m.state = 'suppressed') AS BIGINT) AS suppressed, \
                    CAST(count(*) FILTER (WHERE ",
            rollup::is_accepted!(),
            ") AS BIGINT) AS told, CAST(count(*) FILTER (WHERE ",
            rollup::is_reporting!(),
            ") AS BIGINT) AS reporting, \
                    CAST(count(*) FILTER (WHERE m.state = 'delivered') AS BIGINT) AS delivered, \
                    CAST(count(*) FILTER (WHERE ",
            rollup::is_readable!(),
            ") AS BIGINT) AS read_measurable, CAST(count(*) FILTER (WHERE ",
            rollup::is_readable!(),
            " AND ",
            rollup::is_read!(),
            ") AS BIGINT) AS read, \
                    CAST(count(*) FILTER (WHERE m.reason = 'no_contact') AS BIGINT) AS unreachable \
             FROM incident_change h JOIN plan p ON p.event_id = h.event_id \
             JOIN message m ON m.plan_id = p.id \
             WHERE h.incident_id = $1"
        ))
        .bind(incident)
        .fetch_one(&mut **c)
        .await)
        .doing("count how far an incident's messages got")
    }

    /// Where some clients of the area are served: latitude and longitude, for the map.
    pub async fn places_told(
        &mut self,
        incident: i64,
        limit: i64,
    ) -> Result<Vec<(f64, f64)>, StoreError> {
        on!(self.0, |c| sqlx::query_as(
            "SELECT q.lat, q.lon FROM ( \
                 SELECT m.client_id FROM incident_change h JOIN plan p ON p.event_id = h.event_id \
                 JOIN message m ON m.plan_id = p.id \
                 WHERE h.incident_id = $1 LIMIT $2) t \
             JOIN place q ON q.client_id = t.client_id \
             WHERE q.lat IS NOT NULL AND q.lon IS NOT NULL"
        )
        .bind(incident)
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("find where those told are served")
    }
}
