//! What the platform calls back: `order_id`, `status`, `recipient` and `delivery_date`, in the query or
//! as a form. It signs nothing: a secret in the address, which is set in the brand's own panel, is all
//! that proves it.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::error::BAD_NUMBERS;
use super::settings::CommifySettings;
use crate::channel::SetupError;
use crate::channel::callback::{
    CallRefused, HandsetText, ProviderCall, ProviderCallbacks, ProviderReport, ReportSubject,
    field, pairs,
};
use crate::channel::caller::word;
use crate::domain::limits::PROVIDER_ID;
use crate::domain::receipt::ReceiptKind;

/// Reads the reports of one account, by the SHA-256 of its secret.
pub struct CommifyCallbacks([u8; 32]);

impl CommifyCallbacks {
    /// None where the settings have no secret: then nothing is taken.
    pub fn new(provider: &str, settings: &CommifySettings) -> Result<Option<Self>, SetupError> {
        let secret = settings.reports_by(provider)?;
        Ok(secret.map(|secret| Self(Sha256::digest(secret.expose()).into())))
    }
}

impl ProviderCallbacks for CommifyCallbacks {
    fn report(&self, call: &ProviderCall<'_>) -> Result<Option<ProviderReport>, CallRefused> {
        let given: [u8; 32] = Sha256::digest(call.key).into();
        if !bool::from(given.ct_eq(&self.0)) {
            return Err(CallRefused::Unproven);
        }
        let fields = match call.body.is_empty() {
            true => pairs(call.query.as_bytes()),
            false => pairs(call.body),
        };
        let order = field(&fields, "order_id");
        if order.is_empty() || order.len() > PROVIDER_ID {
            return Err(CallRefused::Unreadable("`order_id` is missing".to_owned()));
        }
        let status = field(&fields, "status");
        let Some(kind) = receipt_kind(status) else {
            return Ok(None);
        };
        Ok(Some(ProviderReport {
            about: ReportSubject::Name(order.to_owned()),
            kind,
            code: word(status),
            // Without a zone: it is not known what it means.
            at: None,
            bad_address: BAD_NUMBERS.contains(&status),
        }))
    }

    /// What clients write is not called back in a form that is written down anywhere; it is asked for.
    fn text(&self, _: &ProviderCall<'_>) -> Result<HandsetText, CallRefused> {
        Err(CallRefused::Unproven)
    }
}

/// What a status means. `None`: a word that the platform has invented since.
pub(super) fn receipt_kind(status: &str) -> Option<ReceiptKind> {
    Some(match status {
        "SCHEDULED" | "WAITING" | "SENT" | "WAIT4DLVR" => ReceiptKind::Accepted,
        "DLVRD" => ReceiptKind::Delivered,
        // The operator has said nothing for 48 hours.
        "TIMEOUT" => ReceiptKind::Undetermined,
        "ERROR" | "KO" | "TOOM4NUM" | "TOOM4USER" | "BLACKLISTED" | "INVALIDCONTENTS" | "DEMO" => {
            ReceiptKind::Rejected
        }
        _ if BAD_NUMBERS.contains(&status) => ReceiptKind::Rejected,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn told(key: &str, query: &str) -> Result<Option<ProviderReport>, CallRefused> {
        let callbacks = CommifyCallbacks(Sha256::digest("0123456789abcdef").into());
        callbacks.report(&ProviderCall {
            target: "",
            query,
            key,
            headers: &HeaderMap::new(),
            body: b"",
        })
    }

    #[test]
    fn each_status_has_its_word_and_only_a_bad_number_is_barred() {
        for (status, kind, bars) in [
            ("DLVRD", ReceiptKind::Delivered, false),
            ("WAIT4DLVR", ReceiptKind::Accepted, false),
            ("TIMEOUT", ReceiptKind::Undetermined, false),
            ("KO", ReceiptKind::Rejected, false),
            ("BLACKLISTED", ReceiptKind::Rejected, false),
            ("UNKNRCPT", ReceiptKind::Rejected, true),
        ] {
            let query = format!("order_id=araldo-s9&status={status}&recipient=%2B39333");
            let report = told("0123456789abcdef", &query).unwrap().unwrap();
            assert_eq!((report.kind, report.bad_address), (kind, bars), "{status}");
            assert_eq!(report.about, ReportSubject::Name("araldo-s9".to_owned()));
        }
        assert_eq!(told("0123456789abcdef", "order_id=1&status=NEWS"), Ok(None));
    }

    #[test]
    fn without_the_secret_nothing_is_read() {
        for key in ["", "0123456789abcdee", "0123456789abcdef0"] {
            let refused = told(key, "order_id=araldo-s9&status=DLVRD");
            assert_eq!(refused, Err(CallRefused::Unproven));
        }
        let nameless = told("0123456789abcdef", "status=DLVRD");
        assert!(matches!(nameless, Err(CallRefused::Unreadable(_))));
    }
}
