//! The source with `kind = "cap"`: public alerts (Common Alerting Protocol 1.1 and 1.2), one at the
//! address, or an Atom or RSS index whose links are followed. Each alert that is real and public
//! becomes a record of an incident, and those that follow it go on with the same incident.
//!
//! Nothing ends because an index lists it no more. What has expired ends in silence: that is no news
//! of anybody's.
//!
//! Next: `document` (bytes to an alert or an index: `charset`, `xml`, `alert`, `index`), `record` and
//! `places` (an alert to columns), `chain` (which incident), `follow` (the links of an index).

mod alert;
mod chain;
mod charset;
mod document;
mod follow;
mod index;
mod places;
mod record;
mod settings;
#[cfg(test)]
mod tests;
mod xml;

use futures_util::future::BoxFuture;
use url::Url;

use self::chain::CapMemory;
use self::follow::FailedLinks;
use super::fault::SourceFault;
use super::http::{FeedBody, Fetched, Fetcher};
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
use crate::domain::Timestamp;

pub use self::alert::CapAlert;
pub use self::document::{CapDocument, CapReading};
pub use self::index::CapIndex;
pub use self::settings::CapSettings;

pub(super) struct CapReader {
    name: String,
    settings: CapSettings,
    home: Url,
    fetcher: Fetcher,
    /// Links that could not be read at the last look.
    failed: FailedLinks,
}

/// What a look has come across so far.
#[derive(Default)]
struct CapLook {
    records: Vec<SourceRecord>,
    doubts: Vec<String>,
    more: bool,
}

impl CapReader {
    /// Connects to nobody yet.
    pub(super) fn new(name: &str, settings: &CapSettings) -> Result<Self, SourceFault> {
        let home = Url::parse(&settings.url);
        Ok(Self {
            name: name.to_owned(),
            settings: settings.clone(),
            home: home.map_err(|_| {
                SourceFault::Unexpected("`url` is no address such as https://a/b".to_owned())
            })?,
            fetcher: Fetcher::new(&settings.address())?,
            failed: FailedLinks::default(),
        })
    }

    async fn read(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let before = CapMemory::read(cursor);
        let mut memory = before.clone();
        let mut look = CapLook::default();
        let validator = before.validator.as_ref();
        match self.fetcher.get(&self.settings.url, validator).await? {
            Fetched::Unchanged => {}
            Fetched::Body(body) => {
                self.read_body(&body, &mut memory, &mut look, limit, now)
                    .await?;
                // What is strange, or left over, has to come again.
                let is_done = look.doubts.is_empty() && !look.more;
                memory.validator = body.validator.filter(|_| is_done);
            }
        }
        if !look.more {
            let room = limit.saturating_sub(look.records.len());
            let mut expired = memory.expired(&self.settings, room, now);
            look.records.append(&mut expired.records);
            memory.note(expired);
        }
        memory.forget(now);
        self.log(memory.passed_over - before.passed_over);
        Ok(SourceLook {
            records: look.records,
            cursor: (memory != before).then(|| memory.cursor()),
            more: look.more,
            doubt: follow::told(&look.doubts),
        })
    }

    async fn read_body(
        &mut self,
        body: &FeedBody,
        memory: &mut CapMemory,
        look: &mut CapLook,
        limit: usize,
        now: Timestamp,
    ) -> Result<(), SourceFault> {
        let reading = CapReading::of(&body.bytes, body.content_type.as_deref());
        let reading = reading.map_err(SourceFault::Unexpected)?;
        look.doubts.extend(reading.doubt);
        match reading.document {
            CapDocument::Alert(alert) => {
                self.take(&alert, memory, look, limit, now);
                Ok(())
            }
            CapDocument::Index(index) => self.follow(index, memory, look, limit, now).await,
        }
    }

    /// Takes an alert in. False: there is no room for it in this look.
    fn take(
        &self,
        alert: &CapAlert,
        memory: &mut CapMemory,
        look: &mut CapLook,
        limit: usize,
        now: Timestamp,
    ) -> bool {
        let mut news = memory.news(alert, &self.settings, now);
        if look.records.len() + news.records.len() > limit && !look.records.is_empty() {
            look.more = true;
            return false;
        }
        // One alert alone has more only where somebody tries a source with a small limit.
        news.records.truncate(limit);
        look.doubts.extend(news.doubt.take());
        look.records.append(&mut news.records);
        memory.note(news);
        true
    }

    fn log(&self, passed_over: u64) {
        if passed_over > 0 {
            tracing::info!(
                source.name = self.name,
                alerts = passed_over,
                "alerts tell nobody: they are tests or exercises, or not public"
            );
        }
    }
}

impl Reader for CapReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        // On the heap: with requests in it, it is large.
        Box::pin(async move { Box::pin(self.read(cursor, limit, now)).await })
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
