//! What Kannel's delivery reports mean.

use crate::domain::receipt::ReceiptKind;

/// The kind of a report by its type (`%d` in the callback) and the network's answer (`%A`).
/// A buffered message that the network has thrown away for age is told in the answer only.
#[must_use]
pub fn receipt_kind(dlr_type: i64, answer: &str) -> ReceiptKind {
    match dlr_type {
        1 => ReceiptKind::Delivered,
        2 if answer.to_ascii_uppercase().contains("EXPIRED") => ReceiptKind::Expired,
        2 => ReceiptKind::Undelivered,
        4 => ReceiptKind::Buffered,
        8 => ReceiptKind::Accepted,
        16 => ReceiptKind::Rejected,
        _ => ReceiptKind::Undetermined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_of_the_user_guide_has_its_word() {
        for (dlr_type, answer, kind) in [
            (1, "", ReceiptKind::Delivered),
            (2, "stat:UNDELIV err:001", ReceiptKind::Undelivered),
            (2, "stat:EXPIRED err:000", ReceiptKind::Expired),
            (4, "", ReceiptKind::Buffered),
            (8, "ACK/", ReceiptKind::Accepted),
            (16, "NACK/11", ReceiptKind::Rejected),
            (0, "", ReceiptKind::Undetermined),
            (99, "delivered", ReceiptKind::Undetermined),
        ] {
            assert_eq!(receipt_kind(dlr_type, answer), kind, "{dlr_type} {answer}");
        }
    }
}
