//! What Kannel's delivery reports mean: the one table of their types, for the hook that takes them.

use crate::domain::receipt::ReceiptKind;

/// The kind of a report by its type (`%d` in the callback: one bit of the `dlr-mask`) and the
/// network's answer (`%A`). `None`: Kannel has no such type, and whoever sent it is not Kannel.
///
/// A message that the network kept until its validity ran out is reported as not delivered (2);
/// that it expired is told in the answer only.
#[must_use]
pub fn receipt_kind(dlr_type: &str, answer: &str) -> Option<ReceiptKind> {
    Some(match dlr_type {
        "1" => ReceiptKind::Delivered,
        "2" if is_expired(answer) => ReceiptKind::Expired,
        "2" => ReceiptKind::Undelivered,
        // 32: an SMPP intermediate notification, while the centre goes on trying.
        "4" | "32" => ReceiptKind::Buffered,
        "8" => ReceiptKind::Accepted,
        "16" => ReceiptKind::Rejected,
        _ => return None,
    })
}

/// Whether a centre says that the validity ran out: `stat:EXPIRED` (SMPP 3.4, appendix B), or the
/// word in an answer of another protocol. The first words of the SMS, which follow `text:`, say
/// nothing about it.
fn is_expired(answer: &str) -> bool {
    let answer = answer.to_ascii_uppercase();
    match answer.split_once("STAT:") {
        Some((_, stat)) => stat.trim_start().starts_with("EXPIRED"),
        None => answer.contains("EXPIRED"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_of_the_user_guide_has_its_word_and_nothing_else_has_one() {
        for (dlr_type, answer, kind) in [
            ("1", "", Some(ReceiptKind::Delivered)),
            ("2", "stat:UNDELIV err:001", Some(ReceiptKind::Undelivered)),
            ("2", "id:7 stat:EXPIRED err:000", Some(ReceiptKind::Expired)),
            ("2", "id:7 stat:expired", Some(ReceiptKind::Expired)),
            ("2", "validity period expired", Some(ReceiptKind::Expired)),
            (
                "2",
                "id:7 stat:UNDELIV err:001 text:Your card expired",
                Some(ReceiptKind::Undelivered),
            ),
            ("4", "", Some(ReceiptKind::Buffered)),
            ("8", "ACK/", Some(ReceiptKind::Accepted)),
            ("16", "NACK/11", Some(ReceiptKind::Rejected)),
            ("32", "", Some(ReceiptKind::Buffered)),
            ("0", "", None),
            ("99", "delivered", None),
            ("", "", None),
            ("-1", "", None),
            ("1 OR 1", "", None),
        ] {
            assert_eq!(receipt_kind(dlr_type, answer), kind, "{dlr_type} {answer}");
        }
    }
}
