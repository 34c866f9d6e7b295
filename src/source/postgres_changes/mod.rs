//! The source with `kind = "postgres-changes"`: what their server writes into its log, decoded by
//! ordinary SQL. Nothing stands in their schema but a publication, and in their server but a slot,
//! which keeps the log for us.
//!
//! A look peeks, and takes nothing: whole transactions in the order of their commits, one that is
//! huge in portions. Only when what it brought is kept here is the slot moved on. A source to which
//! nothing happens moves it as well, or it would keep what others write; one that keeps more than
//! `max_retained` is dropped.
//!
//! Next: `slot` (what is found, and what follows), `decoder` (messages become records), `session`
//! (what is asked), `place` (the cursor), `install`.

mod decoder;
mod install;
mod lsn;
mod peek;
mod pgoutput;
mod place;
mod reach;
mod session;
mod settings;
mod size;
mod slot;
#[cfg(test)]
mod tests;
mod values;
mod watched;

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use self::lsn::LogPlace;
use self::peek::OpenPeek;
use self::place::GivenUp;
use self::reach::LogReach;
use self::session::{ChangesSession, PeekFault, slot_fault};
use self::settings::SlotNames;
use self::slot::{ReadableSlot, SlotCheck, SlotState};
use super::fault::SourceFault;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use super::reconcile::TheirPresent;
use super::sql::{placed, within};
use crate::domain::Timestamp;

pub use self::decoder::ChangeDecoder;
pub use self::place::ChangesPlace;
pub use self::settings::{ChangesSettings, RowOperation};

/// How long what was found of the tables holds.
const CHECK_EVERY: Duration = Duration::from_mins(1);
/// How long what was found of the slot holds while a peek goes on.
const GUARD_EVERY: Duration = Duration::from_secs(10);
/// How often a place at which nothing happened is written down, unless there is much behind it.
const MOVE_EVERY: Duration = Duration::from_secs(30);
/// A transaction of one change is a beginning, a change and an end, and the first one describes its
/// table.
const MESSAGES_OF_A_RECORD: usize = 4;
/// So much log of others is not kept for longer.
const MUCH: u64 = 16 << 20;

/// Reads the changes of some tables.
pub(super) struct ChangesReader {
    name: String,
    settings: ChangesSettings,
    names: SlotNames,
    /// The one connection. Not there after a fault.
    session: Option<ChangesSession>,
    /// Of which a look took a portion.
    peek: Option<Box<OpenPeek>>,
    reach: LogReach,
    /// When the tables were found to be watched, and what was odd about it.
    checked: Option<(Instant, Option<String>)>,
    /// When the place last moved.
    moved: Option<Instant>,
    /// What is to be done when the look is kept.
    due: Option<SlotDue>,
}

/// What their server is told when a look is kept.
#[derive(Debug, Clone, Copy)]
enum SlotDue {
    Advance(LogPlace),
    /// It kept so much, and nothing behind this place is told.
    Drop(GivenUp, LogPlace),
}

/// How a look begins.
enum Opened {
    Peek(Box<OpenPeek>),
    /// There is nothing to be read.
    Nothing(SourceLook),
}

impl ChangesReader {
    /// Connects to nobody yet. `name` is the source's: slot and publication are called by it.
    pub(super) fn new(name: &str, settings: &ChangesSettings) -> Self {
        Self {
            name: name.to_owned(),
            settings: settings.clone(),
            names: settings.names(name),
            session: None,
            peek: None,
            reach: LogReach::default(),
            checked: None,
            moved: None,
            due: None,
        }
    }

    async fn read(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        self.due = None;
        let (mut session, goes_on) = self.connected(cursor).await?;
        let opened = match goes_on {
            Some(peek) => self.guarded(&mut session, peek, now).await?,
            None => Box::pin(self.begin(&mut session, cursor, limit, now)).await?,
        };
        let look = match opened {
            Opened::Nothing(look) => look,
            Opened::Peek(peek) => self.portion(&mut session, peek, limit, now).await?,
        };
        self.session = Some(session);
        Ok(look)
    }

