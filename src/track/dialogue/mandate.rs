//! The end of a mandate, whoever ends it and by whatever way: whoever acted for the client is told so once,
//! the address goes, and the audit has it. A STOP of somebody who acts for a client ends what they get for the
//! client; where the address is also somebody's own, it ends that as well.
//!
//! What a mandate means for a message is `domain::deputy`'s, the rows are `store::people::deputies`'.

use super::letter::html;
use crate::domain::client::SuppressionReason;
use crate::domain::language::Language;
use crate::domain::{Address, ClientId, Ids, MessageId, TestSendId, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::people::deputies::{ActsFor, DeputyRecord};
use crate::store::templates::test_sends::NewTestSend;
use crate::store::{StoreError, Tx};

/// What the letter is called where it is sent.
const KIND: &str = "deputy-ended";
/// Who ends a mandate by a STOP, as the row and the audit name them.
const BY_DEPUTY: &str = "deputy";

/// What is needed to end a mandate.
#[derive(Clone, Copy)]
pub struct MandateEnd<'a> {
    /// Who writes, as letters say it.
    pub organisation: &'a str,
    pub ids: &'a dyn Ids,
    pub now: Timestamp,
    /// By the time outside, by which letters wait.
    pub wall: Timestamp,
}

/// How much a STOP of somebody who acts for a client ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeputyStop<'a> {
    /// The mandate: said on a page that is about it.
    Mandate,
    /// All that goes to this address: a STOP that came from there, after this message.
    Address(&'a Address, Option<MessageId>),
}

impl MandateEnd<'_> {
    /// Ends one and tells them, in the caller's transaction.
    pub async fn over(
        &self,
        tx: &mut Tx,
        deputy: &DeputyRecord,
        by: &str,
    ) -> Result<(), StoreError> {
        if let Some(acts_for) = tx.deputies().acts_for(deputy.id).await? {
            self.tell(tx, deputy, &acts_for, false).await?;
        }
        tx.deputies().end(deputy.id, by, self.now).await.map(drop)
    }

    /// The deputy whose own row this is gives up, if it is one. False: it is a client in their own right.
    pub async fn give_up(
        &self,
        tx: &mut Tx,
        recipient: ClientId,
        stop: DeputyStop<'_>,
    ) -> Result<bool, StoreError> {
        let Some(acts_for) = tx.deputies().acts_for(recipient).await? else {
            return Ok(false);
        };
        let own = match stop {
            DeputyStop::Mandate => None,
            DeputyStop::Address(address, message) => {
                let is_own = tx.deputies().is_own(address).await?;
                is_own.then_some((address, message))
            }
        };
        let all = tx.deputies().of_client(acts_for.client).await?;
        if let Some(deputy) = all.into_iter().find(|one| one.id == recipient) {
            // Said before the address is barred, so that it still leaves.
            self.tell(tx, &deputy, &acts_for, own.is_some()).await?;
            self.end(tx, recipient, acts_for.client).await?;
        }
        if let Some((address, message)) = own {
            self.end_at(tx, address).await?;
            let reason = SuppressionReason::Stop;
            tx.suppressions()
                .suppress(address, reason, message, self.now)
                .await?;
        }
        Ok(true)
    }

    /// Ends all mandates at an address that wrote STOP as somebody's own; that is answered, and says it.
    pub async fn end_at(&self, tx: &mut Tx, address: &Address) -> Result<(), StoreError> {
        for (deputy, client) in tx.deputies().acting_at(address).await? {
            self.end(tx, deputy, client).await?;
        }
        Ok(())
    }

    async fn end(&self, tx: &mut Tx, deputy: ClientId, client: ClientId) -> Result<(), StoreError> {
        tx.deputies().end(deputy, BY_DEPUTY, self.now).await?;
        let (subject, detail) = (format!("client:{client}"), format!("deputy {deputy}"));
        let entry = AuditEntry::new(BY_DEPUTY, "client.deputy_ended", &subject).with(&detail);
        tx.audit().append(self.ids.next(), self.now, &entry).await
    }

    /// To the deputy. `whole`: nothing more goes there at all. Where the address is barred, nobody is told.
    async fn tell(
        &self,
        tx: &mut Tx,
        deputy: &DeputyRecord,
        acts_for: &ActsFor,
        whole: bool,
    ) -> Result<(), StoreError> {
        let (Some(channel), Some(address)) = (deputy.channel, &deputy.address) else {
            return Ok(());
        };
        let language = Language::for_reader(&deputy.locale);
        let said = match whole {
            true => nothing_more(&acts_for.name, language),
            false => no_more_for(&acts_for.name, language),
        };
        let text = format!("{}: {said}", self.organisation);
        let address = Address::from_stored(channel, address.clone());
        let (subject, html) = match &address {
            Address::Email(_) => (
                language.choose("Non Le scriviamo più", "We write no more"),
                html(&text, language),
            ),
            Address::Phone(_) => ("", String::new()),
        };
        let letter = NewTestSend {
            id: TestSendId::new(self.ids.next()),
            person: &format!("client:{}", deputy.id),
            template: KIND,
            locale: language.tag(),
            channel,
            address: address.as_str(),
            subject,
            text: &text,
            html: &html,
        };
        tx.test_sends().ask(&letter, self.wall).await.map(drop)
    }
}

fn no_more_for(client: &str, language: Language) -> String {
    language.choose(
        format!("non riceverà più messaggi per {client}."),
        format!("you will get no more messages for {client}."),
    )
}

fn nothing_more(client: &str, language: Language) -> String {
    language.choose(
        format!(
            "non riceverà più messaggi, né per {client} né per Lei, se non per la Sua sicurezza. START \
             riattiva i Suoi."
        ),
        format!(
            "you will get no more messages, neither for {client} nor for yourself, except for your \
             safety. START brings your own back."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::segments;

    #[test]
    fn each_letter_fits_one_sms_and_its_alphabet() {
        for language in Language::ALL {
            for said in [
                no_more_for("Maria Rossi", language),
                nothing_more("Maria Rossi", language),
            ] {
                let size = segments::measure(&format!("Sportello: {said}"));
                assert_eq!(size.alphabet.as_str(), "gsm7", "{said}");
                assert!(size.units <= 160, "{} {said}", size.units);
            }
        }
    }
}
