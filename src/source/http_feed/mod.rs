//! The source with `kind = "http-feed"`: a list in JSON over HTTP. Either it is read on from where the
//! last look ended, or it shows everything that is going on (`complete`), and what is not in it any
//! more has ended.
//!
//! All pages of a look are read before anything of it is taken, so that one that fails leaves nothing
//! half taken. What stays the same is known by `ETag` or `Last-Modified`, or else left out here.
//!
//! Next: `page` (one answer), `place` (how far a list was read), `address`; and `snapshot` beside this
//! folder.

mod address;
mod page;
mod place;
mod settings;

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use self::address::AskedUrl;
use self::page::{FeedPage, follow, record, word};
use self::place::{FeedPlace, reached};
use super::fault::SourceFault;
use super::http::{FeedValidator, Fetched, Fetcher, without_secrets};
use super::mapping::digest;
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
use super::snapshot::{Snapshot, Thing};
use super::sql::SeenRows;
use crate::domain::Timestamp;
use crate::domain::limits::{FEED_PAGES, SNAPSHOT_KEY, SOURCE_BODY};

pub(super) use self::settings::HttpFeedSettings;

/// Reads a list over HTTP.
pub(super) struct HttpFeedReader {
    settings: HttpFeedSettings,
    url: AskedUrl,
    fetcher: Fetcher,
    /// What the last look brought and this one brings again.
    seen: SeenRows,
    /// A look of which a part is still to be taken.
    batch: Option<FeedBatch>,
}

/// All pages of a look.
#[derive(Default)]
struct FeedPages {
    items: Vec<Value>,
    /// Of a single page: of several, nobody says that none has changed.
    validator: Option<FeedValidator>,
}

/// What a look brought; it is handed over in parts, and the place moves with the last one.
struct FeedBatch {
    from: FeedPlace,
    records: Vec<SourceRecord>,
    cursor: Cursor,
    /// There is more behind it over there.
    again: bool,
    doubt: Option<String>,
}

impl HttpFeedReader {
    /// Connects to nobody yet.
    pub(super) fn new(settings: &HttpFeedSettings) -> Result<Self, SourceFault> {
        let url = AskedUrl::parse(&settings.url).map_err(SourceFault::Unexpected)?;
        let begin = url.at(None).map_err(SourceFault::Unexpected)?;
        Ok(Self {
            fetcher: Fetcher::new(&settings.address(begin))?,
            settings: settings.clone(),
            url,
            seen: SeenRows::default(),
            batch: None,
        })
    }

    /// Everything that is going on.
    async fn watch(
        &self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let mut snapshot = Snapshot::from_cursor(cursor);
        let first = self.url.at(None).map_err(SourceFault::Unexpected)?;
        let pages = self.pages(first, snapshot.validator.as_ref()).await?;
        let Some(pages) = pages else {
            return Ok(snapshot.unchanged());
        };
        snapshot.validator = pages.validator;
        let things = pages.items.into_iter().map(|item| self.thing(item));
        snapshot.compare(things.collect(), limit, now)
    }

    /// What came since the last look.
    async fn read_on(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let place = FeedPlace::read(cursor);
        if self.batch.as_ref().is_none_or(|it| it.from != place) {
            // From the beginning, all of it counts.
            if cursor.is_none() {
                self.seen = SeenRows::default();
            }
            self.batch = self.fetch(place, now).await?;
        }
        let batch = self.batch.as_ref();
        Ok(batch.map(|batch| batch.part(limit)).unwrap_or_default())
    }

    /// None: nothing has changed over there.
    async fn fetch(
        &mut self,
        from: FeedPlace,
        now: Timestamp,
    ) -> Result<Option<FeedBatch>, SourceFault> {
        let since = from.since();
        let first = self.url.at(since.as_deref());
        let first = first.map_err(SourceFault::Unexpected)?;
        let asked = digest(&first);
        let known = from.validator.as_ref().filter(|(of, _)| *of == asked);
        let pages = self.pages(first, known.map(|(_, it)| it)).await?;
        let Some(FeedPages { items, validator }) = pages else {
            return Ok(None);
        };
        let (mut since, mut ahead) = (from.since.clone(), None);
        if let Some(path) = &self.settings.cursor {
            let reach = reached(from.since.as_ref(), &items, path, now)?;
            (since, ahead) = (reach.since, reach.ahead);
        }
        let is_full = self
            .settings
            .page_size
            .is_some_and(|size| items.len() >= size);
        if is_full && since == from.since {
            return Err(stuck(items.len(), since.as_ref()));
        }
        let records = items.into_iter().map(|item| self.record(item)).collect();
        let place = FeedPlace {
            since,
            validator: validator.map(|it| (asked, it)),
        };
        Ok(Some(FeedBatch {
            from,
            records: self.seen.new_ones(records),
            cursor: Cursor(json!(place)),
            again: is_full,
            doubt: ahead,
        }))
    }

