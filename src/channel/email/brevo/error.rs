//! What Brevo's answers mean: 201 with a `messageId`, or a word in `code` and a sentence in `message`
//! (Brevo API, "Error codes").

use serde_json::Value;

use crate::channel::caller::{HttpAnswer, unclear, word};
use crate::channel::email::mailer::{by_status, rejected};
use crate::channel::{Accepted, SendError};
use crate::domain::limits::PROVIDER_ID;

const CHECK: &str = "check `key_file`, and whether Brevo lets this machine's address in";

pub(super) fn judge(answer: &HttpAnswer) -> Result<Accepted, SendError> {
    let json = answer.json();
    let id = json.as_ref().and_then(|json| json["messageId"].as_str());
    let id = id.map(|id| id.trim_matches(['<', '>']));
    let is_id = |id: &&str| {
        let fits = |c: char| c.is_ascii_graphic();
        (1..=PROVIDER_ID).contains(&id.len()) && id.chars().all(fits)
    };
    match (answer.status, id.filter(is_id)) {
        (200..=202, Some(id)) => Ok(Accepted {
            provider_ref: Some(id.to_owned()),
            code: answer.code(),
        }),
        (200..=399, _) => Err(unclear(format!(
            "Brevo answered {} without the `messageId` of a mail",
            answer.status
        ))),
        _ => Err(refusal(answer, json.as_ref())),
    }
}

fn refusal(answer: &HttpAnswer, json: Option<&Value>) -> SendError {
    let field = |name: &str| {
        json.and_then(|json| json[name].as_str())
            .unwrap_or_default()
    };
    let said = field("message").to_ascii_lowercase();
    let code = word(field("code")).or_else(|| Some(answer.code()));
    let ours = |detail: &str| SendError::Misconfigured {
        detail: format!("Brevo: {detail} ({})", answer.status),
    };
    match field("code") {
        _ if answer.asks_to_wait() => answer.not_now("Brevo takes no more for now"),
        "not_enough_credits" => ours("the account has no credit"),
        "unauthorized" | "permission_denied" | "account_under_validation" => ours(
            "the key is wrong, this machine's address is not let in, or the account may not send yet",
        ),
        "invalid_parameter" | "missing_parameter" if said.contains("sender") => {
            ours("it does not know the sender in `from`")
        }
        "invalid_parameter" if said.contains("in to") || said.contains("blocklisted") => {
            rejected(code, "Brevo does not send to this address")
        }
        _ => by_status(answer, code, "Brevo", CHECK),
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

    fn coded(status: u16, code: &str, message: &str) -> SendError {
        let text = serde_json::json!({ "code": code, "message": message }).to_string();
        said(status, &text).unwrap_err()
    }

    #[test]
    fn each_word_has_its_verdict() {
        let taken = said(201, r#"{"messageId":"<2026.7@smtp-relay.mailin.fr>"}"#);
        let name = taken.unwrap().provider_ref;
        assert_eq!(name.as_deref(), Some("2026.7@smtp-relay.mailin.fr"));
        for (status, code, message) in [
            (401, "unauthorized", "Key not found"),
            (402, "not_enough_credits", "Insufficient credits"),
            (
                403,
                "permission_denied",
                "Unable to send email. Your SMTP account is not yet activated.",
            ),
            (
                400,
                "invalid_parameter",
                "Sending has been rejected because the sender you used a@b.it is not valid.",
            ),
            (404, "", ""),
        ] {
            let ours = coded(status, code, message);
            assert!(matches!(ours, SendError::Misconfigured { .. }), "{ours:?}");
            assert!(!ours.to_string().contains("a@b.it"), "{ours}");
        }
        let nobody = coded(400, "invalid_parameter", "email is not valid in to");
        assert!(matches!(nobody, SendError::Rejected { .. }), "{nobody:?}");
        assert!(matches!(coded(429, "", ""), SendError::NotSent { .. }));
        let odd = coded(400, "out_of_range", "");
        assert!(matches!(odd, SendError::Denied { .. }), "{odd:?}");
    }

    #[test]
    fn what_is_not_brevo_may_have_taken_it() {
        for (status, text) in [
            (200, "<html>"),
            (201, r#"{"code":"x"}"#),
            (500, ""),
            (502, "Bad"),
        ] {
            let lost = said(status, text).unwrap_err();
            assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        }
    }
}
