//! A text from a number that no client has. Its STOP holds all the same, for whoever is written down with
//! the number later; other words wait for a person, in a conversation. Nothing is said back.
//!
//! Whose number it is cannot be known, so there is a limit on how many are barred in an hour, and on how
//! many wait for a person.

use std::sync::{Mutex, PoisonError};

use super::InboundSms;
use super::sender::kept_of;
use crate::domain::limits::STRANGERS_BARRED;
use crate::domain::{Address, PhoneNumber, Timestamp};
use crate::store::people::conversations::{KeptLine, NewLine};
use crate::store::{StoreError, Tx};
use crate::track::words::SentWord;
use crate::web::Web;

/// How many such numbers this node has barred since a time.
#[derive(Debug, Default)]
pub(in crate::web) struct StrangersBarred(Mutex<Option<(Timestamp, u32)>>);

impl StrangersBarred {
    /// Whether one more may be barred; it counts as barred then.
    fn may_take(&self, now: Timestamp) -> bool {
        let (most, span) = STRANGERS_BARRED;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, barred) = match *kept {
            Some((since, barred)) if now - since < span => (since, barred),
            _ => (now, 0),
        };
        let may = barred < most;
        *kept = Some((since, barred + u32::from(may)));
        may
    }
}

/// Bars the number, or takes that back; keeps what else is said.
pub(super) async fn obey(
    web: &Web,
    mut tx: Tx,
    sms: &InboundSms<'_>,
    (number, word): (&PhoneNumber, &SentWord),
    now: Timestamp,
) -> Result<(), StoreError> {
    let stops = match word {
        SentWord::Stop(None) => true,
        SentWord::Start(None) => false,
        _ => return keep(web, tx, sms, number, now).await,
    };
    if tx.senders().is_stopped(number).await? == stops {
        return Ok(());
    }
    if !stops {
        tx.senders().resume(number).await?;
        return tx.commit().await;
    }
    if !web.door.strangers_barred.may_take(now) {
        tracing::warn!(
            "a STOP of a number that no client has is not kept: too many came within an hour"
        );
        return Ok(());
    }
    tx.senders().stop(number, None, now).await?;
    tx.commit().await?;
    tracing::info!("a number that no client has is barred: it wrote STOP");
    Ok(())
}

/// Keeps the words for a person, unless so many wait already.
async fn keep(
    web: &Web,
    mut tx: Tx,
    sms: &InboundSms<'_>,
    number: &PhoneNumber,
    now: Timestamp,
) -> Result<(), StoreError> {
    let text = kept_of(sms.text);
    if text.is_empty() {
        return Ok(());
    }
    let line = NewLine {
        key: &sms.key(),
        client: None,
        address: &Address::Phone(number.clone()),
        text: &text,
        at: now,
    };
    match tx.conversations().keep(&line, &*web.ids).await? {
        KeptLine::Kept => {
            tx.commit().await?;
            tracing::info!("a number that no client has wrote; its words wait for a person");
        }
        KeptLine::KnownBefore => {}
        KeptLine::TooMany => tracing::warn!(
            "the words of a number that no client has are not kept: too many wait for a person"
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn so_many_are_barred_in_an_hour_and_no_more() {
        let barred = StrangersBarred::default();
        let start = Timestamp::from_micros(1_796_084_549_000_000);
        let (most, span) = STRANGERS_BARRED;
        let taken = (0..most + 5).filter(|_| barred.may_take(start)).count();
        assert_eq!(u32::try_from(taken).unwrap(), most);
        assert!(!barred.may_take(start + span - TimeDelta::seconds(1)));
        assert!(barred.may_take(start + span));
    }
}
