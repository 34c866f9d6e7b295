//! What the platform's answers mean: 201 with `result` OK and how many were sent, or an error with a
//! word in `result` or `error_type`.

use serde_json::Value;

use crate::channel::caller::{HttpAnswer, unclear, word};
use crate::channel::{Accepted, Found, SendError};

/// Its words for a number that does not exist.
pub(super) const BAD_NUMBERS: [&str; 3] = ["UNKNRCPT", "UNKNPFX", "INVALIDDST"];

pub(super) fn judge(answer: &HttpAnswer) -> Result<Accepted, SendError> {
    let json = answer.json();
    let Some(json) = json.as_ref().filter(|json| json.is_object()) else {
        return Err(wordless(answer));
    };
    let is_ok = json["result"] == "OK";
    match (answer.status, is_ok, json["total_sent"].as_i64()) {
        (200 | 201, true, Some(1..)) => Ok(Accepted {
            provider_ref: name_of(&json["internal_order_id"]),
            code: answer.status.to_string(),
        }),
        (200 | 201, true, Some(_)) => Err(SendError::Rejected {
            stage: "request",
            code: Some(answer.code()),
            detail: "the platform took the request and sent it to nobody".to_owned(),
            bad_address: false,
        }),
        (200 | 201, false, Some(..=0)) | (400, ..) => Err(refusal(json)),
        (200..=399, ..) => Err(unclear(format!(
            "the platform answered {} without saying how many it sent",
            answer.status
        ))),
        _ => Err(wordless(answer)),
    }
}

/// What the status says without a word of the platform.
fn wordless(answer: &HttpAnswer) -> SendError {
    match answer.status {
        _ if answer.asks_to_wait() => answer.not_now("the platform takes no more for now"),
        401 | 403 => SendError::Misconfigured {
            detail: format!(
                "the platform refused a new log-in with {}; check the account",
                answer.status
            ),
        },
        402 => SendError::Misconfigured {
            detail: "the account has no credit (402)".to_owned(),
        },
        404 | 405 => SendError::Misconfigured {
            detail: "the platform has nothing at this address; check `brand` or `base_url`"
                .to_owned(),
        },
        408 => unclear("the platform waited for us in vain (408)"),
        400..=499 => answer.denied("the platform refuses the request without a word"),
        status => unclear(format!("the platform answered {status}")),
    }
}

fn refusal(json: &Value) -> SendError {
    let says = ["error_type", "result"].iter().find_map(|key| {
        let text = json[*key].as_str()?;
        word(text)
    });
    let says = says.unwrap_or_else(|| "no word".to_owned());
    if BAD_NUMBERS.contains(&says.as_str()) {
        return SendError::Rejected {
            stage: "request",
            code: Some(says),
            detail: "the number cannot get an SMS".to_owned(),
            bad_address: true,
        };
    }
    if says.to_ascii_lowercase().contains("credit") {
        return SendError::Misconfigured {
            detail: format!("the account has no credit ({says})"),
        };
    }
    SendError::Denied {
        stage: "request",
        detail: "the platform refuses the request".to_owned(),
        code: Some(says),
    }
}

/// The answer to a question by our own name for an SMS.
pub(super) fn judge_query(answer: &HttpAnswer) -> Result<Found, SendError> {
    let json = answer.json();
    let is_known = json.as_ref().is_some_and(|json| {
        let recipients = json["recipients"].as_array();
        json["result"] == "OK" && recipients.is_some_and(|all| !all.is_empty())
    });
    match answer.status {
        200 if is_known => Ok(Found::Present(Accepted {
            provider_ref: None,
            code: answer.status.to_string(),
        })),
        // Only in the platform's own words: a wrong address is answered with 404 as well.
        404 if json.as_ref().is_some_and(Value::is_object) => Ok(Found::Absent),
        status => Err(SendError::Unknown {
            stage: "query",
            detail: format!("the platform answered {status} when asked about an SMS"),
        }),
    }
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => word(text).or_else(|| digits(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn digits(text: &str) -> Option<String> {
    let fits = (1..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, text: &str) -> HttpAnswer {
        HttpAnswer {
            status,
            retry_after: None,
            text: text.to_owned(),
        }
    }

    fn said(status: u16, text: &str) -> Result<Accepted, SendError> {
        judge(&answer(status, text))
    }

    #[test]
    fn an_acceptance_says_how_many_were_sent() {
        let taken =
            r#"{"result":"OK","order_id":"araldo-s1","internal_order_id":7,"total_sent":1}"#;
        assert_eq!(said(201, taken).unwrap().provider_ref.as_deref(), Some("7"));
        let nobody = said(201, r#"{"result":"OK","total_sent":0}"#).unwrap_err();
        assert!(matches!(
            nobody,
            SendError::Rejected {
                bad_address: false,
                ..
            }
        ));
        for (status, text) in [
            (201, "<html>"),
            (200, "{}"),
            (201, r#"{"result":"OK"}"#),
            (500, ""),
        ] {
            let verdict = said(status, text).unwrap_err();
            assert!(
                matches!(verdict, SendError::Unknown { .. }),
                "{status} {verdict:?}"
            );
        }
    }

    #[test]
    fn each_refusal_has_its_verdict() {
        let bad = said(400, r#"{"result":"INVALIDDST"}"#).unwrap_err();
        assert!(matches!(
            bad,
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ));
        let empty = said(400, r#"{"error_type":"NO_CREDITS","error_message":"x"}"#).unwrap_err();
        assert!(matches!(empty, SendError::Misconfigured { .. }));
        let other = said(400, r#"{"result":"bad recipient +393331234567"}"#).unwrap_err();
        assert!(matches!(other, SendError::Denied { .. }));
        assert!(!other.to_string().contains("333"), "{other}");
        assert!(matches!(
            said(401, "").unwrap_err(),
            SendError::Misconfigured { .. }
        ));
        assert!(matches!(
            said(429, "").unwrap_err(),
            SendError::NotSent { .. }
        ));
    }

    #[test]
    fn only_the_platform_itself_says_that_it_never_got_an_sms() {
        let known = r#"{"result":"OK","recipients":[{"status":"SENT"}]}"#;
        assert!(matches!(
            judge_query(&answer(200, known)),
            Ok(Found::Present(_))
        ));
        let absent = answer(404, r#"{"result":"Order not found"}"#);
        assert_eq!(judge_query(&absent), Ok(Found::Absent));
        for (status, text) in [(404, "<html>"), (200, "<html>"), (500, "{}")] {
            assert!(judge_query(&answer(status, text)).is_err(), "{status}");
        }
    }
}
