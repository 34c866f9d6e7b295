//! The source with `kind = "postgres-outbox"`: a trigger in their database writes each change into
//! a table of ours over there, in the same transaction, so that none is missed and none is invented.
//! We read it from its beginning and delete what we have taken, after our own commit.
//!
//! Next: `outbox` (what is asked), `install` (the SQL of it), `trigger` (whether it is still there),
//! `names`.

mod install;
mod names;
mod outbox;
mod settings;
mod trigger;

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::postgres::PgListener;
use tokio::time::Instant;

use self::outbox::Outbox;
use super::fault::SourceFault;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use super::reconcile::TheirPresent;
use super::sql::within;
use crate::domain::Timestamp;

pub use self::settings::OutboxSettings;
pub(super) use self::settings::{PLAIN, is_plain};

/// How long a listener whose connection is lost waits before it says so.
const PAUSE: Duration = Duration::from_secs(1);
/// How long what was found of the trigger holds.
const CHECK_EVERY: Duration = Duration::from_mins(1);

/// Reads the outbox of one table.
pub(super) struct OutboxReader {
    outbox: Outbox,
    timeout: Duration,
    /// The one connection: it listens, and it asks. Not there after a fault.
    listener: Option<PgListener>,
    /// When the trigger was found to work, and what was odd about it.
    checked: Option<(Instant, Option<String>)>,
}

impl OutboxReader {
    /// Connects to nobody yet. `name` is the source's: the outbox is called by it.
    pub(super) fn new(name: &str, settings: &OutboxSettings) -> Result<Self, SourceFault> {
        if settings.columns.is_empty() {
            return Err(SourceFault::Unexpected(
                "`columns` names no column: there would be nothing to say of a change".to_owned(),
            ));
        }
        Ok(Self {
            outbox: Outbox::new(name, settings),
            timeout: settings.timeout,
            listener: None,
            checked: None,
        })
    }

    async fn read(&mut self, limit: usize) -> Result<SourceLook, SourceFault> {
        let mut listener = self.connected().await?;
        // What was told of until now is in the table.
        while listener.next_buffered().is_some() {}
        let doubt = self.check(&mut listener).await?;
        let look = within(self.timeout, self.outbox.page(&mut listener, limit)).await?;
        self.listener = Some(listener);
        Ok(SourceLook { doubt, ..look })
    }

    /// Looks after the trigger, now and then: without it nothing would come, and nobody would know.
    async fn check(&mut self, listener: &mut PgListener) -> Result<Option<String>, SourceFault> {
        if let Some((at, doubt)) = &self.checked
            && at.elapsed() < CHECK_EVERY
        {
            return Ok(doubt.clone());
        }
        let doubt = within(self.timeout, self.outbox.check(listener)).await?;
        self.checked = Some((Instant::now(), doubt.clone()));
        Ok(doubt)
    }

    async fn forget(&mut self, taken: &SourceLook) -> Result<(), SourceFault> {
        if taken.records.is_empty() {
            return Ok(());
        }
        let mut listener = self.connected().await?;
        within(self.timeout, self.outbox.forget(&mut listener, taken)).await?;
        self.listener = Some(listener);
        Ok(())
    }

    /// Asks the watched table itself, which the role of `url` must be allowed to read.
    async fn read_present(&mut self, seen: &mut TheirPresent) -> Result<(), SourceFault> {
        let mut listener = self.connected().await?;
        self.outbox.present(&mut listener, seen).await?;
        self.listener = Some(listener);
        Ok(())
    }

    async fn connected(&mut self) -> Result<PgListener, SourceFault> {
        if let Some(listener) = self.listener.take() {
            return Ok(listener);
        }
        self.checked = None;
        within(self.timeout, Box::pin(self.outbox.listen())).await
    }
}

impl Reader for OutboxReader {
    /// There is no place to be kept: what was taken is gone from the table.
    fn look<'a>(
        &'a mut self,
        _cursor: Option<&'a Cursor>,
        limit: usize,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(async move {
            let look = Box::pin(self.read(limit)).await;
            look.map_err(|fault| self.outbox.placed(fault))
        })
    }

    fn acknowledge<'a>(
        &'a mut self,
        taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let done = Box::pin(self.forget(taken)).await;
            done.map_err(|fault| self.outbox.placed(fault))
        })
    }

    fn present<'a>(
        &'a mut self,
        seen: &'a mut TheirPresent,
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(async move {
            let read = Box::pin(self.read_present(seen)).await;
            read.map_err(|fault| self.outbox.placed(fault))
        })
    }

    fn begins_empty(&self) -> bool {
        true
    }

    fn stirred(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(listener) = &mut self.listener else {
                return std::future::pending().await;
            };
            if let Ok(Some(_)) = listener.try_recv().await {
                return;
            }
            // Lost: the next look connects anew, and finds whatever was not heard.
            self.listener = None;
            tokio::time::sleep(PAUSE).await;
        })
    }
}
