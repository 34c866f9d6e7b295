//! Events about incidents that tell nobody, each with the reason that stands in the event: a
//! correction the editor keeps quiet, a change too small to be told, a word of the clock that does
//! not hold any more. Pure; they are kept as any other.

use chrono::TimeDelta;

use crate::domain::event::{IncidentData, IncidentState, IncidentStep};
use crate::store::planning::incidents::AppliedToIncident;

/// The sender marked it (`"quiet": true`).
const CORRECTED: &str = "told nobody: it corrects what is said, and is quiet";
/// An expected time that moves by a little.
pub(super) const TOO_SMALL: &str =
    "told nobody: nothing differs enough from what its clients were last told";
/// Something came between the clock and the planner.
const TAKEN_BACK: &str = "told nobody: it does not hold any more";

/// Why a step of an incident tells nobody, if so. `applied`: where the incident stands with it;
/// `least`: the smallest move of a time that is told.
pub(super) fn hushed(
    step: IncidentStep,
    data: &IncidentData,
    applied: &AppliedToIncident,
    least: TimeDelta,
) -> Option<&'static str> {
    let now = &applied.incident.incident;
    let goes_on = now.state == IncidentState::GoingOn;
    let why = match step {
        _ if data.quiet => CORRECTED,
        IncidentStep::Updated if applied.newest && !data.tell_again => {
            // Of what stood there when its source was new nobody was told; it is measured by that.
            let known = applied.told.as_ref().or(applied.stood.as_ref());
            // Whoever left its area since, and is in it again, was told that it is over.
            let told_area = applied.told_area.as_ref();
            let is_back = told_area.is_some_and(|area| *area != now.area);
            return known
                .is_some_and(|known| !is_back && !now.is_news_since(known, least))
                .then_some(TOO_SMALL);
        }
        IncidentStep::Overdue if !goes_on || now.expected_end != data.expected_end => TAKEN_BACK,
        IncidentStep::Reminder if !goes_on || now.began_at != data.began_at => TAKEN_BACK,
        IncidentStep::Confirm if now.state != IncidentState::Resolved => TAKEN_BACK,
        _ => return None,
    };
    Some(why)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::event::Incident;
    use crate::domain::{IncidentId, Timestamp};
    use crate::store::planning::incidents::IncidentRecord;

    fn said(step: IncidentStep, mut data: serde_json::Value) -> IncidentData {
        data["incident"] = "G-77".into();
        IncidentData::parse(step, &data).unwrap()
    }

    /// What becomes of a step after an opening that was told, and expected an end at 20:00.
    fn after_an_opening(step: IncidentStep, data: serde_json::Value) -> Option<&'static str> {
        let opening = json!({"kind": "outage", "area": {"municipalities": ["037006"]},
            "expected_end": "2026-11-22T20:00:00Z"});
        let at = Timestamp::from_micros;
        let opening = said(IncidentStep::Opened, opening);
        let told = Incident::begin(IncidentStep::Opened, &opening, at(1));
        let data = said(step, data);
        let mut incident = told.clone();
        incident.add(step, &data, at(2));
        let id = IncidentId::new(1);
        let applied = AppliedToIncident {
            incident: IncidentRecord { id, incident },
            is_new: false,
            newest: true,
            told: Some(told),
            stood: None,
            told_area: None,
        };
        hushed(step, &data, &applied, TimeDelta::minutes(30))
    }

    #[test]
    fn each_silence_has_its_reason() {
        let small = json!({"expected_end": "2026-11-22T20:10:00Z"});
        let large = json!({"expected_end": "2026-11-22T21:10:00Z"});
        let again = json!({"expected_end": "2026-11-22T20:10:00Z", "tell_again": true});
        let quiet = json!({"expected_end": "2026-11-22T21:10:00Z", "quiet": true});
        let passed = json!({"expected_end": "2026-11-22T20:00:00Z"});
        for (step, data, expected) in [
            (IncidentStep::Updated, &small, Some(TOO_SMALL)),
            (IncidentStep::Updated, &large, None),
            (IncidentStep::Updated, &again, None),
            (IncidentStep::Updated, &quiet, Some(CORRECTED)),
            (IncidentStep::Resolved, &small, None),
            (IncidentStep::Resolved, &quiet, Some(CORRECTED)),
            (IncidentStep::Overdue, &passed, None),
            (IncidentStep::Overdue, &small, Some(TAKEN_BACK)),
            (IncidentStep::Confirm, &json!({}), Some(TAKEN_BACK)),
        ] {
            let found = after_an_opening(step, data.clone());
            assert_eq!(found, expected, "{step} {data}");
        }
    }
}
