//! What events say about an incident, and how they add up to where it stands.
//!
//! An incident is the fold of its events in the order they happened, not in which they came:
//! a late one is put in its place, and the outcome is the same on every node. What Araldo makes by
//! the clock says nothing new of an incident and changes nothing of it. Whether a change is worth
//! telling is decided here too, and whether one incident is a part of another in `wider`; who is told
//! is `plan`'s.

use chrono::TimeDelta;
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
        /// Made inside: the works that were announced are about to begin.
        Reminder => "incident.reminder",
        /// Made inside: it was restored some time ago; is it, for everybody?
        Confirm => "incident.confirm",
        /// Made inside: another incident, which was over, is not over for a client.
        Reopened => "incident.reopened",
        /// Made inside: it was kept from clients who knew of a wider one, and that keeps it no more.
        Uncovered => "incident.uncovered",
        /// Made inside: it does not cover some of those who were told of it any more; for them it is over.
        Left => "incident.left",
        /// Made inside: it has lasted so long that whoever is without may be owed something. For operators.
        Compensation => "incident.compensation",
    }
}

impl IncidentStep {
    /// Made by the clock, of what is known already: it says nothing new of the incident.
    #[must_use]
    pub const fn is_reckoned(self) -> bool {
        matches!(
            self,
            Self::Overdue
                | Self::Reminder
                | Self::Confirm
                | Self::Uncovered
                | Self::Left
                | Self::Compensation
        )
    }

    /// What a plan about this step of an incident is about. That it is over for some stands beside the
    /// news for all others: neither takes the place of the other.
    #[must_use]
    pub fn plan_subject(self, reference: &str) -> String {
        match self {
            Self::Left => format!("{self}:{reference}"),
            _ => incident_subject(reference),
        }
    }
}

/// What plans about an incident are about: newer ones on the same replace older ones.
#[must_use]
pub fn incident_subject(reference: &str) -> String {
    format!("incident:{reference}")
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
    /// The incident that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// When the next word is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Timestamp>,
    /// The editor corrects what is said, and nobody is told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// The editor has it told, though nothing is different.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tell_again: bool,
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
            parent: fields.reference_if("parent", REFERENCE)?,
            next_update: fields.time_if("next_update")?,
            quiet: fields.flag_if("quiet")?.unwrap_or_default(),
            tell_again: fields.flag_if("tell_again")?.unwrap_or_default(),
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
        sensible("next_update", self.next_update)?;
        if self.quiet && self.tell_again {
            let detail = "`quiet` tells nobody and `tell_again` everybody; leave one of them out";
            return Err(FieldError::new("/tell_again", detail));
        }
        if self.parent.as_ref() == Some(&self.incident) {
            let detail = "`parent` is the incident itself; name the one that it is a part of";
            return Err(FieldError::new("/parent", detail));
        }
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
    /// The incident that it is a part of.
    pub parent: Option<String>,
    /// When the next word is promised; none once any other came.
    pub next_update: Option<Timestamp>,
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
            parent: None,
            next_update: None,
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

    /// How long it lasted, if it was resolved.
    #[must_use]
    pub fn lasted(&self) -> Option<TimeDelta> {
        let resolved = self.state == IncidentState::Resolved;
        let span = self.closed_at.filter(|_| resolved)? - self.began();
        (span >= TimeDelta::zero()).then_some(span)
    }

    /// Whether it is of a kind that clients can be asked about: "is it back for you?"
    #[must_use]
    pub const fn can_be_back(&self) -> bool {
        matches!(
            self.kind,
            IncidentKind::Outage | IncidentKind::PlannedOutage
        )
    }

    /// Whether it is planned works that have not begun at that time: if they end then, they do not take
    /// place.
    #[must_use]
    pub fn is_to_begin(&self, at: Timestamp) -> bool {
        self.kind == IncidentKind::PlannedOutage && self.began_at.is_some_and(|begin| begin > at)
    }

    /// As it is for those whom it does not cover any more since then: over, wherever it goes on.
    #[must_use]
    pub fn as_left(&self, at: Timestamp) -> Self {
        let state = match self.state {
            IncidentState::GoingOn if self.is_to_begin(at) => IncidentState::Cancelled,
            IncidentState::GoingOn => IncidentState::Resolved,
            over => over,
        };
        Self {
            state,
            closed_at: Some(at),
            next_update: None,
            ..self.clone()
        }
    }

    /// Whether it is that of clients who said that another one is not over for them: it has no area,
    /// they are its audience.
    #[must_use]
    pub fn is_of_those_who_say_so(&self) -> bool {
        self.parent.is_some() && self.area.is_empty()
    }

    /// Whether it is worth telling those who last heard of it as it stood `then`: one of the facts that
    /// texts say is another, or where it is and whether it goes on.
    #[must_use]
    pub fn is_news_since(&self, then: &Self, least: TimeDelta) -> bool {
        self.state != then.state
            || self.area != then.area
            || !self.changes_since(then, least).is_empty()
    }

    /// Which facts are others than they were `then`, by the names of an event's fields. A time that
    /// moves by less than `least` is the same: it is compared with what was told and not with the last
    /// event, so that many small moves add up. A promise of the next word counts when it is given, and
    /// not when it is over.
    #[must_use]
    pub fn changes_since(&self, then: &Self, least: TimeDelta) -> Vec<&'static str> {
        let moved = |now: Option<Timestamp>, then: Option<Timestamp>| match (now, then) {
            (Some(now), Some(then)) => (now - then).abs() >= least,
            (now, then) => now != then,
        };
        let promised = self.next_update.is_some() && moved(self.next_update, then.next_update);
        let facts = [
            ("kind", self.kind != then.kind),
            ("service", self.service != then.service),
            ("severity", self.severity != then.severity),
            ("began_at", moved(self.began_at, then.began_at)),
            ("expected_end", moved(self.expected_end, then.expected_end)),
            ("cause", self.cause != then.cause),
            ("note", self.note != then.note),
            ("next_update", promised),
        ];
        let changed = facts.into_iter().filter(|(_, differs)| *differs);
        changed.map(|(name, _)| name).collect()
    }

    /// Adds the next event, in the order of the events' times.
    pub fn add(&mut self, step: IncidentStep, data: &IncidentData, at: Timestamp) {
        if step.is_reckoned() {
            return;
        }
        self.changed_at = at;
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
        replace(&mut self.parent, data.parent.as_ref());
        self.move_on(step, at);
        // Any word keeps the promise, but for a correction that nobody hears.
        if !data.quiet || data.next_update.is_some() {
            self.next_update = data.next_update;
        }
        if self.state != IncidentState::GoingOn {
            self.next_update = None;
        }
    }

    fn move_on(&mut self, step: IncidentStep, at: Timestamp) {
        let state = match step {
            IncidentStep::Opened | IncidentStep::Reopened => IncidentState::GoingOn,
            // What ends before it begins does not take place.
            IncidentStep::Resolved if self.is_to_begin(at) => IncidentState::Cancelled,
            IncidentStep::Resolved => IncidentState::Resolved,
            IncidentStep::Cancelled => IncidentState::Cancelled,
            // A correction after the end does not bring the incident back.
            IncidentStep::Updated
            | IncidentStep::Overdue
            | IncidentStep::Reminder
            | IncidentStep::Confirm
            | IncidentStep::Uncovered
            | IncidentStep::Left
            | IncidentStep::Compensation => return,
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
