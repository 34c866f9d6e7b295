//! Kannel's delivery reports (user guide, "Delivery Reports"): the `dlr-url` of a sent text.
//!
//! `channel::sms` puts `.../hooks/kannel/PROVIDER/TOKEN?type=%d&answer=%A&fid=%F&at=%T` into
//! each request. Kannel gives no message id and signs nothing, so the token names the attempt and
//! is good for that provider alone. Reports come in any order, doubled after a timeout, and the
//! good one may overtake the first. Of each kind an attempt has one: whoever holds a token cannot
//! file more than the six that there are.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::channel::sms::kannel::receipt_kind;
use crate::domain::limits::RECEIPT_WORDS;
use crate::domain::receipt::ReceiptKind;
use crate::domain::token::Purpose;
use crate::domain::{MessageId, Timestamp};
use crate::store::StoreError;
use crate::store::messages::receipts::NewReceipt;
use crate::text::sanitize;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// The SMSC says that the number does not exist (SMPP 3.4 §5.1.3, `ESME_RINVDSTADR`). The one
/// refusal that means the same at every operator; all others may be gone tomorrow.
const NO_SUCH_NUMBER: &str = "0x0000000b";

/// What Kannel fills in.
#[derive(Debug, serde::Deserialize)]
pub(super) struct KannelReport {
    /// `%d`: one bit of the delivery report mask.
    #[serde(rename = "type")]
    kind: String,
    /// `%A`: what the SMSC answered.
    #[serde(default)]
    answer: String,
    /// `%T`: seconds since 1970.
    #[serde(default)]
    at: String,
}

/// `GET|POST /hooks/kannel/{provider}/{token}`.
pub(super) async fn report(
    State(web): State<Web>,
    Path((provider, token)): Path<(String, String)>,
    Query(report): Query<KannelReport>,
) -> Response {
    let (message, lease_no) = match attempt(&web, &provider, &token).await {
        Ok(Some(attempt)) => attempt,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return Problem::from(error).into_response(),
    };
    let Some(receipt) = receipt(provider, message, lease_no, &report) else {
        return Problem::field(
            "/type",
            "`type` must be one bit of Kannel's dlr-mask: 1 to 32",
        )
        .into_response();
    };
    match web.track.receipts.take(receipt).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The attempt that the token names, if it was made for this provider.
async fn attempt(web: &Web, provider: &str, token: &str) -> Result<Option<(i64, i64)>, StoreError> {
    if !is_name(provider) {
        return Ok(None);
    }
    let bound = web.signer.open_two_of(provider, Purpose::Receipt, token);
    if bound.is_some() {
        return Ok(bound);
    }
    // Tokens of an earlier version name no provider. The last of them are on their way while
    // gateways report on what that version sent: the attempt itself says whose it was.
    let Some((message, lease_no)) = web.signer.open_two(Purpose::Receipt, token) else {
        return Ok(None);
    };
    let mut tx = web.store.read().await?;
    let id = MessageId::new(message);
    let carrier = tx.attempts().provider(id, lease_no).await?;
    let same = carrier.is_some_and(|carrier| carrier == provider);
    Ok(same.then_some((message, lease_no)))
}

fn receipt(
    provider: String,
    message: i64,
    lease_no: i64,
    report: &KannelReport,
) -> Option<NewReceipt> {
    let kind = receipt_kind(&report.kind, &report.answer)?;
    let answer = sanitize::excerpt(&report.answer, RECEIPT_WORDS);
    Some(NewReceipt {
        provider,
        key: format!("{message}-{lease_no}-{}", report.kind),
        message: Some(MessageId::new(message)),
        kind,
        code: Some(report.kind.clone()),
        bad_address: kind == ReceiptKind::Rejected && answer.contains(NO_SUCH_NUMBER),
        detail: (!answer.is_empty()).then_some(answer),
        provider_at: seconds(&report.at),
    })
}

/// Names as the configuration allows them: nothing else reaches the store or the log.
fn is_name(provider: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&provider.len()) && provider.chars().all(allowed)
}

fn seconds(text: &str) -> Option<Timestamp> {
    let seconds: u32 = text.parse().ok()?;
    Some(Timestamp::from_micros(i64::from(seconds) * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(kind: &str, answer: &str) -> KannelReport {
        KannelReport {
            kind: kind.to_owned(),
            answer: format!("{answer}\u{0}"),
            at: "1790000000".to_owned(),
        }
    }

    fn read(kind: &str, answer: &str) -> Option<NewReceipt> {
        receipt("gateway".to_owned(), 7, 2, &report(kind, answer))
    }

    #[test]
    fn a_message_that_the_network_kept_for_too_long_has_expired() {
        let expired = read("2", "id:7 sub:001 dlvrd:000 stat:EXPIRED err:000").unwrap();
        assert_eq!(expired.kind, ReceiptKind::Expired);
        assert_eq!(expired.key, "7-2-2");
        let lost = read("2", "id:7 stat:UNDELIV err:001").unwrap();
        assert_eq!(lost.kind, ReceiptKind::Undelivered);
    }

    #[test]
    fn a_type_that_kannel_does_not_have_is_refused() {
        for nonsense in ["", "0", "3", "-1", "1 OR 1", "99999999999999999999"] {
            assert_eq!(read(nonsense, ""), None);
        }
    }

    #[test]
    fn a_repeat_has_the_same_key_and_no_control_characters_get_through() {
        let one = read("1", "").unwrap();
        assert_eq!(one.key, "7-2-1");
        assert_eq!(one.detail, None);
        assert_eq!(Some(one), read("1", ""));
        assert_eq!(seconds("-5"), None);
    }

    #[test]
    fn only_a_number_that_does_not_exist_is_barred() {
        assert!(
            read("16", "NACK/0x0000000b/Invalid Dest Addr")
                .unwrap()
                .bad_address
        );
        assert!(
            !read("16", "NACK/0x00000058/Throttling")
                .unwrap()
                .bad_address
        );
        assert!(
            !read("2", "id:1 stat:UNDELIV err:0x0000000b")
                .unwrap()
                .bad_address
        );
    }
}
