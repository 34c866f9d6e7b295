//! The source with `kind = "open311"`: the requests that citizens made to a town (potholes, street
//! lights, leaks), by Open311 `GeoReport` v2. Each becomes a record of a case.
//!
//! The standard asks by the day on which a request was made, not by that on which it changed. So each
//! look reads all requests of a window, at most 90 days, unless the server has a parameter for what
//! changed since; what was taken and has not changed since is left out here. All pages are read before
//! anything is taken. Nothing is asked about a single request, and nothing is ever sent to the town.
//!
//! Next: `settings` (the keys, the addresses, the usual case), `answer` (one answer), `request` (one
//! record), `place` (how far), `services` (what their codes mean).

mod answer;
mod place;
mod request;
mod services;
mod settings;

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use url::Url;

use self::answer::listed;
use self::place::{RequestPlace, time};
use self::request::{changed, identity, record};
use self::services::ServiceNames;
use super::fault::SourceFault;
use super::http::{Fetched, Fetcher, without_secrets};
use super::reader::{Cursor, Reader, RefusedRecord, SourceLook, SourceRecord};
use super::sql::SeenRows;
use crate::domain::Timestamp;
use crate::domain::limits::{FEED_PAGES, SNAPSHOT_THINGS, SOURCE_BODY};

pub(super) use self::settings::Open311Settings;

/// More than this a server may leave out, by the standard.
const STANDARD_MOST: usize = 1_000;

/// Reads the requests of a town.
pub(super) struct Open311Reader {
    name: String,
    settings: Open311Settings,
    fetcher: Fetcher,
    services: ServiceNames,
    /// What the last look brought and this one brings again.
    seen: SeenRows,
    /// The place that is stored, as far as this reader knows.
    reached: RequestPlace,
    /// A look of which a part is still to be taken.
    batch: Option<RequestBatch>,
    /// How many requests of the last look were nobody's.
    nobodys: usize,
}

/// What all pages of a look hold.
#[derive(Default)]
struct RequestPages {
    items: Vec<Value>,
    ids: HashSet<String>,
    bytes: usize,
    doubt: Option<String>,
}

/// What a look brought; it is handed over in parts, and the place moves with the last one.
struct RequestBatch {
    from: RequestPlace,
    records: Vec<SourceRecord>,
    reached: RequestPlace,
    doubt: Option<String>,
}

impl Open311Reader {
    /// Connects to nobody yet.
    pub(super) fn new(name: &str, settings: &Open311Settings) -> Result<Self, SourceFault> {
        Ok(Self {
            name: name.to_owned(),
            fetcher: Fetcher::new(&settings.address())?,
            settings: settings.clone(),
            services: ServiceNames::default(),
            seen: SeenRows::default(),
            reached: RequestPlace::default(),
            batch: None,
            nobodys: 0,
        })
    }

    async fn read(
        &mut self,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        let place = RequestPlace::read(cursor);
        // Somebody set it back: all of it counts again.
        if place != self.reached {
            self.seen = SeenRows::default();
            self.reached = place.clone();
        }
        let is_gone_on_with = self.batch.as_ref().is_some_and(|it| it.from == place);
        if !is_gone_on_with {
            self.batch = Some(self.fetch(place, now).await?);
        }
        let batch = self.batch.as_ref();
        Ok(batch.map(|batch| batch.part(limit)).unwrap_or_default())
    }

    async fn fetch(
        &mut self,
        from: RequestPlace,
        now: Timestamp,
    ) -> Result<RequestBatch, SourceFault> {
        let key = self.settings.key().await?;
        let asked = self.settings.requests(&from, now);
        let asked = asked.map_err(SourceFault::Unexpected)?;
        let RequestPages {
            mut items, doubt, ..
        } = self.pages(&asked, key.as_deref()).await?;
        if self.services.is_due(&items, now) {
            let list = self.settings.list("services.json");
            let list = list.map_err(SourceFault::Unexpected)?;
            let list = sent(&list, 1, key.as_deref());
            self.services.ask(&self.fetcher, &list, now).await;
        }
        let unnamed = self.services.name(&mut items);
        let (reached, ahead) = from.reached(items.iter().filter_map(changed), now);
        items.retain(|item| !from.is_past(changed(item), self.settings.overlap));
        let records = self.records(items);
        Ok(RequestBatch {
            from,
            records: self.seen.new_ones(records),
            reached,
            doubt: doubt.or(ahead).or(unnamed),
        })
    }

