//! What events say about an incident, and how they add up to where it stands.
//!
//! An incident is the fold of its events in the order they happened, not in which they came:
//! a late one is put in its place, and the outcome is the same on every node.

use serde_json::Value;

use crate::domain::area::{Area, AreaError};
use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::fields::{Fields, REFERENCE};
use crate::domain::limits::{EARLIEST, LATEST};
use crate::text::text_enum::text_enum;

text_enum! {
    /// What happened to an incident: the event's type.
    pub enum IncidentStep {
        /// It began, or was announced.
        Opened => "incident.opened",
        /// Something about it is different now.
        Updated => "incident.updated",
        Resolved => "incident.resolved",
        /// It was announced in error, or does not take place.
        Cancelled => "incident.cancelled",
        /// Made inside: its expected end passed in silence.
        Overdue => "incident.overdue",
    }
}

text_enum! {
    /// What kind of thing hits the area.
    pub enum IncidentKind {
        Outage => "outage",
        /// A service will be cut for works.
        PlannedOutage => "planned_outage",
        Delay => "delay",
        /// Something is closed: a school, a road.
        Closure => "closure",
        /// Anything else people should know.
        Notice => "notice",
    }
}

text_enum! {
    /// Where an incident stands.
    pub enum IncidentState {
        /// Announced or under way.
        GoingOn => "going_on",
        Resolved => "resolved",
        Cancelled => "cancelled",
    }
}

/// What one event says about an incident; what it does not name stays as it was.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct IncidentData {
    /// The organisation's reference for it, unique.
    pub incident: String,
    /// Required when it is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<IncidentKind>,
    /// Such as `electricity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Such as `severe` (CAP 1.2 §3.2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Required when it is opened; replaces the earlier area as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// When it began or will begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// When it is expected to be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_end: Option<Timestamp>,
    /// Why, in a few words for the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// A remark for the client, at most 2,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl IncidentData {
    /// Reads an event's data. An opening must say what and where.
    pub fn parse(step: IncidentStep, data: &Value) -> Result<Self, FieldError> {
        let fields = Fields::of(data, "")?;
        let incident = Self {
            incident: fields.reference("incident", REFERENCE)?,
            kind: fields.parsed_if("kind")?,
            service: fields.line_if("service", REFERENCE)?,
            severity: fields.line_if("severity", REFERENCE)?,
            area: fields.get("area").map(parse_area).transpose()?,
            began_at: fields.time_if("began_at")?,
            expected_end: fields.time_if("expected_end")?,
            cause: fields.line_if("cause", REFERENCE)?,
            note: fields.prose_if("note")?,
        };
        if step == IncidentStep::Opened {
            if incident.kind.is_none() {
                return Err(fields.missing("kind"));
            }
            if incident.area.as_ref().is_none_or(Area::is_empty) {
                return Err(fields.fault("area", "`area` is missing or names no place at all"));
            }
        }
        Ok(incident)
    }

    /// What must not come in any more, though it can be read; pointers begin at the data.
    pub fn check(&self) -> Result<(), FieldError> {
        sensible("began_at", self.began_at)?;
        sensible("expected_end", self.expected_end)?;
        if let (Some(begin), Some(end)) = (self.began_at, self.expected_end)
            && end < begin
        {
            let detail = "`expected_end` lies before `began_at`; leave it out if unknown";
            return Err(FieldError::new("/expected_end", detail));
        }
        let area = self.area.as_ref().map_or(Ok(()), Area::check);
        area.map_err(area_fault)
    }
}

fn sensible(name: &str, time: Option<Timestamp>) -> Result<(), FieldError> {
    match time {
        Some(time) if !(EARLIEST..=LATEST).contains(&time) => Err(FieldError::new(
            format!("/{name}"),
            format!("`{name}` is {time}, not between 2000 and 2100; leave it out if unknown"),
        )),
        _ => Ok(()),
    }
}

fn parse_area(value: &Value) -> Result<Area, FieldError> {
    Area::parse(value).map_err(area_fault)
}

fn area_fault(error: AreaError) -> FieldError {
    FieldError::new(format!("/area{}", error.pointer), error.detail)
}

/// Where an incident stands, after all its events.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Incident {
    /// The organisation's reference for it.
    pub incident: String,
    /// What kind of thing it is; `notice` while no event has said.
    pub kind: IncidentKind,
    pub state: IncidentState,
    /// Such as `electricity`.
    pub service: Option<String>,
    /// Such as `severe`.
    pub severity: Option<String>,
    /// What it covers; nothing while no event has said.
    pub area: Area,
    /// When it began or will begin.
    pub began_at: Option<Timestamp>,
    /// When it is expected to be over.
    pub expected_end: Option<Timestamp>,
    pub cause: Option<String>,
    /// A remark for the client.
    pub note: Option<String>,
    /// Time of its first event.
    pub opened_at: Timestamp,
    /// Time of its latest event.
    pub changed_at: Timestamp,
    /// Time it was resolved or cancelled.
    pub closed_at: Option<Timestamp>,
}

impl Incident {
    /// Where it stands after its first event.
    #[must_use]
    pub fn begin(step: IncidentStep, data: &IncidentData, at: Timestamp) -> Self {
        let mut incident = Self {
            incident: data.incident.clone(),
            kind: IncidentKind::Notice,
            state: IncidentState::GoingOn,
            service: None,
            severity: None,
            area: Area::default(),
            began_at: None,
            expected_end: None,
            cause: None,
            note: None,
            opened_at: at,
            changed_at: at,
            closed_at: None,
        };
        incident.add(step, data, at);
        incident
    }

    /// When it began, as far as known.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.began_at.unwrap_or(self.opened_at)
    }

    /// Adds the next event, in the order of the events' times.
    pub fn add(&mut self, step: IncidentStep, data: &IncidentData, at: Timestamp) {
        self.changed_at = at;
        self.move_on(step, at);
        if let Some(kind) = data.kind {
            self.kind = kind;
        }
        if let Some(area) = &data.area {
            self.area = area.clone();
        }
        replace(&mut self.service, data.service.as_ref());
        replace(&mut self.severity, data.severity.as_ref());
        replace(&mut self.began_at, data.began_at.as_ref());
        replace(&mut self.expected_end, data.expected_end.as_ref());
        replace(&mut self.cause, data.cause.as_ref());
        replace(&mut self.note, data.note.as_ref());
    }

    fn move_on(&mut self, step: IncidentStep, at: Timestamp) {
        let state = match step {
            IncidentStep::Opened => IncidentState::GoingOn,
            IncidentStep::Resolved => IncidentState::Resolved,
            IncidentStep::Cancelled => IncidentState::Cancelled,
            // A correction after the end does not bring the incident back.
            IncidentStep::Updated | IncidentStep::Overdue => return,
        };
        self.state = state;
        self.closed_at = (state != IncidentState::GoingOn).then_some(at);
    }
}

fn replace<T: Clone>(old: &mut Option<T>, new: Option<&T>) {
    if let Some(new) = new {
        *old = Some(new.clone());
    }
}
