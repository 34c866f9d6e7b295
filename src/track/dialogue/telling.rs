//! Mails what clients write to whoever is to answer: to the person of the conversation, else to the address
//! for what is nobody's. At once, then at most one in ten minutes about one conversation, with all that came
//! meanwhile, by the time of whoever reads them (`Clock::wall`). Every node looks; whoever takes a conversation mails about it in the same transaction.
//!
//! What becomes of an answer is `postbag`'s. What is not mailed stands in the inbox all the same.

use std::sync::Arc;
use std::time::Duration;

use super::letter::{StaffLetter, quoted};
use crate::domain::address::masked;
use crate::domain::conversation::LineWay;
use crate::domain::language::Language;
use crate::domain::limits::{LONGEST_ANSWER, STAFF_MAIL_WORDS, STAFF_MAILS_AT_ONCE};
use crate::domain::{Channel, Clock, EmailAddress, Ids, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::people::conversations::{Conversation, ConversationLine};
use crate::store::people::staff_mails::MailedConversation;
use crate::store::{Store, StoreError};

/// How often to look.
const EVERY: Duration = Duration::from_secs(10);

/// Writes mails to the staff. One per node.
pub struct StaffMailer {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// How the console is reached, without a trailing slash.
    pub public_url: Arc<str>,
    /// Where it goes when nobody in particular is to answer.
    pub inbox_mail: Option<EmailAddress>,
}

impl StaffMailer {
    /// Looks until the daemon stops.
    pub async fn run(self, lifecycle: Lifecycle) {
        while !lifecycle.is_stopping() {
            if let Err(error) = self.look().await {
                tracing::error!(error = %error,
                    "cannot write to the staff what clients wrote; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(self.clock.sleep_for(EVERY)) => {}
                () = lifecycle.stopping() => {}
            }
        }
    }

    /// Writes the mails that are due, and says how many that were.
    pub async fn look(&self) -> Result<usize, StoreError> {
        let times = (self.clock.now(), self.clock.wall());
        let mut tx = self.store.read().await?;
        let any_unsent = tx.staff_mails().any_unsent().await?;
        let for_nobody = self.inbox_mail.is_some();
        let due = tx
            .staff_mails()
            .due(times, for_nobody, STAFF_MAILS_AT_ONCE)
            .await?;
        drop(tx);
        if any_unsent {
            let mut tx = self.store.write().await?;
            tx.staff_mails().forget_unsent().await?;
            tx.commit().await?;
        }
        let mut written = 0;
        for talk in due {
            written += usize::from(self.mail(&talk, times).await?);
        }
        Ok(written)
    }

    async fn mail(
        &self,
        due: &MailedConversation,
        times: (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let person = due.person.as_deref();
        let inbox = self.inbox_mail.as_ref().map(EmailAddress::as_str);
        let Some(address) = person.or(inbox) else {
            return Ok(false);
        };
        let mut tx = self.store.write().await?;
        if tx.staff_mails().are_enough(person, times.0).await?
            || !tx.staff_mails().take(due.id, times).await?
        {
            return Ok(false);
        }
        let Some(talk) = tx.conversations().lookup(due.id).await? else {
            return Ok(false);
        };
        let mut lines = tx.conversations().lines(due.id).await?;
        lines.retain(|line| line.way == LineWay::In && line.answered_at.is_none());
        let language = match &due.language {
            Some(language) => Language::for_reader(language),
            None => Language::HOME,
        };
        let letter = StaffLetter {
            conversation: due.id,
            person,
            address,
            language,
            subject: subject(&talk, language),
            text: self.text(&talk, &lines, language),
        };
        let is_posted = letter.post(&mut tx, &*self.ids, times).await?;
        tx.commit().await?;
        Ok(is_posted)
    }

    fn text(&self, talk: &Conversation, lines: &[ConversationLine], language: Language) -> String {
        let mut words = String::new();
        for line in lines {
            if line.doubt.is_some() {
                words.push_str(language.choose(
                    "(Non è dimostrato che l'abbia scritto il cliente.)\n",
                    "(It is not proven that the client wrote this.)\n",
                ));
            }
            let erased = language.choose("(cancellato)", "(erased)");
            words.push_str(&quoted(line.text.as_deref().unwrap_or(erased)));
            words.push('\n');
        }
        let mut kept: String = words.chars().take(STAFF_MAIL_WORDS).collect();
        if kept.len() < words.len() {
            kept.push_str(language.choose(
                "\n(Il resto è nella console.)\n",
                "\n(The rest is in the console.)\n",
            ));
        }
        let url = format!("{}/console/inbox/{}", self.public_url, talk.id);
        let (who, about, channel) = (who(talk), about(talk, language), said(talk.channel));
        language.choose(
            format!(
                "{who} ha scritto{about}:\n\n{kept}\nPer rispondere al cliente, rispondere a questa e-mail: \
                 la risposta parte per {channel}. Al massimo {LONGEST_ANSWER} caratteri, senza allegati; \
                 il testo citato e la firma vengono tolti.\n\nTutta la conversazione:\n{url}\n"
            ),
            format!(
                "{who} wrote{about}:\n\n{kept}\nTo answer the client, answer this e-mail: the answer goes \
                 out by {channel}. At most {LONGEST_ANSWER} characters, without attachments; quoted text \
                 and the signature are taken off.\n\nThe whole conversation:\n{url}\n"
            ),
        )
    }
}

fn subject(talk: &Conversation, language: Language) -> String {
    let (who, about) = (who(talk), about(talk, language));
    language.choose(
        format!("{who} ha scritto{about}"),
        format!("{who} wrote{about}"),
    )
}

/// The client's name or reference, or the masked number of whoever is none.
fn who(talk: &Conversation) -> String {
    match (&talk.client_name, &talk.client_ref, &talk.address) {
        (Some(name), _, _) if !name.is_empty() && !talk.is_unknown => name.clone(),
        (_, Some(reference), _) => reference.clone(),
        (_, _, address) => masked(address.as_deref().unwrap_or_default()),
    }
}

/// `, pratica PR-1`; empty where it is about nothing that is known.
fn about(talk: &Conversation, language: Language) -> String {
    match talk.subject.split_once(':') {
        Some(("case", case)) => format!(", {} {case}", language.choose("pratica", "case")),
        Some((_, incident)) => {
            format!(", {} {incident}", language.choose("evento", "incident"))
        }
        None => String::new(),
    }
}

const fn said(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "SMS",
        Channel::Email => "e-mail",
    }
}
