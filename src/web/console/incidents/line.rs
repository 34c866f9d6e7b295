//! An incident: a line of the list and at the top of its page.

use crate::domain::event::Incident;
use crate::web::console::shell::format::{Badge, When, in_path, plain};
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
        let words = [
            Some(incident.kind.as_str()),
            incident.service.as_deref(),
            incident.severity.as_deref(),
        ];
        let words: Vec<String> = words.into_iter().flatten().map(plain).collect();
        Self {
            path: in_path(&incident.incident),
            what: words.join(" · "),
            badge: Badge::of_incident(incident.state),
            began: When::new(incident.began(), now),
            ends: incident
                .closed_at
                .or(incident.expected_end)
                .map(|at| When::new(at, now)),
            incident,
        }
    }
}
