//! What follows from a report about one of our mails: a receipt, which the fold takes as any
//! provider's, and for a broken or a complaining address a bar. Who can forge a report can at most make
//! a mail undelivered, and must have seen it.

use super::Postbag;
use super::joined::{JoinedMail, names_address};
use crate::domain::client::SuppressionReason;
use crate::domain::mail_return::{MAILBOX_REPORTS, MailProof};
use crate::domain::receipt::ReceiptKind;
use crate::domain::{Address, EmailAddress, Timestamp};
use crate::store::messages::mails::MailedMessage;
use crate::store::messages::receipts::NewReceipt;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::track::returned::{Returned, ReturnedClass};

/// Characters of what their server said.
const LONGEST: usize = 200;

pub(super) async fn follow(
    postbag: &Postbag,
    tx: &mut Tx,
    mail: &Returned,
    joined: &JoinedMail,
    now: Timestamp,
) -> Result<(), StoreError> {
    if mail.class == ReturnedClass::Complaint && joined.proof == MailProof::Token {
        return complain(tx, &joined.message, now).await;
    }
    let Some(kind) = kind(mail.class, joined.proof) else {
        return Ok(());
    };
    let is_sure = joined.proof == MailProof::Token && names_address(mail, &joined.message);
    let receipt = NewReceipt {
        provider: MAILBOX_REPORTS.to_owned(),
        key: postbag.ids.next().to_string(),
        message: Some(joined.message.id),
        kind,
        code: mail.status.clone(),
        detail: Some(detail(mail)),
        // What anybody can have written who saw the mail proves no other report wrong.
        provider_at: happened(mail, now).filter(|_| joined.proof == MailProof::Token),
        bad_address: mail.class == ReturnedClass::Hard && is_sure,
    };
    let ids = &*postbag.ids;
    let mut receipts = tx.receipts(postbag.horizon);
    receipts.append(&[receipt], now, ids).await.map(drop)
}

/// What a report says of the message; none: it only stands among the mails that came.
const fn kind(class: ReturnedClass, proof: MailProof) -> Option<ReceiptKind> {
    use ReturnedClass as Class;
    match (class, proof) {
        (Class::Hard | Class::Soft | Class::Policy, MailProof::Token | MailProof::Named) => {
            Some(ReceiptKind::Undelivered)
        }
        (Class::Delayed, MailProof::Token) => Some(ReceiptKind::Buffered),
        // What was shown has arrived.
        (Class::Delivered | Class::Displayed, MailProof::Token) => Some(ReceiptKind::Delivered),
        // A program that answers has it; whether it is the client's, it does not say.
        (Class::AutoReply, MailProof::Token) => Some(ReceiptKind::Accepted),
        _ => None,
    }
}

/// The reader called it unwanted: nothing more goes to the address, whatever it is about.
pub(super) async fn complain(
    tx: &mut Tx,
    mailed: &MailedMessage,
    now: Timestamp,
) -> Result<(), StoreError> {
    // It is empty when the client was erased.
    let Ok(address) = EmailAddress::parse(&mailed.address) else {
        return Ok(());
    };
    let (address, message) = (Address::Email(address), Some(mailed.id));
    let reason = SuppressionReason::Complaint;
    tx.suppressions()
        .suppress(&address, reason, message, now)
        .await
}

/// What their server said, without addresses.
fn detail(mail: &Returned) -> String {
    if mail.class == ReturnedClass::AutoReply {
        // An out-of-office notice tells where its writer is.
        return "a program answered".to_owned();
    }
    quoted(mail.class, &mail.reason)
}

/// The class and what was said, without addresses.
pub(super) fn quoted(class: ReturnedClass, said: &str) -> String {
    let words = said.split_whitespace();
    let words = words.map(|word| match word.contains('@') {
        true => "(address)",
        false => word,
    });
    let said = words.collect::<Vec<_>>().join(" ");
    sanitize::excerpt(&format!("{class}: {said}"), LONGEST)
}

/// When it says that it happened, if that can be.
fn happened(mail: &Returned, now: Timestamp) -> Option<Timestamp> {
    let micros = mail.envelope.sent_at?.checked_mul(1_000_000)?;
    let at = Timestamp::from_micros(micros);
    (at <= now && micros > 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_cannot_prove_it_makes_a_mail_undelivered_at_most() {
        for class in [
            ReturnedClass::Delayed,
            ReturnedClass::Delivered,
            ReturnedClass::Displayed,
            ReturnedClass::AutoReply,
            ReturnedClass::Complaint,
            ReturnedClass::NotAReport,
        ] {
            assert_eq!(kind(class, MailProof::Named), None, "{class}");
            assert_eq!(kind(class, MailProof::Recipient), None, "{class}");
        }
        let hard = |proof| kind(ReturnedClass::Hard, proof);
        assert_eq!(hard(MailProof::Named), Some(ReceiptKind::Undelivered));
        assert_eq!(hard(MailProof::Recipient), None);
    }
}
