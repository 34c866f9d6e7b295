//! What the answers of SES mean: 200 with its `MessageId`, or an error whose kind stands in a header
//! (SES API v2, "Common Errors" and those of `SendEmail`).

use serde_json::Value;

use crate::channel::caller::{HttpAnswer, unclear, word};
use crate::channel::email::mailer::{by_status, rejected};
use crate::channel::{Accepted, SendError};
use crate::domain::limits::PROVIDER_ID;

/// The header that names an error.
pub(super) const KIND_HEADER: &str = "x-amzn-errortype";
const CHECK: &str = "check `key_id`, `secret_file`, `region` and this machine's clock";

/// `kind`: what [`KIND_HEADER`] says.
pub(super) fn judge(answer: &HttpAnswer, kind: Option<&str>) -> Result<Accepted, SendError> {
    let json = answer.json();
    let id = json.as_ref().and_then(|json| json["MessageId"].as_str());
    let is_id = |id: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=PROVIDER_ID).contains(&id.len()) && id.chars().all(fits)
    };
    match (answer.status, id.filter(is_id)) {
        (200, Some(id)) => Ok(Accepted {
            provider_ref: Some(id.to_owned()),
            code: answer.code(),
        }),
        (200..=399, _) => Err(unclear(format!(
            "SES answered {} without the id of a mail",
            answer.status
        ))),
        _ => Err(refusal(answer, json.as_ref(), kind)),
    }
}

fn refusal(answer: &HttpAnswer, json: Option<&Value>, kind: Option<&str>) -> SendError {
    let in_body = json.and_then(|json| json["__type"].as_str());
    let kind = kind.or(in_body).unwrap_or_default();
    // `MessageRejected:http://...`, `com.amazonaws.ses#MessageRejected`
    let kind = kind.split(':').next().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let said = json.and_then(|json| json["message"].as_str().or(json["Message"].as_str()));
    let said = said.unwrap_or_default().to_ascii_lowercase();
    let code = word(kind).or_else(|| Some(answer.code()));
    let ours = |detail: &str| SendError::Misconfigured {
        detail: format!("SES: {detail} ({})", code.as_deref().unwrap_or_default()),
    };
    match kind {
        "MessageRejected" if said.contains("not verified") => ours(
            "an address is not verified: the sender's, or, while the account is in the sandbox, the \
             recipient's",
        ),
        "MailFromDomainNotVerifiedException" => ours("the domain in MAIL FROM is not verified"),
        "AccountSuspendedException" | "SendingPausedException" => {
            ours("sending is switched off for this account")
        }
        "NotFoundException" | "ConfigurationSetDoesNotExistException" => {
            ours("there is no such `configuration_set`")
        }
        "AccessDeniedException" => ours("this access key may not send"),
        "MessageRejected" => rejected(code, "SES refuses the mail"),
        "BadRequestException" if said.contains("address") => {
            rejected(code, "SES takes the address for none")
        }
        "TooManyRequestsException" | "ThrottlingException" | "LimitExceededException" => {
            answer.not_now("SES takes no more for now")
        }
        _ => by_status(answer, code, "SES", CHECK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, kind: &str, message: &str) -> SendError {
        let answer = HttpAnswer {
            status,
            retry_after: None,
            text: serde_json::json!({ "message": message }).to_string(),
        };
        judge(&answer, Some(kind).filter(|kind| !kind.is_empty())).unwrap_err()
    }

    #[test]
    fn each_kind_of_error_has_its_verdict() {
        let sandbox = said(
            400,
            "MessageRejected:http://internal.amazon.com/x/",
            "Email address is not verified. The following identities failed the check in region \
             EU-SOUTH-1: maria@posta.example",
        );
        assert!(matches!(sandbox, SendError::Misconfigured { .. }));
        assert!(!sandbox.to_string().contains("maria"), "{sandbox}");
        let virus = said(400, "MessageRejected", "Message contains a virus");
        assert!(matches!(virus, SendError::Rejected { .. }), "{virus:?}");
        let key = said(403, "InvalidSignatureException", "Signature expired");
        assert!(key.to_string().contains("clock"), "{key}");
        for kind in ["SendingPausedException", "NotFoundException"] {
            let ours = said(400, kind, "");
            assert!(matches!(ours, SendError::Misconfigured { .. }), "{ours:?}");
        }
        for kind in ["TooManyRequestsException", "LimitExceededException"] {
            let full = said(429, kind, "Maximum sending rate exceeded.");
            assert!(matches!(full, SendError::NotSent { .. }), "{full:?}");
        }
        for status in [500, 502, 503] {
            let lost = said(status, "InternalFailure", "");
            assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        }
    }

    #[test]
    fn what_is_not_ses_may_have_taken_it() {
        for text in ["<html>", "{}", r#"{"MessageId":"a@b"}"#] {
            let answer = HttpAnswer {
                status: 200,
                retry_after: None,
                text: text.to_owned(),
            };
            let lost = judge(&answer, None).unwrap_err();
            assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        }
    }
}
