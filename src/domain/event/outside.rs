//! What nobody outside may send: types that Araldo makes itself, and the sources of what it makes.
//!
//! An event of its own says that a check was passed: who asked for a message had the right to, a
//! case stood still by Araldo's own clock. Taken from outside, it would say so without the check.
//! Which key may send which of the others is in `api_key`.

use super::{
    BODY_FORWARDED, BODY_STALLED, CaseStep, IncidentStep, REPLY_FORWARDED, REPLY_RECEIVED,
};
use crate::domain::fault::FieldError;
use crate::text::invisible::harmless;

/// Events made by the API have a source that begins so.
const MADE_BY_THE_API: &str = "/v1/";
/// The family of requests for messages.
const REQUESTS: &str = "message.";

/// Refuses an event that only Araldo itself makes.
pub fn from_outside(source: &str, kind: &str) -> Result<(), FieldError> {
    if is_of_the_api(source) {
        let detail = format!(
            "`{}` is no source of yours: what begins with `{MADE_BY_THE_API}` is made by Araldo",
            harmless(source)
        );
        return Err(FieldError::new("/source", detail));
    }
    // Whoever reads a type by eye takes `Case.Stalled` for the same.
    let known = kind.to_ascii_lowercase();
    let instead = match known.as_str() {
        known if known.starts_with(REQUESTS) => "ask for a message with `POST /v1/messages`",
        known if is_survey(known) => "Araldo asks by itself how a case went",
        known if is_reminder(known) => "Araldo sees by itself that a case stands still",
        BODY_STALLED => "Araldo sees by itself that cases stand still with a body",
        BODY_FORWARDED | REPLY_FORWARDED => {
            "a person marks what a client wrote: `POST /v1/forwardings`"
        }
        REPLY_RECEIVED => "what clients write back comes from their telephones",
        known if known == IncidentStep::Overdue.as_str() => {
            "Araldo sees by itself that an incident lasts too long"
        }
        known if known == IncidentStep::Reminder.as_str() => {
            "Araldo reminds of planned works by itself"
        }
        known if known == IncidentStep::Confirm.as_str() => {
            "Araldo asks by itself whether an incident is over"
        }
        known if known == IncidentStep::Uncovered.as_str() => {
            "Araldo sees by itself whom a wider incident keeps from being told no more"
        }
        known if known == IncidentStep::Left.as_str() => {
            "Araldo sees by itself whom an incident does not cover any more"
        }
        known if known == IncidentStep::Compensation.as_str() => {
            "Araldo sees by itself how long an outage lasts"
        }
        known if known == IncidentStep::Reopened.as_str() => {
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

/// Whether a source begins as those of the API do, in whatever case and with however many slashes.
fn is_of_the_api(source: &str) -> bool {
    let Some(rest) = source.strip_prefix('/') else {
        return false;
    };
    let words = format!("/{}", rest.trim_start_matches('/'));
    let beginning = words.get(..MADE_BY_THE_API.len());
    beginning.is_some_and(|it| it.eq_ignore_ascii_case(MADE_BY_THE_API))
}

fn is_reminder(kind: &str) -> bool {
    kind.parse::<CaseStep>().is_ok_and(CaseStep::is_reminder)
}

fn is_survey(kind: &str) -> bool {
    kind.parse::<CaseStep>().is_ok_and(CaseStep::is_survey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::MESSAGE_REQUESTED;

    #[test]
    fn what_araldo_makes_itself_is_not_taken_from_outside() {
        let refused = |source, kind| from_outside(source, kind).map_err(|fault| fault.pointer);
        assert_eq!(refused("/crm", "case.opened"), Ok(()));
        for source in [
            "/v1",
            "/V1",
            "//v1",
            "/v10/x",
            "v1/clock",
            "/crm/v1/clock",
            "/vì",
        ] {
            assert_eq!(refused(source, "meter.read"), Ok(()), "{source}");
        }
        for kind in [
            MESSAGE_REQUESTED,
            "message.of_a_later_version",
            "case.stalled",
            "case.due_soon",
            "case.silent",
            "case.survey_due",
            "Case.survey_reminder",
            "body.stalled",
            "body.forwarded",
            "reply.forwarded",
            "incident.overdue",
            "incident.reminder",
            "incident.confirm",
            "incident.reopened",
            "incident.uncovered",
            "incident.left",
            "incident.compensation",
            "Case.Stalled",
            "INCIDENT.CONFIRM",
            "Body.stalled",
            "Reply.received",
            "MESSAGE.requested",
        ] {
            assert_eq!(refused("/crm", kind), Err("/type".to_owned()), "{kind}");
        }
        for source in [
            "/v1/cases",
            "/v1/messages",
            "/v1/messages/abcdefgh",
            "/V1/clock",
            "//v1/clock",
            "///V1//clock",
            "/v1/",
        ] {
            let pointer = refused(source, "case.opened");
            assert_eq!(pointer, Err("/source".to_owned()), "{source}");
        }
    }
}