    /// All pages. A server that gives the same page again, or an empty one, or none, has no more.
    async fn pages(&self, asked: &Url, key: Option<&str>) -> Result<RequestPages, SourceFault> {
        let mut pages = RequestPages::default();
        for number in 1..=FEED_PAGES {
            let url = sent(asked, number, key);
            let body = match self.fetcher.get(&url, None).await {
                Ok(Fetched::Body(body)) => body,
                // Said only to those who show what they have.
                Ok(Fetched::Unchanged) => return Ok(pages),
                // To some servers a page behind the last one is a wrong request.
                Err(SourceFault::Refused(_)) if number > 1 => return Ok(pages),
                Err(fault) => return Err(explained(fault)),
            };
            pages.bytes += body.bytes.len();
            let items = listed(&body).map_err(|fault| without_secrets(fault, &url))?;
            let shown = items.len();
            let is_new = pages.add(items);
            if pages.bytes > SOURCE_BODY || pages.items.len() > SNAPSHOT_THINGS {
                return Err(too_much());
            }
            if !is_new {
                let is_full = shown >= STANDARD_MOST || Some(shown) == self.settings.page_size;
                pages.doubt = (number == 2 && is_full).then(|| one_page_only(shown));
                return Ok(pages);
            }
        }
        Err(too_much())
    }

    /// In the order in which they changed, those of one moment by their ids.
    fn records(&mut self, mut items: Vec<Value>) -> Vec<SourceRecord> {
        items.sort_by_cached_key(|item| (changed(item).and_then(time), identity(item)));
        let all = items.len();
        let client = self.settings.client.as_deref();
        let records = items.into_iter().filter_map(|item| record(item, client));
        let records: Vec<SourceRecord> = records.collect();
        let nobodys = all - records.len();
        if nobodys != self.nobodys {
            self.nobodys = nobodys;
            tracing::info!(
                source.name = self.name,
                requests = nobodys,
                "requests are nobody's: the field that names the client is empty, or they have no number \
                 yet"
            );
        }
        records
    }
}

impl RequestPages {
    /// Whether there is anything among these that was not there before.
    fn add(&mut self, items: Vec<Value>) -> bool {
        let before = self.items.len();
        for item in items {
            if self.ids.insert(identity(&item)) {
                self.items.push(item);
            }
        }
        self.items.len() > before
    }
}

impl RequestBatch {
    fn part(&self, limit: usize) -> SourceLook {
        let is_last = self.records.len() <= limit;
        SourceLook {
            records: self.records.iter().take(limit).cloned().collect(),
            cursor: is_last.then(|| Cursor(json!(self.reached))),
            more: !is_last,
            doubt: self.doubt.clone().filter(|_| is_last),
        }
    }
}

