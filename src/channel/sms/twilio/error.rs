//! What Twilio's answers mean: 201 with the SMS's `sid`, or an error with a code of Twilio's own
//! (twilio.com/docs/api/errors).

use serde_json::Value;

use crate::channel::caller::{HttpAnswer, unclear};
use crate::channel::{Accepted, SendError};

/// What one of its codes says about an SMS.
enum TwilioCode {
    /// No SMS can ever reach this number.
    BadNumber,
    /// Not this SMS, or not to this client.
    Refused(&'static str),
    /// Our account, token or sender.
    Ours(&'static str),
    NoRoom,
}

pub(super) fn judge(answer: &HttpAnswer) -> Result<Accepted, SendError> {
    let json = answer.json();
    let sid = json.as_ref().and_then(|json| json["sid"].as_str());
    let is_sid = |sid: &&str| sid.len() == 34 && sid.chars().all(|c| c.is_ascii_alphanumeric());
    match (answer.status, sid.filter(is_sid)) {
        (200 | 201, Some(sid)) => Ok(Accepted {
            provider_ref: Some(sid.to_owned()),
            code: answer.status.to_string(),
        }),
        (200..=399, _) => Err(unclear(format!(
            "Twilio answered {} without the `sid` of an SMS",
            answer.status
        ))),
        _ => Err(refusal(answer, json.as_ref())),
    }
}

fn refusal(answer: &HttpAnswer, json: Option<&Value>) -> SendError {
    let number = json.and_then(|json| json["code"].as_i64());
    let code = number.map(|number| number.to_string());
    let code = code.or_else(|| Some(answer.code()));
    match number.and_then(meaning) {
        Some(TwilioCode::BadNumber) => rejected(code, "the number cannot get an SMS", true),
        Some(TwilioCode::Refused(why)) => rejected(code, why, false),
        Some(TwilioCode::Ours(why)) => SendError::Misconfigured {
            detail: format!("Twilio: {why} ({})", code.unwrap_or_default()),
        },
        Some(TwilioCode::NoRoom) => answer.not_now("Twilio takes no more for now"),
        None => by_status(answer, code),
    }
}

fn by_status(answer: &HttpAnswer, code: Option<String>) -> SendError {
    match answer.status {
        _ if answer.asks_to_wait() => answer.not_now("Twilio takes no more for now"),
        401..=403 => SendError::Misconfigured {
            detail: format!(
                "Twilio refused the log-in with {}; check `account` and `token_file`",
                answer.status
            ),
        },
        404 | 405 => SendError::Misconfigured {
            detail: "Twilio has nothing at this address; check `account` and `base_url`".to_owned(),
        },
        408 => unclear("Twilio waited for us in vain (408)"),
        400..=499 => SendError::Denied {
            stage: "request",
            code,
            detail: "Twilio refuses the request; its code says why".to_owned(),
        },
        status => unclear(format!("Twilio answered {status}")),
    }
}

fn rejected(code: Option<String>, detail: &str, bad_address: bool) -> SendError {
    SendError::Rejected {
        stage: "request",
        code,
        detail: detail.to_owned(),
        bad_address,
    }
}

const fn meaning(code: i64) -> Option<TwilioCode> {
    Some(match code {
        21211 | 21217 | 21614 => TwilioCode::BadNumber,
        // Twilio keeps a list of its own; a START that it hears takes the number off it.
        21610 => TwilioCode::Refused("the client wrote STOP to Twilio"),
        21602 | 21617 => TwilioCode::Refused("the text is empty or too long"),
        20003 => TwilioCode::Ours("the log-in is wrong, or the account has no credit"),
        20005 => TwilioCode::Ours("the account is not active"),
        20404 => TwilioCode::Ours("there is no such account"),
        21212 | 21603 | 21606 | 21659 => TwilioCode::Ours("`from` is no sender of this account"),
        20429 | 14107 | 21611 => TwilioCode::NoRoom,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn said(status: u16, text: &str) -> Result<Accepted, SendError> {
        judge(&HttpAnswer {
            status,
            retry_after: Some(Duration::from_secs(7)),
            text: text.to_owned(),
        })
    }

    fn coded(status: u16, code: u32) -> SendError {
        let text = format!(r#"{{"code":{code},"message":"To: +393331234567","status":{status}}}"#);
        let verdict = said(status, &text).unwrap_err();
        assert!(!verdict.to_string().contains("333"), "{verdict}");
        verdict
    }

    #[test]
    fn each_code_has_its_verdict() {
        let taken = said(201, r#"{"sid":"SM0123456789abcdef0123456789abcdef"}"#).unwrap();
        assert_eq!(taken.provider_ref.unwrap().len(), 34);
        let bars = |verdict| match verdict {
            SendError::Rejected { bad_address, .. } => Some(bad_address),
            _ => None,
        };
        assert_eq!(bars(coded(400, 21211)), Some(true));
        assert_eq!(bars(coded(400, 21614)), Some(true));
        assert_eq!(bars(coded(400, 21610)), Some(false));
        assert_eq!(bars(coded(400, 21408)), None);
        assert!(matches!(coded(400, 21408), SendError::Denied { .. }));
        assert!(matches!(coded(401, 20003), SendError::Misconfigured { .. }));
        assert!(matches!(coded(400, 21606), SendError::Misconfigured { .. }));
        let full = coded(429, 20429);
        let seven = Some(Duration::from_secs(7));
        assert!(
            matches!(full, SendError::NotSent { retry_after, .. } if retry_after == seven),
            "{full:?}"
        );
    }

    #[test]
    fn what_is_not_twilio_may_have_taken_it() {
        for (status, text) in [
            (200, "<html>"),
            (201, r#"{"sid":"short"}"#),
            (302, ""),
            (500, r#"{"code":20500}"#),
            (502, "Bad Gateway"),
        ] {
            let verdict = said(status, text).unwrap_err();
            assert!(matches!(verdict, SendError::Unknown { .. }), "{verdict:?}");
        }
    }
}
