//! An incident: a line of the list and at the top of its page.

use super::facts;
use crate::domain::event::Incident;
use crate::web::console::shell::format::{Badge, When, in_path};
use crate::web::console::state::Moment;

pub(crate) struct IncidentLine {
    pub(crate) path: String,
    pub(crate) incident: Incident,
    pub(crate) what: String,
    pub(crate) badge: Badge,
    pub(crate) began: When,
    pub(crate) ends: Option<When>,
}

impl IncidentLine {
    pub(crate) fn new(incident: Incident, now: Moment) -> Self {
        let (service, severity) = (incident.service.as_deref(), incident.severity.as_deref());
        let what = facts::what(Some(incident.kind.as_str()), service, severity, now.words);
        let began = When::new(incident.began(), now);
        Self {
            path: in_path(&incident.incident),
            what,
            badge: Badge::of_incident(incident.state, &began, now.words),
            began,
            ends: incident
                .closed_at
                .or(incident.expected_end)
                .map(|at| When::new(at, now)),
            incident,
        }
    }
}
