//! What Vonage calls back: the state of an SMS, and what clients write, as a form, a query or JSON, as
//! the account is set. A report's address has a token of ours; a signature is asked for beside it where
//! the settings have its secret. What clients write is taken with a signature only.

use serde_json::Value;

use super::settings::VonageSettings;
use super::signature::VonageSignature;
use crate::channel::SetupError;
use crate::channel::callback::{
    CallRefused, HandsetText, ProviderCall, ProviderCallbacks, ProviderReport, ReportSubject,
    field, pairs,
};
use crate::channel::caller::word;
use crate::domain::MessageId;
use crate::domain::receipt::ReceiptKind;
use crate::domain::token::{Purpose, Signer};

/// `err-code`: the number is not in use any more.
const NO_SUCH_NUMBER: &str = "3";

/// Reads the calls of one account.
pub struct VonageCallbacks {
    signature: Option<VonageSignature>,
    signer: Signer,
}

impl VonageCallbacks {
    /// `signer`: of this provider alone.
    pub fn new(
        provider: &str,
        settings: &VonageSettings,
        signer: Signer,
    ) -> Result<Self, SetupError> {
        let secret = settings.signing_secret(provider)?;
        let hash = settings.signature_hash;
        Ok(Self {
            signature: secret.map(|secret| VonageSignature::new(&secret, hash)),
            signer,
        })
    }
}

impl ProviderCallbacks for VonageCallbacks {
    fn report(&self, call: &ProviderCall<'_>) -> Result<Option<ProviderReport>, CallRefused> {
        let attempt = self.signer.open_two(Purpose::Receipt, call.key);
        let (message, lease_no) = attempt.ok_or(CallRefused::Unproven)?;
        let fields = fields(call)?;
        if let Some(signature) = &self.signature
            && !signature.is_right(&fields)
        {
            return Err(CallRefused::Unproven);
        }
        let state = field(&fields, "status");
        let error = field(&fields, "err-code");
        let Some(kind) = receipt_kind(state) else {
            return Ok(None);
        };
        let says_why = kind.rank() == 2 && !error.is_empty();
        Ok(Some(ProviderReport {
            about: ReportSubject::Attempt(MessageId::new(message), lease_no),
            kind,
            code: word(if says_why { error } else { state }),
            at: None,
            bad_address: kind.rank() == 2 && error == NO_SUCH_NUMBER,
        }))
    }

    fn text(&self, call: &ProviderCall<'_>) -> Result<HandsetText, CallRefused> {
        let signature = self.signature.as_ref().ok_or(CallRefused::Unproven)?;
        let fields = fields(call)?;
        if !signature.is_right(&fields) {
            return Err(CallRefused::Unproven);
        }
        Ok(HandsetText {
            id: field(&fields, "messageId").to_owned(),
            from: format!("+{}", field(&fields, "msisdn")),
            text: field(&fields, "text").to_owned(),
        })
    }
}

/// The fields, in whatever the account has them sent.
fn fields(call: &ProviderCall<'_>) -> Result<Vec<(String, String)>, CallRefused> {
    let body = call.body.trim_ascii();
    if body.is_empty() {
        return Ok(pairs(call.query.as_bytes()));
    }
    if !body.starts_with(b"{") {
        return Ok(pairs(body));
    }
    let document: serde_json::Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| CallRefused::Unreadable("the body is no JSON document".to_owned()))?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let fields = document.into_iter();
    Ok(fields.map(|(name, value)| (name, text(value))).collect())
}

/// What a state means. `None`: a word that Vonage has invented since.
fn receipt_kind(state: &str) -> Option<ReceiptKind> {
    Some(match state {
        "accepted" => ReceiptKind::Accepted,
        "buffered" => ReceiptKind::Buffered,
        "delivered" => ReceiptKind::Delivered,
        "failed" => ReceiptKind::Undelivered,
        "expired" => ReceiptKind::Expired,
        "rejected" => ReceiptKind::Rejected,
        "unknown" => ReceiptKind::Undetermined,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn callbacks(signed: bool) -> VonageCallbacks {
        let secret = if signed {
            "signature_secret = \"s\""
        } else {
            ""
        };
        let settings = format!("key = \"k\"\nfrom = \"ARALDO\"\nsecret = \"x\"\n{secret}");
        let signer = Signer::new(&[7; 32]).of_bearer("v");
        VonageCallbacks::new("v", &toml::from_str(&settings).unwrap(), signer).unwrap()
    }

    fn told(signed: bool, key: &str, body: &str) -> Result<Option<ProviderReport>, CallRefused> {
        callbacks(signed).report(&ProviderCall {
            target: "",
            query: "",
            key,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        })
    }

    #[test]
    fn a_token_names_the_attempt_and_a_signature_is_asked_for_where_there_is_a_secret() {
        let token = Signer::new(&[7; 32]).sign_for("v", Purpose::Receipt, &[9, 1]);
        for body in [
            "status=failed&err-code=3",
            r#"{"status":"failed","err-code":3}"#,
        ] {
            let report = told(false, &token, body).unwrap().unwrap();
            assert_eq!(report.about, ReportSubject::Attempt(MessageId::new(9), 1));
            assert_eq!(report.kind, ReceiptKind::Undelivered);
            assert!(report.bad_address);
            assert_eq!(told(true, &token, body), Err(CallRefused::Unproven));
            assert_eq!(told(false, "other", body), Err(CallRefused::Unproven));
        }
        assert_eq!(told(false, &token, "status=news"), Ok(None));
    }
}
