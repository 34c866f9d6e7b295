//! What nobody outside may send: types that Araldo makes itself, and the sources of what it makes.
//!
//! An event of its own says that a check was passed: who asked for a message had the right to, a
//! case stood still by Araldo's own clock. Taken from outside, it would say so without the check.
//! Which key may send which of the others is in `api_key`.

use super::{CaseStep, IncidentStep};
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
        _ if kind == CaseStep::Stalled.as_str() => "Araldo sees by itself that a case stands still",
        _ if kind == IncidentStep::Overdue.as_str() => {
            "Araldo sees by itself that an incident lasts too long"
        }
        _ => return Ok(()),
    };
    let detail = format!(
        "events of type `{}` are made by Araldo only; {instead}",
        harmless(kind)
    );
    Err(FieldError::new("/type", detail))
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
            "incident.overdue",
        ] {
            assert_eq!(refused("/crm", kind), Err("/type".to_owned()), "{kind}");
        }
        for source in ["/v1/cases", "/v1/messages", "/v1/messages/abcdefgh"] {
            let pointer = refused(source, "case.opened");
            assert_eq!(pointer, Err("/source".to_owned()), "{source}");
        }
    }
}
