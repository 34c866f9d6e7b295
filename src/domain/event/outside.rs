//! What nobody outside may send: types that Araldo makes itself, and the sources of what it makes.
//!
//! An event of its own says that a check was passed: who asked for a message had the right to, a
//! case stood still by Araldo's own clock. Taken from outside, it would say so without the check.
//! Which key may send which of the others is in `api_key`.

use super::{BODY_STALLED, CaseStep, IncidentStep};
use crate::domain::fault::FieldError;
use crate::text::invisible::harmless;

/// Events made by the API have a source that begins so.
const MADE_BY_THE_API: &str = "/v1/";
/// The family of requests for messages.
const REQUESTS: &str = "message.";

/// Refuses an event that only Araldo itself makes.
pub fn from_outside(source: &str, kind: &str) -> Result<(), FieldError> {
    if source.starts_with(MADE_BY_THE_API) {
        let detail = format!(
            "`{}` is no source of yours: what begins with `{MADE_BY_THE_API}` is made by Araldo",
            harmless(source)
        );
        return Err(FieldError::new("/source", detail));
    }
    let instead = match kind {
        _ if kind.starts_with(REQUESTS) => "ask for a message with `POST /v1/messages`",
        _ if is_reminder(kind) => "Araldo sees by itself that a case stands still",
        BODY_STALLED => "Araldo sees by itself that cases stand still with a body",
        _ if kind == IncidentStep::Overdue.as_str() => {
            "Araldo sees by itself that an incident lasts too long"
        }
        _ if kind == IncidentStep::Reminder.as_str() => "Araldo reminds of planned works by itself",
        _ if kind == IncidentStep::Confirm.as_str() => {
            "Araldo asks by itself whether an incident is over"
        }
        _ if kind == IncidentStep::Uncovered.as_str() => {
            "Araldo sees by itself whom a wider incident keeps from being told no more"
        }
        _ if kind == IncidentStep::Reopened.as_str() => {
            "clients say themselves that an incident is not over; to open it again, send \
             `incident.opened`"
        }
        _ => return Ok(()),
    };
    let detail = format!(
        "events of type `{}` are made by Araldo only; {instead}",
        harmless(kind)
    );
    Err(FieldError::new("/type", detail))
}

fn is_reminder(kind: &str) -> bool {
    kind.parse::<CaseStep>().is_ok_and(CaseStep::is_reminder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::MESSAGE_REQUESTED;

    #[test]
    fn what_araldo_makes_itself_is_not_taken_from_outside() {
        let refused = |source, kind| from_outside(source, kind).map_err(|fault| fault.pointer);
        assert_eq!(refused("/crm", "case.opened"), Ok(()));
        assert_eq!(refused("/v1", "meter.read"), Ok(()));
        for kind in [
            MESSAGE_REQUESTED,
            "message.of_a_later_version",
            "case.stalled",
            "case.due_soon",
            "case.silent",
            "body.stalled",
            "incident.overdue",
            "incident.reminder",
            "incident.confirm",
            "incident.reopened",
            "incident.uncovered",
        ] {
            assert_eq!(refused("/crm", kind), Err("/type".to_owned()), "{kind}");
        }
        for source in ["/v1/cases", "/v1/messages", "/v1/messages/abcdefgh"] {
            let pointer = refused(source, "case.opened");
            assert_eq!(pointer, Err("/source".to_owned()), "{source}");
        }
    }
}
