//! The source with `kind = "sql"`: a query of the operator's, asked again and again, each time from
//! the place on that the last look reached. Only reads, over one connection, within limits of time
//! and size.
//!
//! A transaction that commits late has an earlier time than what was read before: so each look goes
//! back by `overlap`, and what it finds again is recognised by its id.
//!
//! Next: `progress` (looks of several pages), `page` (what is refused), `session`, then the three
//! databases.

mod bind;
mod errors;
mod mysql;
mod mysql_values;
mod page;
mod position;
mod postgres;
mod present;
mod progress;
mod seen;
mod session;
mod settings;
mod sqlite;
#[cfg(test)]
mod tests;
mod text;
mod verbatim;

use futures_util::future::BoxFuture;

use self::page::{PlacedRow, RowPage};
use self::position::Position;
use self::progress::{Progress, risen};
use self::session::SqlSession;
use super::fault::SourceFault;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
use super::reconcile::TheirPresent;
use crate::domain::Timestamp;

pub(super) use self::errors::{fault, placed, within};
pub(super) use self::page::excess;
pub(super) use self::postgres::options as postgres_options;
pub(super) use self::present::{Digits, read_whole};
pub(super) use self::seen::SeenRows;
pub(super) use self::settings::SqlSettings;
pub(super) use self::text::{identifier, literal, stated};

/// Reads what a query brings.
pub(super) struct SqlReader {
    settings: SqlSettings,
    session: Option<SqlSession>,
    /// A look of which further pages are to come.
    progress: Option<Progress>,
    /// What the window of overlap brings again.
    seen: SeenRows,
}

impl SqlReader {
    /// Connects to nobody yet.
    pub(super) fn new(settings: &SqlSettings) -> Result<Self, SourceFault> {
        if settings.cursor.is_empty() {
            return Err(SourceFault::Unexpected(
                "`cursor` names no column: nobody could say how far the source was read".to_owned(),
            ));
        }
        Ok(Self {
            settings: settings.clone(),
            session: None,
            progress: None,
            seen: SeenRows::default(),
        })
    }

    async fn read(
        &mut self,
        stored: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let columns = &self.settings.cursor;
        let known = stored.map(|stored| Position::read(stored, columns));
        let known = known.transpose()?;
        let mut session = self.connected().await?;
        let progress = self.progress.take();
        let progress = progress.filter(|it| it.goes_on_from(stored));
        let overlap = self.settings.overlap;
        let progress = progress
            .unwrap_or_else(|| Progress::new(stored, known.as_ref(), overlap, session.least()));
        let columns = &self.settings.cursor;
        let mut page = RowPage::new(columns, progress.begin.clone(), limit);
        within(self.settings.timeout, session.read(columns, &mut page)).await?;
        let (bounded, reusable) = (session.is_bounded(), !page.is_cut_off());
        let (rows, more) = page.into_rows();
        self.session = reusable.then_some(session);
        let last = rows.last().map(|(at, _)| at.clone());
        let more = progress.goes_on(last.as_ref(), more, bounded)?;
        // One from the future would carry the place with it, past all that is written until then: it
        // is taken, and stays in the window.
        let mut kept = rows.iter().rev().map(|(at, _)| at);
        let kept = kept.find(|at| !at.is_ahead(now));
        if !overlap.is_zero()
            && let Some(words) = kept.filter(|at| at.begins_with_words())
        {
            return Err(words_have_no_window(words));
        }
        let ahead = last
            .as_ref()
            .filter(|at| at.is_ahead(now))
            .map(ahead_of_time);
        let cursor = risen(known.as_ref(), kept).map(|at| at.cursor(columns));
        let next = cursor.clone().or_else(|| stored.cloned());
        let progress = progress.after(last, next);
        let doubt = progress.doubt().filter(|_| !more).or(ahead);
        self.progress = more.then_some(progress);
        let records = self.seen.new_ones(rows.into_iter().map(record).collect());
        if !more {
            self.seen.end_look();
        }
        Ok(SourceLook {
            records,
            cursor,
            more,
            doubt,
        })
    }

    /// Asks the query of what is open. The connection is kept if all was read.
    async fn read_present(&mut self, seen: &mut TheirPresent) -> Result<(), SourceFault> {
        let Some(query) = self.settings.present.clone() else {
            return Err(SourceFault::Unexpected(
                "the source has no `present`, the query of what is open".to_owned(),
            ));
        };
        let mut session = self.connected().await?;
        session
            .present(bare(&query), self.settings.timeout, seen)
            .await?;
        self.session = Some(session);
        Ok(())
    }

    /// The connection that was kept, if it still lives, or a new one.
    async fn connected(&mut self) -> Result<SqlSession, SourceFault> {
        let timeout = self.settings.timeout;
        // A server ends connections that were idle for long: no fault of anybody's.
        if let Some(mut session) = self.session.take()
            && within(timeout, session.ping()).await.is_ok()
        {
            return Ok(session);
        }
        within(timeout, SqlSession::open(&self.settings)).await
    }
}

impl Reader for SqlReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(async move {
            // On the heap: with a handshake in it, it is large.
            let look = Box::pin(self.read(cursor, limit, now)).await;
            look.map_err(|fault| placed(fault, || self.settings.address()))
        })
    }

    fn present<'a>(
        &'a mut self,
        seen: &'a mut TheirPresent,
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let read = Box::pin(self.read_present(seen)).await;
            read.map_err(|fault| placed(fault, || self.settings.address()))
        })
    }

    /// Nothing to be said over there; but the next page may be gone on to.
    fn acknowledge<'a>(
        &'a mut self,
        taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        self.seen.take(&taken.records);
        if let Some(progress) = &mut self.progress {
            progress.take();
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A query without the `;` at its end: it stands inside of ours.
fn bare(query: &str) -> &str {
    query.trim().trim_end_matches(';').trim_end()
}

fn ahead_of_time(last: &Position) -> String {
    format!("the newest row lies ahead of time ({last}): is a clock wrong over there?")
}

/// A look could not go back from it.
fn words_have_no_window(last: &Position) -> SourceFault {
    SourceFault::Unexpected(format!(
        "the first column of `cursor` is a text that is no time ({last}): begin the cursor with a time \
         such as 2026-11-24 10:00:00 or a number, or set `overlap` to \"0s\" if the text itself rises \
         with each change"
    ))
}

fn record((at, fields): PlacedRow) -> SourceRecord {
    SourceRecord {
        place: at.to_string(),
        fields,
    }
}
