//! What clients write back by SMS, whoever brings it: a gateway (`hooks::kannel_replies`) or a handset
//! of the sandbox.
//!
//! A text belongs to the last message that its number got. It is taken once, by the gateway's name for
//! it: an event `reply.received` holds the place, with neither number nor text. One of a few words is
//! obeyed (`track::words`); all else is a reply for a person, as one on the status page is. What has a
//! number that no client has is counted; its STOP holds, and other words wait in a conversation.
//!
//! Next: `sender` (what is done with a text), `strangers` (a number that no client has). What is said back
//! at once is `track::dialogue`'s.

mod sender;
mod strangers;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use self::sender::SmsSender;
pub(in crate::web) use self::strangers::StrangersBarred;
use crate::domain::event::{ANSWERS, Arrival, REPLY_RECEIVED};
use crate::domain::{PhoneNumber, Timestamp};
use crate::store::people::senders::LastTold;
use crate::store::planning::events::Accept;
use crate::store::{StoreError, Tx};
use crate::text::tree::Tree;
use crate::track::dialogue::SafetyTopics;
use crate::track::words::{SentWord, understood};
use crate::web::Web;

/// A text that somebody sent us.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct InboundSms<'a> {
    pub(in crate::web) provider: &'a str,
    /// What the provider calls it: the same each time that it is brought.
    pub(in crate::web) id: &'a str,
    /// The number that wrote, as the network says it.
    pub(in crate::web) from: &'a str,
    pub(in crate::web) text: &'a str,
}

impl InboundSms<'_> {
    /// What it is called among those of all gateways.
    fn key(&self) -> String {
        format!("{}:{}", self.provider, self.id)
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum SmsOutcome {
    Taken,
    /// It had been taken before.
    TakenBefore,
    /// No client has this number.
    OfNobody,
}

/// Takes a text whole, or not at all.
pub(in crate::web) async fn take(
    web: &Web,
    sms: &InboundSms<'_>,
) -> Result<SmsOutcome, StoreError> {
    let now = web.clock.now();
    let Ok(number) = PhoneNumber::parse(sms.from, &web.phones) else {
        return Ok(of_nobody(web));
    };
    let word = understood(sms.text);
    let mut tx = web.store.write().await?;
    let Some(told) = tx.senders().who_has(&number).await? else {
        strangers::obey(web, tx, sms, (&number, &word), now).await?;
        return Ok(of_nobody(web));
    };
    let sender = SmsSender {
        web,
        told: &told,
        number: &number,
        now,
    };
    if !accept(web, &mut tx, &noted(sms, &sender, &word), now).await? {
        return Ok(SmsOutcome::TakenBefore);
    }
    let answer = sender.obey(&mut tx, &word, sms).await?;
    if let Some(answer) = answer
        && answer.may_be_given(&mut tx).await?
    {
        let subject = subject(&told);
        let event = answer.event(&sender.said_to(sms, &subject), &safety_topics(web));
        accept(web, &mut tx, &event, now).await?;
    }
    tx.commit().await?;
    web.wake.events_stored();
    tracing::info!(client.id = %told.client, reply.word = word.name(), "a client wrote back");
    Ok(SmsOutcome::Taken)
}

/// By the rules in force.
fn safety_topics(web: &Web) -> SafetyTopics {
    let rules = Arc::clone(&web.rules);
    SafetyTopics::new(move |topic| rules.load().has_safety(topic))
}

fn of_nobody(web: &Web) -> SmsOutcome {
    web.door.strangers.fetch_add(1, Ordering::Relaxed);
    SmsOutcome::OfNobody
}

/// The record of a text.
fn noted(sms: &InboundSms<'_>, sender: &SmsSender<'_>, word: &SentWord) -> serde_json::Value {
    json!({
        "specversion": "1.0",
        "id": sms.id,
        "source": source(sms.provider),
        "type": REPLY_RECEIVED,
        "subject": subject(sender.told),
        "data": { "client": sender.told.reference, "word": word.name() },
    })
}

/// `source` of what comes of a provider's texts.
fn source(provider: &str) -> String {
    format!("{ANSWERS}{provider}")
}

/// The message that is answered, or the contact that wrote: `plan` finds there the number.
fn subject(told: &LastTold) -> String {
    match told.message {
        Some(message) => format!("message:{message}"),
        None => format!("contact:{}", told.contact),
    }
}

/// Keeps an event. False: it is there already.
async fn accept(
    web: &Web,
    tx: &mut Tx,
    event: &serde_json::Value,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let event = Arrival::parse(Tree::from(event), now)
        .map_err(|fault| StoreError::Unfit(format!("cannot keep a client's text: {fault}")))?;
    let taken = tx.events().accept([event], now, &*web.ids).await?;
    Ok(taken.iter().any(|it| matches!(it, Accept::New(_))))
}
