//! The source with `kind = "gtfs-rt"`: what a transit agency says of its lines in GTFS-realtime. An
//! alert is an incident for those who have the tag of a line that it names; so is a trip that is late
//! by more than a threshold, or does not run.
//!
//! The feed shows all that is going on. What it does not show any more ends by the rule of `snapshot`,
//! which trips share. No timetable is read: a delay is what the feed itself calls one.
//!
//! Next: `message` (the wire), `shown` (what a feed shows: `alerts`, `trips`, `lines`, `words`),
//! `memory` (what a look makes of it), `delays` (which delays are told).

mod alerts;
mod delays;
mod lines;
mod memory;
mod message;
mod settings;
mod shown;
#[cfg(test)]
mod tests;
mod trips;
mod wire;
mod words;

use futures_util::future::BoxFuture;

use super::fault::SourceFault;
use super::http::{Fetched, Fetcher};
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use crate::domain::Timestamp;

pub use self::memory::GtfsMemory;
pub use self::message::GtfsFeed;
pub use self::settings::GtfsSettings;

pub(super) struct GtfsReader {
    settings: GtfsSettings,
    fetcher: Fetcher,
}

impl GtfsReader {
    /// Connects to nobody yet.
    pub(super) fn new(settings: &GtfsSettings) -> Result<Self, SourceFault> {
        Ok(Self {
            fetcher: Fetcher::new(&settings.address())?,
            settings: settings.clone(),
        })
    }

    async fn read(
        &self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let mut memory = GtfsMemory::read(cursor);
        let validator = memory.validator();
        let fetched = self.fetcher.get(&self.settings.url, validator.as_ref());
        match fetched.await? {
            Fetched::Unchanged => Ok(memory.unchanged(&self.settings, now)),
            Fetched::Body(body) => {
                memory.said = body.validator;
                let feed = GtfsFeed::read(&body.bytes).map_err(SourceFault::Unexpected)?;
                memory.take(&feed, &self.settings, limit, now)
            }
        }
    }
}

impl Reader for GtfsReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(self.read(cursor, limit, now))
    }

    fn acknowledge<'a>(
        &'a mut self,
        _taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
