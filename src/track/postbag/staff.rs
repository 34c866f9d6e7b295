//! What one of the staff answers to a mail about a conversation: it goes on to the client, as if it had
//! been typed in the inbox. The token leads to the mail that was answered, and with it to the conversation
//! and to who may answer; the sender must be that person, let in and with the right to answer.
//!
//! What cannot be sent on is sent back with the reason, and can be answered again: nothing is cut, and
//! nothing goes out twice. What a program writes (an out-of-office notice) ends here.

use super::Postbag;
use crate::domain::Timestamp;
use crate::domain::conversation::ConversationState;
use crate::domain::language::Language;
use crate::domain::limits::LONGEST_ANSWER;
use crate::domain::token::{Purpose, Signer};
use crate::store::people::conversations::{Conversation, EarlierAnswer};
use crate::store::people::staff_mails::{MailAnswerer, SentStaffMail};
use crate::store::{StoreError, Tx};
use crate::track::dialogue::{Answering, NotAnswered, SeenLines, StaffLetter, TypedAnswer, quoted};
use crate::track::returned::{Returned, ReturnedClass};

/// Tokens of one mail that are looked up.
const TRIED: usize = 5;

/// The mail to the staff that a mail answers.
pub(super) async fn find(
    signer: &Signer,
    tx: &mut Tx,
    mail: &Returned,
) -> Result<Option<SentStaffMail>, StoreError> {
    for token in mail.traces.tokens.iter().take(TRIED) {
        let Some(id) = signer.open_caseless(Purpose::StaffAnswer, token) else {
            continue;
        };
        if let Some(sent) = tx.staff_mails().lookup(id).await? {
            return Ok(Some(sent));
        }
    }
    Ok(None)
}

/// What whoever answered is told.
enum StaffWord {
    OtherSender,
    Files,
    Empty,
    TooLong,
    /// Another was first, with this.
    Answered(EarlierAnswer),
    Refused(NotAnswered),
    /// It was sent; the conversation had been closed, for this reason, and is open again.
    Reopened(String),
}

pub(super) async fn follow(
    postbag: &Postbag,
    tx: &mut Tx,
    mail: &Returned,
    sent: &SentStaffMail,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_written = matches!(mail.class, ReturnedClass::Reply | ReturnedClass::NotAReport);
    if !is_written || mail.envelope.is_automatic {
        tracing::info!(
            conversation.id = sent.conversation,
            "a program answered a mail to the staff"
        );
        return Ok(());
    }
    let from = mail.envelope.from.as_deref().unwrap_or_default();
    let is_theirs = |by: &MailAnswerer| sent.person.as_ref().is_none_or(|it| *it == by.email);
    let by = tx.staff_mails().answerer(from).await?.filter(is_theirs);
    let word = match &by {
        None => Some(StaffWord::OtherSender),
        Some(by) => answer(postbag, tx, mail, (sent, by), now).await?,
    };
    let Some(word) = word else {
        return Ok(());
    };
    // Never to an address that only the mail itself names: whoever forged it learns nothing.
    let reader = match (&by, &sent.person) {
        (Some(by), _) => Some(by.clone()),
        (None, Some(person)) => tx.staff_mails().answerer(person).await?,
        (None, None) => None,
    };
    let Some(reader) = reader else {
        tracing::warn!(
            conversation.id = sent.conversation,
            "an answer by mail was not sent on: nobody who may answer clients has its sender's address"
        );
        return Ok(());
    };
    say(postbag, tx, (mail, sent), (&word, &reader), now).await
}

/// Sends it on to the client. What is to be said to whoever answered, if anything.
async fn answer(
    postbag: &Postbag,
    tx: &mut Tx,
    mail: &Returned,
    (sent, by): (&SentStaffMail, &MailAnswerer),
    now: Timestamp,
) -> Result<Option<StaffWord>, StoreError> {
    let text = mail.text.trim();
    if mail.has_files {
        return Ok(Some(StaffWord::Files));
    }
    if text.is_empty() {
        return Ok(Some(StaffWord::Empty));
    }
    if text.chars().nth(LONGEST_ANSWER).is_some() {
        return Ok(Some(StaffWord::TooLong));
    }
    tx.conversations().lock(sent.conversation).await?;
    let Some(talk) = tx.conversations().lookup(sent.conversation).await? else {
        return Ok(Some(StaffWord::Refused(NotAnswered::NoClient)));
    };
    let mut conversations = tx.conversations();
    let other = conversations
        .answered_by_another(talk.id, &by.email, sent.at)
        .await?;
    if let Some(other) = other {
        return Ok(Some(StaffWord::Answered(other)));
    }
    let answering = Answering {
        ids: &*postbag.ids,
        now,
    };
    let typed = TypedAnswer {
        by: &by.email,
        seen: SeenLines::OfMail(sent.id),
        text,
    };
    match answering.answer(tx, &talk, &typed).await? {
        // It is locked: the mail is taken once more.
        Some(NotAnswered::Stale) => Err(StoreError::Unfit(
            "cannot keep an answer by mail: its conversation has changed".to_owned(),
        )),
        Some(fault) => Ok(Some(StaffWord::Refused(fault))),
        None => Ok(reopened(&talk)),
    }
}

