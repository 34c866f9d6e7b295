//! What Mailgun's answers mean: 200 with the `id` of the mail, or a sentence in `message` (Mailgun API,
//! "Error Codes"; a wrong key is answered with the one word Forbidden).

use crate::channel::caller::{HttpAnswer, unclear};
use crate::channel::email::mailer::{by_status, rejected};
use crate::channel::{Accepted, SendError};
use crate::domain::limits::PROVIDER_ID;

const CHECK: &str = "check `key_file`, `domain`, and `base_url`: the EU has another";

pub(super) fn judge(answer: &HttpAnswer) -> Result<Accepted, SendError> {
    let json = answer.json();
    let field = |name: &str| json.as_ref().and_then(|json| json[name].as_str());
    let id = field("id").map(|id| id.trim_matches(['<', '>']));
    match (answer.status, id.filter(|id| is_id(id))) {
        (200, Some(id)) => Ok(Accepted {
            provider_ref: Some(id.to_owned()),
            code: answer.code(),
        }),
        (200..=399, _) => Err(unclear(format!(
            "Mailgun answered {} without the `id` of a mail",
            answer.status
        ))),
        _ => Err(refusal(answer, field("message").unwrap_or_default())),
    }
}

fn is_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_graphic();
    (1..=PROVIDER_ID).contains(&id.len()) && id.chars().all(fits)
}

fn refusal(answer: &HttpAnswer, said: &str) -> SendError {
    let said = said.to_ascii_lowercase();
    let ours = |detail: &str| SendError::Misconfigured {
        detail: format!("Mailgun: {detail} ({})", answer.status),
    };
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match answer.status {
        _ if answer.asks_to_wait() => answer.not_now("Mailgun takes no more for now"),
        400..=403 if says(&["test purposes", "authorized recipients"]) => {
            ours("the domain is a sandbox, which sends to its authorised recipients only")
        }
        400..=403 if says(&["unverified", "dns configuration", "domain is not allowed"]) => {
            ours("the domain is not verified, or may not send")
        }
        400 if says(&["'from'", "from parameter"]) => ours("it takes `from` for no sender"),
        400 if says(&["'to'", "to parameter", "not a valid address"]) => {
            rejected(Some(answer.code()), "Mailgun takes the address for none")
        }
        404 if says(&["domain not found"]) => ours("there is no such `domain` in this region"),
        _ => by_status(answer, None, "Mailgun", CHECK),
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

    fn refused(status: u16, message: &str) -> SendError {
        let verdict = said(
            status,
            &serde_json::json!({ "message": message }).to_string(),
        );
        verdict.unwrap_err()
    }

    #[test]
    fn each_sentence_has_its_verdict() {
        let taken = said(
            200,
            r#"{"id":"<araldo-e7@example.it>","message":"Queued. Thank you."}"#,
        );
        let name = taken.unwrap().provider_ref;
        assert_eq!(name.as_deref(), Some("araldo-e7@example.it"));
        for (status, message) in [
            (
                403,
                "Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients in Account Settings.",
            ),
            (
                400,
                "The domain is unverified and requires DNS configuration. Log in to your control panel to view required DNS records.",
            ),
            (
                400,
                "'from' parameter is not a valid address. please check documentation",
            ),
            (404, "Domain not found: mg.example.it"),
        ] {
            let ours = refused(status, message);
            assert!(matches!(ours, SendError::Misconfigured { .. }), "{ours:?}");
        }
        let forbidden = said(401, "Forbidden").unwrap_err();
        assert!(forbidden.to_string().contains("key_file"), "{forbidden}");
        let nobody = refused(
            400,
            "'to' parameter is not a valid address. please check documentation",
        );
        assert!(matches!(nobody, SendError::Rejected { .. }), "{nobody:?}");
        assert!(matches!(refused(429, ""), SendError::NotSent { .. }));
        assert!(matches!(refused(400, "news"), SendError::Denied { .. }));
    }

    #[test]
    fn what_is_not_mailgun_may_have_taken_it() {
        for (status, text) in [
            (200, "<html>"),
            (200, "{}"),
            (302, ""),
            (500, ""),
            (502, "Bad"),
        ] {
            let lost = said(status, text).unwrap_err();
            assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        }
    }
}