impl Reader for Open311Reader {
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        // On the heap: with requests in it, it is large.
        Box::pin(async move { Box::pin(self.read(cursor, limit, now)).await })
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
            if batch.records.is_empty() {
                self.seen.end_look();
                self.reached = batch.reached;
            } else {
                self.batch = Some(batch);
            }
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

/// An address as it is sent: a page of it, and with the key.
fn sent(asked: &Url, page: usize, key: Option<&str>) -> String {
    let mut url = asked.clone();
    if page > 1 {
        url.query_pairs_mut().append_pair("page", &page.to_string());
    }
    if let Some(key) = key {
        url.query_pairs_mut().append_pair("api_key", key);
    }
    url.into()
}

/// What may be missing besides is not known where other feeds are asked.
fn explained(fault: SourceFault) -> SourceFault {
    match fault {
        SourceFault::Refused(why) => SourceFault::Refused(format!(
            "{why}; it may want `jurisdiction_id` or `api_key_file` as well"
        )),
        other => other,
    }
}

fn too_much() -> SourceFault {
    let mebibytes = SOURCE_BODY / (1_024 * 1_024);
    SourceFault::Unexpected(format!(
        "there are more than {SNAPSHOT_THINGS} requests, {FEED_PAGES} pages or {mebibytes} MiB of them; \
         ask for less, by a shorter `window` or a service_code in `url`"
    ))
}

fn one_page_only(shown: usize) -> String {
    format!(
        "it gives the same {shown} requests for each page, and may have more than it gives; ask for less, \
         by a shorter `window` or a service_code in `url`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(more: &str) -> Open311Reader {
        let settings = format!("url = \"https://town.example/v2\"\n{more}");
        let settings: Open311Settings = toml::from_str(&settings).unwrap();
        Open311Reader::new("town", &settings).unwrap()
    }

    #[test]
    fn records_come_in_the_order_of_their_changes_and_ids() {
        let item = |id: &str, changed: Value| json!({"service_request_id": id, "email": "a", "updated_datetime": changed});
        let items = vec![
            item("3", json!("2026-11-24T10:00:00+01:00")),
            item("2", json!("2026-11-24T09:00:00Z")),
            item("1", json!("2026-11-24T08:00:00")),
            item("4", Value::Null),
            json!({"service_request_id": "5"}),
        ];
        let mut reader = reader("client = \"email\"");
        let records = reader.records(items);
        let places: Vec<&str> = records.iter().map(|it| &*it.place).collect();
        assert_eq!(places, ["4", "1", "2", "3"]);
        assert_eq!(reader.nobodys, 1);
    }

    #[test]
    fn a_page_that_repeats_holds_nothing_new() {
        let mut pages = RequestPages::default();
        let page = |ids: &[u32]| -> Vec<Value> {
            let items = ids.iter().map(|id| json!({"service_request_id": id}));
            items.collect()
        };
        assert!(pages.add(page(&[1, 2])));
        // The list moved on by one while it was read.
        assert!(pages.add(page(&[2, 3])));
        assert!(!pages.add(page(&[3, 2])));
        assert!(!pages.add(Vec::new()));
        assert_eq!(pages.items.len(), 3);
    }

    #[test]
    fn the_key_is_sent_and_never_said() {
        let asked = Url::parse("https://town.example/v2/requests.json?a=1").unwrap();
        assert_eq!(
            sent(&asked, 2, Some("c4&nary")),
            "https://town.example/v2/requests.json?a=1&page=2&api_key=c4%26nary"
        );
        assert_eq!(sent(&asked, 1, None), asked.as_str());
        let fault = SourceFault::Refused("403 c4%26nary, c4&nary is no key".to_owned());
        let said = without_secrets(fault, &sent(&asked, 1, Some("c4&nary")));
        assert_eq!(said.to_string(), "it refuses: 403 ***, *** is no key");
    }

    #[test]
    fn the_place_moves_with_the_last_part() {
        let records = ["1", "2", "3"].map(|place| SourceRecord {
            place: place.to_owned(),
            fields: serde_json::Map::new(),
        });
        let mut batch = RequestBatch {
            from: RequestPlace::default(),
            records: records.to_vec(),
            reached: RequestPlace {
                since: Some("2026-11-24T09:00:00Z".to_owned()),
            },
            doubt: Some("odd".to_owned()),
        };
        let first = batch.part(2);
        assert_eq!((first.records.len(), first.more), (2, true));
        assert_eq!((first.cursor, first.doubt), (None, None));
        batch.records.drain(..2);
        let last = batch.part(2);
        assert!(!last.more && last.doubt.is_some());
        assert_eq!(
            last.cursor,
            Some(Cursor(json!({"since": "2026-11-24T09:00:00Z"})))
        );
    }
}