fn reopened(talk: &Conversation) -> Option<StaffWord> {
    let was_closed = talk.state == ConversationState::Closed;
    was_closed.then(|| StaffWord::Reopened(talk.reason.clone().unwrap_or_default()))
}

/// Writes back to whoever may answer.
async fn say(
    postbag: &Postbag,
    tx: &mut Tx,
    (mail, sent): (&Returned, &SentStaffMail),
    (word, reader): (&StaffWord, &MailAnswerer),
    now: Timestamp,
) -> Result<(), StoreError> {
    let language = match &reader.language {
        Some(language) => Language::for_reader(language),
        None => Language::HOME,
    };
    let subject = match word {
        StaffWord::Reopened(_) => language.choose("Risposta inviata", "Answer sent"),
        _ => language.choose("Risposta NON inviata", "Answer NOT sent"),
    };
    let theirs: String = mail.text.chars().take(LONGEST_ANSWER).collect();
    let letter = StaffLetter {
        conversation: sent.conversation,
        person: Some(&reader.email),
        address: &reader.email,
        language,
        subject: format!("{subject}: {}", mail.envelope.subject),
        text: format!("{}\n\n{}", word.said(language), quoted(&theirs)),
    };
    let times = (now, postbag.clock.wall());
    letter.post(tx, &*postbag.ids, times).await.map(drop)
}

impl StaffWord {
    fn said(&self, language: Language) -> String {
        let (italian, english) = match self {
            Self::OtherSender => (
                "Una risposta a un messaggio di un cliente è arrivata da un altro indirizzo: non è stata \
                 inviata. Rispondere dall'indirizzo con cui si entra nella console, o nella console.",
                "An answer to a client came from another address: it was not sent. Answer from the \
                 address you log in to the console with, or in the console.",
            ),
            Self::Files => (
                "La risposta non è stata inviata al cliente: ha un allegato. Rispondere a questa e-mail \
                 senza allegati.",
                "The answer was not sent to the client: it has an attachment. Answer this e-mail \
                 without attachments.",
            ),
            Self::Empty => (
                "La risposta non è stata inviata al cliente: sopra il testo citato non c'è niente. \
                 Scrivere la risposta in cima e rispondere a questa e-mail.",
                "The answer was not sent to the client: there is nothing above the quoted text. Write \
                 the answer at the top and answer this e-mail.",
            ),
            Self::TooLong => return too_long(language),
            Self::Answered(other) => return answered(other, language),
            Self::Refused(NotAnswered::Barred) => (
                "La risposta non è stata inviata: il cliente non vuole più niente per questo canale, o \
                 non vi ha un recapito. Chiamarlo, poi chiudere la conversazione nella console.",
                "The answer was not sent: the client wants nothing more by this channel, or has no \
                 address there. Call, then close the conversation in the console.",
            ),
            Self::Refused(NotAnswered::NoClient) => (
                "La risposta non è stata inviata: il cliente è stato cancellato.",
                "The answer was not sent: the client was erased.",
            ),
            Self::Refused(_) => (
                "La risposta non è stata inviata: il modello reply-answer non è pubblicato.",
                "The answer was not sent: the template reply-answer is not published.",
            ),
            Self::Reopened(reason) => return sent_again_open(reason, language),
        };
        language.choose(italian, english).to_owned()
    }
}

fn too_long(language: Language) -> String {
    language.choose(
        format!(
            "La risposta non è stata inviata al cliente: ha più di {LONGEST_ANSWER} caratteri. \
             Accorciarla e rispondere a questa e-mail."
        ),
        format!(
            "The answer was not sent to the client: it has more than {LONGEST_ANSWER} characters. \
             Shorten it and answer this e-mail."
        ),
    )
}

fn answered(other: &EarlierAnswer, language: Language) -> String {
    let by = other.author.as_deref().unwrap_or("-");
    let text = quoted(other.text.as_deref().unwrap_or_default());
    language.choose(
        format!(
            "La risposta non è stata inviata: nel frattempo ha risposto {by}. Per inviarla lo stesso, \
             rispondere a questa e-mail.\n\n{text}"
        ),
        format!(
            "The answer was not sent: {by} has answered meanwhile. To send it all the same, answer \
             this e-mail.\n\n{text}"
        ),
    )
}

fn sent_again_open(reason: &str, language: Language) -> String {
    language.choose(
        format!(
            "La risposta è stata inviata al cliente. La conversazione era stata chiusa ({reason}): \
             ora è di nuovo aperta."
        ),
        format!(
            "The answer was sent to the client. The conversation had been closed ({reason}): it is \
             open again."
        ),
    )
}
