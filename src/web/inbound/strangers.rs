//! A text from a number that no client has. Its STOP holds all the same, for whoever is written down with
//! the number later; nothing is said back, and nothing else is kept.
//!
//! Whose number it is cannot be known, so there is a limit on how many are barred in an hour.

use std::sync::{Mutex, PoisonError};

use crate::domain::limits::STRANGERS_BARRED;
use crate::domain::{PhoneNumber, Timestamp};
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

/// Bars the number, or takes that back.
pub(super) async fn obey(
    web: &Web,
    mut tx: Tx,
    number: &PhoneNumber,
    word: &SentWord,
    now: Timestamp,
) -> Result<(), StoreError> {
    let stops = match word {
        SentWord::Stop(None) => true,
        SentWord::Start(None) => false,
        _ => return Ok(()),
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
