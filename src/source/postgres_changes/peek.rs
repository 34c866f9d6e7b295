//! One peek at their log, taken in portions: how far it has come, and what is left of it.

use std::time::Duration;

use tokio::time::Instant;

use super::decoder::ChangeDecoder;
use super::lsn::LogPlace;
use super::place::ChangesPlace;
use super::session::ChangesSession;
use super::settings::ChangesSettings;
use super::slot::ReadableSlot;
use crate::domain::Timestamp;
use crate::domain::limits::SOURCE_PAGE;
use crate::source::fault::SourceFault;
use crate::source::reader::{Cursor, SourceRecord};
use crate::source::sql::within;

/// Messages that are fetched at once: each may be as large as a record may be.
const BATCH: usize = 100;
/// Messages that one look passes over without finding a record, such as those taken before.
const PASSED_AT_ONCE: usize = 20_000;

/// A peek that their server holds for us.
pub(super) struct OpenPeek {
    decoder: ChangeDecoder,
    /// With so many messages it ends, as soon as a transaction does.
    wanted: usize,
    /// Messages that were fetched.
    fetched: usize,
    /// Up to where it reads, unless it ends before.
    pub(super) end: LogPlace,
    /// The end of their log when it began.
    pub(super) end_of_log: LogPlace,
    /// How far the slot was moved then.
    pub(super) confirmed: LogPlace,
    /// Nothing is left of it.
    pub(super) is_over: bool,
    /// The place was kept before.
    pub(super) is_known: bool,
    /// When the slot was looked at.
    pub(super) guarded: Instant,
    /// What is odd about the slot.
    pub(super) of_slot: Option<String>,
    /// What is odd about the tables.
    of_tables: Option<String>,
    /// What the portion before gave as its place.
    pub(super) cursor: Option<Cursor>,
}

impl OpenPeek {
    /// Up to a place, or to so many messages.
    pub(super) fn new(
        settings: &ChangesSettings,
        slot: ReadableSlot,
        (end, wanted): (LogPlace, usize),
        of_tables: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            decoder: ChangeDecoder::new(settings, slot.place, now),
            wanted,
            fetched: 0,
            end,
            end_of_log: slot.end,
            confirmed: slot.confirmed,
            is_over: false,
            is_known: slot.is_known,
            guarded: Instant::now(),
            of_slot: slot.doubt,
            of_tables,
            cursor: None,
        }
    }

    /// Whether this is the place that the portion before gave.
    pub(super) fn goes_on_from(&self, cursor: Option<&Cursor>) -> bool {
        cursor.is_some() && self.cursor.as_ref() == cursor
    }

    /// How far it has come.
    pub(super) const fn place(&self) -> &ChangesPlace {
        self.decoder.place()
    }

    /// It ended because there were enough messages, and not where it was to end.
    pub(super) const fn is_full(&self) -> bool {
        self.fetched >= self.wanted
    }

    /// Where to read on when it is over. Between its last transaction and its end is nothing of
    /// ours.
    pub(super) fn place_after(&self) -> ChangesPlace {
        let mut place = self.place().clone();
        if !self.is_full() && place.within.is_none() {
            place.lsn = place.lsn.max(self.end);
        }
        place
    }

    /// What an operator should know.
    pub(super) fn doubt(&self, now: Timestamp) -> Option<String> {
        let lasting = self.place().doubts(now);
        let odd = [&self.of_slot, &self.of_tables];
        let odd = odd.into_iter().flatten().cloned();
        let doubts: Vec<String> = lasting.chain(odd).collect();
        (!doubts.is_empty()).then(|| doubts.join("; "))
    }

    /// The next records, at most so many.
    pub(super) async fn portion(
        &mut self,
        session: &mut ChangesSession,
        limit: usize,
        timeout: Duration,
    ) -> Result<Vec<SourceRecord>, SourceFault> {
        let mut records = Vec::new();
        let (mut bytes, mut come) = (0, 0);
        while records.len() < limit && bytes < SOURCE_PAGE && come < PASSED_AT_ONCE {
            let count = BATCH.min(limit - records.len());
            let messages = within(timeout, session.fetch(count)).await?;
            self.is_over = messages.len() < count;
            self.fetched += messages.len();
            come += messages.len();
            for (length, message) in messages {
                bytes += message.len();
                let whole = usize::try_from(length).is_ok_and(|length| length == message.len());
                records.extend(self.decoder.take(&message, whole));
            }
            if self.is_over {
                break;
            }
        }
        Ok(records)
    }
}
