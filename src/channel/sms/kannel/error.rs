//! What Kannel's answers mean (user guide, "SMS push reply"). What its silences mean is every HTTP
//! provider's: `channel::caller`.

use std::time::Duration;

use reqwest::StatusCode;

use crate::channel::{Accepted, Concern, SendError};
use crate::text::sanitize;

/// The verdict on an answer that came whole.
/// `retry_after`: what its header of that name said.
pub(super) fn judge(
    status: StatusCode,
    body: &str,
    retry_after: Option<Duration>,
) -> Result<Accepted, SendError> {
    let code = status.as_u16();
    match code {
        202 | 200 if is_acceptance(body) => Ok(Accepted {
            provider_ref: None,
            code: code.to_string(),
        }),
        // The gateway's lists of numbers: one number's, or all of them when a list is wrong.
        400 | 403 if is_listed(body) => Err(SendError::Denied {
            stage: "request",
            code: Some(code.to_string()),
            detail: harmless(body),
        }),
        // "Not routable": no line of the gateway leads to this number.
        403 if body.contains("Not routable") => Err(SendError::Denied {
            stage: "request",
            code: Some(code.to_string()),
            detail: harmless(body),
        }),
        401 | 403 => Err(SendError::Misconfigured {
            detail: format!(
                "the gateway refused the log-in with {code}; check `username`, `password_file` and the gateway's allowed addresses"
            ),
        }),
        404 | 405 => Err(SendError::Misconfigured {
            detail: format!("the gateway has nothing at this address ({code}); check `url`"),
        }),
        400 | 413 | 414 => Err(SendError::Rejected {
            stage: "request",
            code: Some(code.to_string()),
            detail: harmless(body),
            bad_address: body.contains("receiver number"),
        }),
        429 | 503 => Err(SendError::NotSent {
            stage: "request",
            code: Some(code.to_string()),
            detail: harmless(body),
            retry_after,
            concerns: Concern::Provider,
        }),
        // 200 with something else, 408, 500, 502, 504: nobody says that nothing was queued.
        _ => Err(SendError::Unknown {
            stage: "answer",
            detail: format!("the gateway answered {code} in words that are not Kannel's"),
        }),
    }
}

/// `Number(s) has/have been denied by white- and/or black-lists.`
fn is_listed(body: &str) -> bool {
    body.contains("black-list")
}

/// `0: Accepted for delivery` or `3: Queued for later delivery`.
fn is_acceptance(body: &str) -> bool {
    let body = body.trim_start();
    body.starts_with("0:") || body.starts_with("3:") || body == "Sent."
}

/// On one line and short; Kannel's refusals repeat neither number nor text.
fn harmless(body: &str) -> String {
    sanitize::excerpt(body, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(code: u16, body: &str) -> Result<Accepted, SendError> {
        judge(StatusCode::from_u16(code).unwrap(), body, None)
    }

    #[test]
    fn each_answer_has_its_verdict() {
        assert_eq!(
            verdict(202, "0: Accepted for delivery").unwrap().code,
            "202"
        );
        assert!(verdict(202, "3: Queued for later delivery").is_ok());
        let denied = verdict(403, "Authorization failed for sendsms").unwrap_err();
        assert!(matches!(denied, SendError::Misconfigured { .. }));
        let wrong = verdict(400, "Missing receiver number, rejected").unwrap_err();
        assert!(matches!(
            wrong,
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ));
        let full = verdict(503, "Temporal failure, try again later.").unwrap_err();
        assert!(matches!(
            full,
            SendError::NotSent {
                concerns: Concern::Provider,
                ..
            }
        ));
        for said in [
            "Number(s) has/have been denied by white- and/or black-lists.",
            "Not routable. Do not try again.",
        ] {
            let one = verdict(403, said).unwrap_err();
            assert!(matches!(one, SendError::Denied { .. }), "{said} {one:?}");
        }
    }

    #[test]
    fn nonsense_and_broken_middlemen_leave_it_unknown() {
        for (code, body) in [
            (200, "<html>Welcome</html>"),
            (202, ""),
            (500, "oops"),
            (502, "Bad Gateway"),
            (504, "Gateway Timeout"),
            (302, ""),
        ] {
            let said = verdict(code, body).unwrap_err();
            assert!(matches!(said, SendError::Unknown { .. }), "{code} {said:?}");
        }
    }
}