    /// The connection, with the peek on it that goes on from this place. A peek that does not is
    /// thrown away with its connection.
    async fn connected(
        &mut self,
        cursor: Option<&Cursor>,
    ) -> Result<(ChangesSession, Option<Box<OpenPeek>>), SourceFault> {
        let timeout = self.settings.timeout;
        if let Some(mut session) = self.session.take() {
            let peek = self.peek.take();
            if peek.as_ref().is_some_and(|peek| peek.goes_on_from(cursor)) {
                return Ok((session, peek));
            }
            if peek.is_none() && within(timeout, session.ping()).await.is_ok() {
                return Ok((session, None));
            }
        }
        self.peek = None;
        self.checked = None;
        let session = within(timeout, Box::pin(ChangesSession::open(&self.settings))).await?;
        Ok((session, None))
    }

    /// Looks after the slot, the tables, and for what is new.
    async fn begin(
        &mut self,
        session: &mut ChangesSession,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Opened, SourceFault> {
        let known = ChangesPlace::read(cursor)?;
        let slot = match self.slot(session, known, now).await? {
            SlotState::Readable(slot) => slot,
            SlotState::TooLarge(place) => return Ok(Opened::Nothing(self.give_up(&place))),
        };
        let watched = self.watched(session).await?;
        let from = slot.place.lsn.max(slot.confirmed);
        let end = self.reach.end(from, slot.end);
        let wanted = limit.max(1).saturating_mul(MESSAGES_OF_A_RECORD);
        let peek = OpenPeek::new(&self.settings, slot, (end, wanted), watched, now);
        if end <= from {
            let lsn = peek.place().lsn;
            self.due = (lsn > peek.confirmed).then_some(SlotDue::Advance(lsn));
            return Ok(Opened::Nothing(SourceLook {
                cursor: (!peek.is_known).then(|| peek.place().cursor()),
                doubt: peek.doubt(now),
                ..SourceLook::default()
            }));
        }
        let asked = within(self.settings.timeout, async {
            Ok(session.peek(&self.names, end, wanted).await)
        });
        match asked.await? {
            Ok(()) => Ok(Opened::Peek(Box::new(peek))),
            Err(PeekFault::NoPublication) => Err(watched::no_publication(&self.names, &self.name)),
            Err(PeekFault::Other(error)) => Err(slot_fault(error, &self.names)),
            Err(PeekFault::Slow) => Err(self.slow()),
        }
    }

    /// What the server says of the slot now.
    async fn slot(
        &mut self,
        session: &mut ChangesSession,
        known: Option<ChangesPlace>,
        now: Timestamp,
    ) -> Result<SlotState, SourceFault> {
        let row = within(self.settings.timeout, session.slot(&self.names)).await?;
        let check = SlotCheck {
            name: &self.name,
            names: &self.names,
            settings: &self.settings,
            now,
        };
        check.state(row, session.cluster(), known)
    }

    /// Looks after the tables, now and then.
    async fn watched(
        &mut self,
        session: &mut ChangesSession,
    ) -> Result<Option<String>, SourceFault> {
        if let Some((at, doubt)) = &self.checked
            && at.elapsed() < CHECK_EVERY
        {
            return Ok(doubt.clone());
        }
        let rows = session.watched(&self.settings.tables, &self.names);
        let rows = within(self.settings.timeout, rows).await?;
        let doubt = watched::doubt(&rows, &self.names, &self.name)?;
        self.checked = Some((Instant::now(), doubt.clone()));
        Ok(doubt)
    }

    /// A huge transaction may be taken for long, and the slot keeps all that others write meanwhile.
    async fn guarded(
        &mut self,
        session: &mut ChangesSession,
        mut peek: Box<OpenPeek>,
        now: Timestamp,
    ) -> Result<Opened, SourceFault> {
        if peek.guarded.elapsed() < GUARD_EVERY {
            return Ok(Opened::Peek(peek));
        }
        peek.guarded = Instant::now();
        let known = Some(peek.place().clone());
        Ok(match self.slot(session, known, now).await? {
            SlotState::TooLarge(place) => Opened::Nothing(self.give_up(&place)),
            SlotState::Readable(ReadableSlot { doubt, .. }) => {
                peek.of_slot = doubt;
                Opened::Peek(peek)
            }
        })
    }

    /// The place says first why the slot is gone; it goes when that is kept.
    fn give_up(&mut self, place: &ChangesPlace) -> SourceLook {
        let given_up = place.given_up;
        self.due = given_up.map(|given_up| SlotDue::Drop(given_up, place.lsn));
        SourceLook {
            cursor: Some(place.cursor()),
            doubt: Some(format!(
                "the slot {} keeps more than `max_retained` of their disk, and has to go",
                self.names.slot
            )),
            ..SourceLook::default()
        }
    }

    async fn portion(
        &mut self,
        session: &mut ChangesSession,
        mut peek: Box<OpenPeek>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let timeout = self.settings.timeout;
        let before = peek.place().clone();
        let records = peek.portion(session, limit.max(1), timeout).await?;
        let doubt = peek.doubt(now);
        if !peek.is_over {
            let cursor = peek.place().cursor();
            peek.cursor = Some(cursor.clone());
            self.peek = Some(peek);
            return Ok(SourceLook {
                records,
                cursor: Some(cursor),
                more: true,
                doubt,
            });
        }
        within(timeout, session.close_peek()).await?;
        self.reach.grow();
        let more = peek.is_full() || peek.end < peek.end_of_log;
        let place = peek.place_after();
        // Nothing but the place has changed, and it need not be written down each time.
        let is_idle = records.is_empty()
            && !more
            && peek.is_known
            && place.passed == before.passed
            && before.within.is_none();
        let is_soon = self.moved.is_some_and(|at| at.elapsed() < MOVE_EVERY);
        if is_idle && is_soon && place.lsn.0.saturating_sub(before.lsn.0) < MUCH {
            return Ok(SourceLook {
                doubt,
                ..SourceLook::default()
            });
        }
        self.moved = Some(Instant::now());
        self.due = (place.lsn > peek.confirmed).then_some(SlotDue::Advance(place.lsn));
        Ok(SourceLook {
            records,
            cursor: Some(place.cursor()),
            more,
            doubt,
        })
    }

    fn slow(&mut self) -> SourceFault {
        let timeout = humantime::format_duration(self.settings.timeout);
        SourceFault::Away(match self.reach.shrink() {
            true => format!("their log was not decoded within {timeout}; trying less of it"),
            false => format!(
                "their log is not decoded within {timeout}: a transaction may be huge, or one is open \
                 for long; raise `timeout`"
            ),
        })
    }

    /// Asks the tables themselves, which the role of `url` must be allowed to read.
    async fn read_present(&mut self, seen: &mut TheirPresent) -> Result<(), SourceFault> {
        let (mut session, _) = self.connected(None).await?;
        for table in &self.settings.tables {
            session.present(table, self.settings.timeout, seen).await?;
        }
        self.session = Some(session);
        Ok(())
    }

    async fn tell(&mut self) -> Result<(), SourceFault> {
        let Some(due) = self.due.take() else {
            return Ok(());
        };
        let timeout = self.settings.timeout;
        let (mut session, _) = self.connected(None).await?;
        match due {
            SlotDue::Advance(to) => {
                within(timeout, session.advance(&self.names, to)).await?;
            }
            SlotDue::Drop(given_up, after) => {
                within(timeout, session.drop_slot(&self.names)).await?;
                let check = SlotCheck {
                    name: &self.name,
                    names: &self.names,
                    settings: &self.settings,
                    now: given_up.at,
                };
                return Err(check.given_up(given_up, after));
            }
        }
        self.session = Some(session);
        Ok(())
    }

    fn placed(&self, fault: SourceFault) -> SourceFault {
        placed(fault, || self.settings.address())
    }
}

impl Reader for ChangesReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(async move {
            let look = Box::pin(self.read(cursor, limit, now)).await;
            look.map_err(|fault| self.placed(fault))
        })
    }

    fn acknowledge<'a>(
        &'a mut self,
        _taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let done = Box::pin(self.tell()).await;
            done.map_err(|fault| self.placed(fault))
        })
    }

    fn present<'a>(
        &'a mut self,
        seen: &'a mut TheirPresent,
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let read = Box::pin(self.read_present(seen)).await;
            read.map_err(|fault| self.placed(fault))
        })
    }

    fn begins_empty(&self) -> bool {
        true
    }
}
