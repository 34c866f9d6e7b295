//! What Vonage's answers mean: always 200, with a `status` for each part of the SMS.

use serde_json::Value;

use crate::channel::caller::{HttpAnswer, unclear, word};
use crate::channel::{Accepted, SendError};

pub(super) fn judge(answer: &HttpAnswer) -> Result<Accepted, SendError> {
    let json = answer.json();
    let parts = json.as_ref().and_then(|json| json["messages"].as_array());
    let parts = parts.map(|parts| {
        parts
            .iter()
            .map(|part| part["status"].as_str().unwrap_or(""))
    });
    let states: Vec<&str> = parts.into_iter().flatten().collect();
    let taken = states.iter().filter(|state| **state == "0").count();
    match (answer.status, taken) {
        (200, taken) if taken > 0 && taken == states.len() => Ok(Accepted {
            provider_ref: json.as_ref().and_then(first_id),
            code: answer.status.to_string(),
        }),
        (200, 0) if !states.is_empty() => Err(refusal(answer, states[0])),
        (200, 0) => Err(unclear("Vonage answered 200 in words that are not its own")),
        (200, _) => Err(unclear(
            "Vonage took some parts of the SMS and refused others",
        )),
        _ if answer.asks_to_wait() => Err(answer.not_now("Vonage takes no more for now")),
        (401..=403, _) => Err(SendError::Misconfigured {
            detail: format!(
                "Vonage refused the log-in with {}; check `key` and `secret_file`",
                answer.status
            ),
        }),
        (404 | 405, _) => Err(SendError::Misconfigured {
            detail: "Vonage has nothing at this address; check `base_url`".to_owned(),
        }),
        (status, _) => Err(unclear(format!("Vonage answered {status}"))),
    }
}

/// The name of the first part, by which reports of a short SMS go.
fn first_id(json: &Value) -> Option<String> {
    let id = json["messages"][0]["message-id"].as_str()?;
    let fits =
        (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    fits.then(|| id.to_owned())
}

fn refusal(answer: &HttpAnswer, state: &str) -> SendError {
    let rejected = |detail: &str, bad_address| SendError::Rejected {
        stage: "request",
        code: word(state),
        detail: detail.to_owned(),
        bad_address,
    };
    let ours = |why: &str| SendError::Misconfigured {
        detail: format!("Vonage: {why} ({state})"),
    };
    match state {
        "1" => answer.not_now("Vonage takes no more for now"),
        "4" | "14" => ours("the log-in is wrong; check `key` and `secret_file`"),
        "8" => ours("the account is barred"),
        "9" => ours("the account has no credit"),
        "15" => ours("`from` is no sender of this account"),
        "23" => ours("the address for reports is refused; check `[http] public_url`"),
        "7" => rejected("the number is barred at Vonage", false),
        "12" => rejected("the text is too long", false),
        "22" => rejected("no network for this number", false),
        "29" => rejected("an account on trial sends to its own list only", false),
        "33" => rejected("the number is not in use any more", true),
        "5" => unclear("Vonage had a fault of its own (5)"),
        _ => SendError::Denied {
            stage: "request",
            code: word(state),
            detail: "Vonage refuses the request; its status says why".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, text: &str) -> Result<Accepted, SendError> {
        judge(&HttpAnswer {
            status,
            retry_after: None,
            text: text.to_owned(),
        })
    }

    fn parts(states: &[&str]) -> Result<Accepted, SendError> {
        let part = |state: &&str| serde_json::json!({ "status": state, "message-id": "0A1" });
        let parts: Vec<_> = states.iter().map(part).collect();
        said(200, &serde_json::json!({ "messages": parts }).to_string())
    }

    #[test]
    fn every_part_must_be_taken() {
        let taken = parts(&["0", "0"]).unwrap();
        assert_eq!(taken.provider_ref.as_deref(), Some("0A1"));
        for verdict in [
            parts(&["0", "1"]),
            parts(&["5"]),
            parts(&[]),
            said(200, "<html>"),
            said(500, "{}"),
        ] {
            assert!(
                matches!(verdict, Err(SendError::Unknown { .. })),
                "{verdict:?}"
            );
        }
    }

    #[test]
    fn each_status_says_whom_it_is_about() {
        assert!(matches!(parts(&["1"]), Err(SendError::NotSent { .. })));
        for ours in ["4", "8", "9", "14", "15"] {
            let verdict = parts(&[ours]);
            assert!(
                matches!(verdict, Err(SendError::Misconfigured { .. })),
                "{verdict:?}"
            );
        }
        let barred = parts(&["7"]);
        assert!(matches!(
            barred,
            Err(SendError::Rejected {
                bad_address: false,
                ..
            })
        ));
        let gone = parts(&["33"]);
        assert!(matches!(
            gone,
            Err(SendError::Rejected {
                bad_address: true,
                ..
            })
        ));
        assert!(matches!(parts(&["3"]), Err(SendError::Denied { .. })));
    }
}
