//! The source with `kind = "arcgis-outages"`: the layer of a public map that shows which outages are
//! going on. Each look reads the whole layer; an outage that is not in it any more has ended, by the
//! rule of `snapshot`.
//!
//! Its rows name municipalities and places, never customers: whoever is told may not be without current
//! at all, which is for the text of the message to say.
//!
//! Next: `layer` (pages and errors), `row` (one row), `outage` (all rows of one outage), `shape`.

mod layer;
mod outage;
mod row;
mod settings;
mod shape;

use futures_util::future::BoxFuture;

use self::outage::outages;
use super::fault::SourceFault;
use super::http::Fetcher;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook};
use super::snapshot::Snapshot;
use crate::domain::Timestamp;

pub(super) use self::settings::ArcgisSettings;

/// Reads a layer of outages.
pub(super) struct ArcgisReader {
    settings: ArcgisSettings,
    fetcher: Fetcher,
}

impl ArcgisReader {
    /// Connects to nobody yet.
    pub(super) fn new(settings: &ArcgisSettings) -> Result<Self, SourceFault> {
        Ok(Self {
            fetcher: Fetcher::new(&settings.address())?,
            settings: settings.clone(),
        })
    }

    async fn watch(
        &self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let rows = layer::rows(&self.fetcher, &self.settings).await?;
        let (things, misplaced) = outages(rows, &self.settings);
        let mut look = Snapshot::from_cursor(cursor).compare(things, limit, now)?;
        look.doubt = look.doubt.or(misplaced);
        Ok(look)
    }
}

impl Reader for ArcgisReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(self.watch(cursor, limit, now))
    }

    /// Nothing to be said over there.
    fn acknowledge<'a>(
        &'a mut self,
        _taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
