//! Incidents as pages show them. An area may be long, and one that another version wrote or that
//! was damaged cannot be read: neither is to keep anybody from the rest of an incident, or from
//! the others. So the area is left out here, and asked for by itself where it is shown.

use super::{IncidentRecord, Incidents, columns};
use crate::domain::area::Area;
use crate::domain::event::{Incident, IncidentState, IncidentStep};
use crate::domain::{IncidentId, Timestamp};
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional, optional_value};

row! {
    /// One event of an incident, as its clients are told of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct IncidentReport {
        pub step: IncidentStep as kind,
        /// When it is over, if this event said so.
        pub expected_end: Option<Timestamp> = end_in as (data),
        pub occurred_at: Timestamp,
    }
}

impl Incidents<'_> {
    /// The incident of this reference, with an empty area whatever it covers.
    pub async fn outlined(
        &mut self,
        reference: &str,
    ) -> Result<Option<IncidentRecord>, StoreError> {
        optional!(self.0, "look up an incident",
            columns!("'{}'"), "WHERE ref = $1";
            reference
        )
    }

    /// At most `limit` incidents, newest first, those older than `before` only; those going on
    /// alone if so asked. Each with an empty area whatever it covers.
    pub async fn outlines(
        &mut self,
        going_on: bool,
        before: Option<IncidentId>,
        limit: i64,
    ) -> Result<Vec<IncidentRecord>, StoreError> {
        all!(self.0, "list the incidents without their areas",
            columns!("'{}'"), "WHERE id < $1 AND (state = 'going_on' OR NOT $2)
             ORDER BY id DESC LIMIT $3";
            before.map_or(i64::MAX, IncidentId::get), going_on, limit
        )
    }

    /// What an incident covers; none when that cannot be read any more.
    pub async fn area(&mut self, id: IncidentId) -> Result<Option<Area>, StoreError> {
        let text: Option<String> = optional_value!(self.0, "read an incident's area",
            "SELECT area FROM incident WHERE id = $1";
            id
        )?;
        let Some(text) = text else {
            return Ok(None);
        };
        let area: Option<Area> = serde_json::from_str(&text).ok();
        if area.is_none() {
            // Its id alone: an area may name where somebody lives.
            tracing::warn!(
                incident.id = id.get(),
                "the area of an incident cannot be read and is not shown"
            );
        }
        Ok(area)
    }

    /// The incident as its clients are told of it: with an empty area, and with at most `limit`
    /// of its events, the newest first. What is for operators alone is not among them.
    pub async fn for_reader(
        &mut self,
        reference: &str,
        limit: i64,
    ) -> Result<Option<(Incident, Vec<IncidentReport>)>, StoreError> {
        let Some(IncidentRecord { id, incident }) = self.outlined(reference).await? else {
            return Ok(None);
        };
        let mut reports: Vec<IncidentReport> = all!(self.0, "look up an incident's history",
            "SELECT type AS kind, data, occurred_at FROM incident_change
             WHERE incident_id = $1 AND type <> 'incident.compensation'
             ORDER BY occurred_at DESC, event_id DESC LIMIT $2";
            id, limit
        )?;
        // Works that ended before they began did not take place, whatever word ended them.
        let ends = |report: &&mut IncidentReport| {
            matches!(
                report.step,
                IncidentStep::Resolved | IncidentStep::Cancelled
            )
        };
        if incident.state == IncidentState::Cancelled
            && let Some(end) = reports.iter_mut().find(ends)
        {
            end.step = IncidentStep::Cancelled;
        }
        Ok(Some((incident, reports)))
    }
}

/// The part of an event's data that a client's page shows.
#[derive(serde::Deserialize)]
struct NamedEnd {
    expected_end: Option<Timestamp>,
}

/// The end that an event named. None as well when it cannot be read any more: the page tells the
/// rest of the story.
fn end_in(data: &str) -> Option<Timestamp> {
    let named: NamedEnd = serde_json::from_str(data).ok()?;
    named.expected_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_an_event_named_is_read_whatever_became_of_the_rest() {
        let end = Timestamp::parse("2026-11-22T20:30:00+01:00").unwrap();
        let named =
            format!(r#"{{"incident": "G-77", "area": {{"drawn": 7}}, "expected_end": "{end}"}}"#);
        assert_eq!(end_in(&named), Some(end));
        for silent in [
            r#"{"incident": "G-77"}"#,
            r#"{"expected_end": null}"#,
            r#"{"expected_end": "soon"}"#,
            r#"{"x":"#,
        ] {
            assert_eq!(end_in(silent), None, "{silent}");
        }
    }
}
