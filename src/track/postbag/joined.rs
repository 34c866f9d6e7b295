//! Which message a mail is about, and how sure that is: by a token of ours, by the name that our mail
//! went out with, by an address alone. In this order; the first that leads to an e-mail that left counts.

use crate::channel::Reference;
use crate::domain::mail_return::MailProof;
use crate::domain::token::{Purpose, Signer};
use crate::domain::{EmailAddress, MessageId};
use crate::store::messages::mails::MailedMessage;
use crate::store::{StoreError, Tx};
use crate::track::returned::{Returned, ReturnedClass};

/// Tokens and names of one mail that are looked up; ours has one of each.
const TRIED: usize = 5;

/// The message that a mail is about.
pub(super) struct JoinedMail {
    pub(super) message: MailedMessage,
    pub(super) proof: MailProof,
}

pub(super) async fn find(
    signer: &Signer,
    tx: &mut Tx,
    mail: &Returned,
) -> Result<Option<JoinedMail>, StoreError> {
    if let Some(joined) = by_token(signer, tx, mail).await? {
        return Ok(Some(joined));
    }
    if let Some(joined) = by_name(tx, mail).await? {
        return Ok(Some(joined));
    }
    by_address(tx, mail).await
}

async fn by_token(
    signer: &Signer,
    tx: &mut Tx,
    mail: &Returned,
) -> Result<Option<JoinedMail>, StoreError> {
    for token in mail.traces.tokens.iter().take(TRIED) {
        let of_report = signer.open_caseless(Purpose::MailReport, token);
        let of_answer = signer.open_caseless(Purpose::MailAnswer, token);
        // Whoever may answer must not be able to report: the address for answers is shown to readers.
        let proof = match of_report.is_some() || is_written(mail) {
            true => MailProof::Token,
            false => MailProof::Named,
        };
        let Some(id) = of_report.or(of_answer) else {
            continue;
        };
        if let Some(message) = tx.mails().sent(MessageId::new(id)).await? {
            return Ok(Some(JoinedMail { message, proof }));
        }
    }
    Ok(None)
}

/// A report counts only with the address that our mail went to.
async fn by_name(tx: &mut Tx, mail: &Returned) -> Result<Option<JoinedMail>, StoreError> {
    let names = mail.traces.envelope_id.iter().chain(&mail.message);
    let names = names.chain(&mail.traces.answered).take(TRIED);
    for name in names {
        let Some(id) = named(name) else {
            continue;
        };
        let Some(message) = tx.mails().sent(id).await? else {
            continue;
        };
        if is_written(mail) || names_address(mail, &message) {
            let proof = MailProof::Named;
            return Ok(Some(JoinedMail { message, proof }));
        }
    }
    Ok(None)
}

/// The message of an envelope id, or of a Message-ID.
pub(super) fn named(name: &str) -> Option<MessageId> {
    let name = name.trim().trim_matches(['<', '>']);
    let local = name.split_once('@').map_or(name, |(local, _)| local);
    Reference::message(local)
}

async fn by_address(tx: &mut Tx, mail: &Returned) -> Result<Option<JoinedMail>, StoreError> {
    let addresses = match is_written(mail) {
        true => mail.envelope.from.as_slice(),
        false => mail.recipients.as_slice(),
    };
    for address in addresses.iter().take(TRIED) {
        let Ok(address) = EmailAddress::parse(address) else {
            continue;
        };
        let last = tx.mails().last_to(address.as_str()).await?;
        let Some(id) = last else {
            continue;
        };
        if let Some(message) = tx.mails().sent(id).await? {
            let proof = MailProof::Recipient;
            return Ok(Some(JoinedMail { message, proof }));
        }
    }
    Ok(None)
}

/// Somebody wrote it, a person or an out-of-office program, from their own address.
fn is_written(mail: &Returned) -> bool {
    mail.class == ReturnedClass::AutoReply || is_letter(mail)
}

/// A person wrote it, also one who began a mail of their own instead of answering ours.
pub(super) fn is_letter(mail: &Returned) -> bool {
    let is_own = mail.class == ReturnedClass::NotAReport && !mail.envelope.is_automatic;
    mail.class == ReturnedClass::Reply || (is_own && !mail.text.trim().is_empty())
}

/// Whether what the mail says is said of the address that ours went to.
pub(super) fn names_address(mail: &Returned, message: &MailedMessage) -> bool {
    let mut named = mail.recipients.iter();
    named.any(|named| is_same(named, &message.address))
}

/// Whether an address as somebody writes it is one as we have it.
pub(super) fn is_same(written: &str, ours: &str) -> bool {
    let parsed = EmailAddress::parse(written);
    parsed.is_ok_and(|parsed| parsed.as_str().eq_ignore_ascii_case(ours))
}