    /// All pages from `url` on; none: the first one is the same as when its validator was said.
    async fn pages(
        &self,
        mut url: String,
        validator: Option<&FeedValidator>,
    ) -> Result<Option<FeedPages>, SourceFault> {
        let mut pages = FeedPages::default();
        let mut known = HashSet::from([url.clone()]);
        let mut bytes = 0;
        for number in 0..FEED_PAGES {
            let validator = validator.filter(|_| number == 0);
            let body = match self.fetcher.get(&url, validator).await? {
                Fetched::Unchanged => return Ok(None),
                Fetched::Body(body) => body,
            };
            bytes += body.bytes.len();
            if bytes > SOURCE_BODY {
                return Err(too_large());
            }
            let page = FeedPage::read(&self.settings, &body);
            let page = page.map_err(|fault| without_secrets(fault, &url))?;
            pages.items.extend(page.items);
            let Some(next) = page.next else {
                pages.validator = body.validator.filter(|_| number == 0);
                return Ok(Some(pages));
            };
            url = follow(&url, &next)?;
            if !known.insert(url.clone()) {
                return Err(SourceFault::Unexpected(
                    "`next`: its pages lead in a circle".to_owned(),
                ));
            }
        }
        Err(too_many_pages())
    }

    fn thing(&self, item: Value) -> Thing {
        let key = self.settings.key.as_deref();
        let named = key.and_then(|path| word(&item, path));
        let named = named.filter(|name| name.len() <= SNAPSHOT_KEY);
        let record = if named.is_some() {
            record(item, named)
        } else {
            let why = "it has no `key` of a text or a number, or one that is too long";
            let text = item.to_string();
            SourceRecord::unreadable(record(item, None).place, why, &text)
        };
        Thing {
            key: record.place,
            fields: record.fields,
        }
    }

    fn record(&self, item: Value) -> SourceRecord {
        let paths = [&self.settings.key, &self.settings.cursor];
        let mut paths = paths.into_iter().flatten();
        let place = paths.find_map(|path| word(&item, path));
        record(item, place)
    }
}

impl FeedBatch {
    fn part(&self, limit: usize) -> SourceLook {
        let is_last = self.records.len() <= limit;
        SourceLook {
            records: self.records.iter().take(limit).cloned().collect(),
            cursor: is_last.then(|| self.cursor.clone()),
            more: !is_last || self.again,
            doubt: self.doubt.clone().filter(|_| is_last),
        }
    }
}

impl Reader for HttpFeedReader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        Box::pin(async move {
            match self.settings.complete {
                true => self.watch(cursor, limit, now).await,
                false => self.read_on(cursor, limit, now).await,
            }
        })
    }

    /// Nothing to be said over there; but the next part may be gone on to.
    fn acknowledge<'a>(
        &'a mut self,
        taken: &'a SourceLook,
        _refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        if let Some(mut batch) = self.batch.take() {
            self.seen.take(&taken.records);
            let count = taken.records.len().min(batch.records.len());
            batch.records.drain(..count);
            match batch.records.is_empty() {
                true => self.seen.end_look(),
                false => self.batch = Some(batch),
            }
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

fn stuck(items: usize, since: Option<&Value>) -> SourceFault {
    let since = since.map(Value::to_string).unwrap_or_default();
    SourceFault::Unexpected(format!(
        "`cursor`: a full page of {items} items leads no further than {since}: more of them stand at one \
         place than come at once, or the feed does not heed {{{{ cursor }}}}; ask for larger pages, or \
         take a cursor that tells them apart"
    ))
}

fn too_many_pages() -> SourceFault {
    SourceFault::Unexpected(format!(
        "`next`: there are more than {FEED_PAGES} pages; ask for larger ones, or for less, by an address \
         that names a region or a day"
    ))
}

fn too_large() -> SourceFault {
    let limit = SOURCE_BODY / (1024 * 1024);
    SourceFault::Unexpected(format!(
        "`next`: its pages together are larger than {limit} MiB; ask for less, by an address that names a \
         region or a day"
    ))
}
