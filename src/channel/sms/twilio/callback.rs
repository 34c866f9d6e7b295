//! What Twilio calls back: the state of an SMS, in any order, and what clients write. Both are forms,
//! signed under the account's token; a report's address also has a token of ours, which names the
//! attempt.

use super::settings::TwilioSettings;
use super::signature::TwilioSignature;
use crate::channel::SetupError;
use crate::channel::callback::{
    CallRefused, HandsetText, ProviderCall, ProviderCallbacks, ProviderReport, ReportSubject,
    field, pairs,
};
use crate::channel::caller::word;
use crate::domain::MessageId;
use crate::domain::receipt::ReceiptKind;
use crate::domain::token::{Purpose, Signer};

const SIGNATURE: &str = "x-twilio-signature";
/// The network knows no such handset.
const NO_SUCH_NUMBER: &str = "30005";

/// Reads the calls of one account.
pub struct TwilioCallbacks {
    signature: TwilioSignature,
    /// The account that calls name.
    account: String,
    /// How Twilio reaches us: its signature is made over that.
    public_url: String,
    signer: Signer,
}

impl TwilioCallbacks {
    /// `signer`: of this provider alone.
    pub fn new(
        provider: &str,
        settings: &TwilioSettings,
        public_url: &str,
        signer: Signer,
    ) -> Result<Self, SetupError> {
        let token = settings.auth_token(provider)?;
        Ok(Self {
            signature: TwilioSignature::new(token.expose()),
            account: settings.account.clone(),
            public_url: public_url.trim_end_matches('/').to_owned(),
            signer,
        })
    }

    /// The fields of a call that Twilio signed.
    fn proven(&self, call: &ProviderCall<'_>) -> Result<Vec<(String, String)>, CallRefused> {
        let given = call.headers.get(SIGNATURE);
        let given = given.and_then(|value| value.to_str().ok());
        let given = given.ok_or(CallRefused::Unproven)?;
        let form = pairs(call.body);
        let url = format!("{}{}", self.public_url, call.target);
        let is_right = self.signature.is_right(given, &url, &form);
        match is_right && field(&form, "AccountSid") == self.account {
            true => Ok(form),
            false => Err(CallRefused::Unproven),
        }
    }
}

impl ProviderCallbacks for TwilioCallbacks {
    fn report(&self, call: &ProviderCall<'_>) -> Result<Option<ProviderReport>, CallRefused> {
        let attempt = self.signer.open_two(Purpose::Receipt, call.key);
        let (message, lease_no) = attempt.ok_or(CallRefused::Unproven)?;
        let form = self.proven(call)?;
        let state = field(&form, "MessageStatus");
        let error = field(&form, "ErrorCode");
        let Some(kind) = receipt_kind(state) else {
            return Ok(None);
        };
        Ok(Some(ProviderReport {
            about: ReportSubject::Attempt(MessageId::new(message), lease_no),
            kind,
            code: word(if error.is_empty() { state } else { error }),
            at: None,
            bad_address: kind.rank() == 2 && error == NO_SUCH_NUMBER,
        }))
    }

    fn text(&self, call: &ProviderCall<'_>) -> Result<HandsetText, CallRefused> {
        let form = self.proven(call)?;
        Ok(HandsetText {
            id: field(&form, "MessageSid").to_owned(),
            from: field(&form, "From").to_owned(),
            text: field(&form, "Body").to_owned(),
        })
    }
}

/// What a state means. `None`: a word that Twilio has invented since.
fn receipt_kind(state: &str) -> Option<ReceiptKind> {
    Some(match state {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => ReceiptKind::Accepted,
        "delivered" | "read" => ReceiptKind::Delivered,
        "undelivered" => ReceiptKind::Undelivered,
        "failed" | "canceled" => ReceiptKind::Rejected,
        "partially_delivered" => ReceiptKind::Undetermined,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_word() {
        for (state, kind) in [
            ("sent", Some(ReceiptKind::Accepted)),
            ("delivered", Some(ReceiptKind::Delivered)),
            ("undelivered", Some(ReceiptKind::Undelivered)),
            ("failed", Some(ReceiptKind::Rejected)),
            ("received", None),
            ("", None),
        ] {
            assert_eq!(receipt_kind(state), kind, "{state}");
        }
    }
}
