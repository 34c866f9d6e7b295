//! The links of an index. Each is read once, and again when its entry's date or id is another. One
//! that fails is asked again at the next look, after those that have not been asked yet, and keeps no
//! other from being read.
//!
//! An address may hold a token: to people a link is a number in the index and a host.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::chain::CapMemory;
use super::index::CapIndex;
use super::{CapAlert, CapDocument, CapLook, CapReader, CapReading};
use crate::domain::Timestamp;
use crate::domain::limits::{CAP_FAILED, CAP_FOLLOWED, DETAIL, FEED_URL};
use crate::source::fault::SourceFault;
use crate::source::http::{Fetched, shown_address};
use crate::source::mapping::digest;
use crate::text::sanitize;

/// Doubts of one look that are said.
const DOUBTS: usize = 3;
/// Longest name of a host in a doubt, in characters.
const QUOTED_HOST: usize = 80;

/// Links that could not be read, each with the reason.
pub(super) type FailedLinks = BTreeMap<String, String>;

/// A link that may be followed.
struct CapLink {
    url: Url,
    /// Stands for the address wherever something is kept or said of it.
    key: String,
    /// Which entry of the index it is, counted from 1.
    number: usize,
    mark: String,
}

impl CapReader {
    /// Reads what an index links to and has not been read. A fault: nothing of it can be read.
    pub(super) async fn follow(
        &mut self,
        index: CapIndex,
        memory: &mut CapMemory,
        look: &mut CapLook,
        limit: usize,
        now: Timestamp,
    ) -> Result<(), SourceFault> {
        let links = self.allowed(index, &mut look.doubts);
        let listed: BTreeSet<&String> = links.iter().map(|link| &link.key).collect();
        memory.links.retain(|key, _| listed.contains(key));
        self.failed.retain(|key, _| listed.contains(key));
        let mut due: Vec<&CapLink> = links
            .iter()
            .filter(|link| memory.links.get(&link.key) != Some(&link.mark))
            .collect();
        due.sort_by_key(|link| self.failed.contains_key(&link.key));
        let (mut read, mut failed) = (0, 0);
        let mut first_fault: Option<SourceFault> = None;
        for (at, link) in due.iter().enumerate() {
            if failed == CAP_FAILED || at == CAP_FOLLOWED {
                let is_untried = |link: &&&CapLink| !self.failed.contains_key(&link.key);
                let left = due[at..].iter().filter(is_untried).count();
                look.more = left > 0 && read > 0;
                match first_fault {
                    // Nobody answers: the runner waits longer each time.
                    Some(fault) if read == 0 && left > 0 => return Err(fault),
                    _ => break,
                }
            }
            match self.alert(&link.url, &mut look.doubts).await {
                Ok(alert) => {
                    if !self.take(&alert, memory, look, limit, now) {
                        break;
                    }
                    read += 1;
                    self.failed.remove(&link.key);
                    memory.links.insert(link.key.clone(), link.mark.clone());
                }
                Err(fault) => {
                    failed += 1;
                    self.failed.insert(link.key.clone(), fault.to_string());
                    first_fault = first_fault.take().or(Some(fault));
                }
            }
        }
        look.doubts.extend(self.unread(&links));
        Ok(())
    }

    /// The links that may be followed, the oldest first.
    fn allowed(&self, index: CapIndex, doubts: &mut Vec<String>) -> Vec<CapLink> {
        let mut known = BTreeSet::new();
        let mut links = Vec::new();
        for entry in index.entries {
            let url = self.home.join(&entry.link).ok();
            match url.filter(|url| url.as_str().len() <= FEED_URL) {
                Some(url) if !self.settings.allows(&self.home, &url) => {
                    doubts.push(elsewhere(&url));
                }
                Some(url) => {
                    let key = digest(url.as_str());
                    if known.insert(key.clone()) {
                        let (mark, number) = (entry.mark, entry.number);
                        links.push(CapLink {
                            url,
                            key,
                            number,
                            mark,
                        });
                    }
                }
                None => doubts.push("a link of the index is no address".to_owned()),
            }
        }
        if index.without_link > 0 {
            let count = index.without_link;
            doubts.push(format!(
                "entries of the index that link to no alert: {count}"
            ));
        }
        if index.left_out > 0 {
            let count = index.left_out;
            doubts.push(format!(
                "the index is too long; older entries that were left out: {count}"
            ));
        }
        links
    }

    async fn alert(&self, url: &Url, doubts: &mut Vec<String>) -> Result<CapAlert, SourceFault> {
        let unexpected =
            |what: &str| SourceFault::Unexpected(format!("{}: {what}", shown_address(url)));
        let body = match self.fetcher.get(url.as_str(), None).await? {
            Fetched::Body(body) => body,
            Fetched::Unchanged => return Err(unexpected("it says that nothing changed, unasked")),
        };
        let reading = CapReading::of(&body.bytes, body.content_type.as_deref());
        let reading = reading.map_err(|why| unexpected(&why))?;
        doubts.extend(reading.doubt);
        match reading.document {
            CapDocument::Alert(alert) => Ok(*alert),
            CapDocument::Index(_) => Err(unexpected("it is an index again and no alert")),
        }
    }

    /// A sentence about the links that could not be read.
    fn unread(&self, links: &[CapLink]) -> Option<String> {
        let count = self.failed.len();
        let mut failed = links.iter().filter_map(|link| {
            let fault = self.failed.get(&link.key)?;
            Some((link.number, fault))
        });
        let (number, fault) = failed.next()?;
        Some(format!(
            "alerts that could not be read: {count}; entry {number} of the index: {fault}"
        ))
    }
}

/// One sentence about all that is strange.
pub(super) fn told(doubts: &[String]) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for doubt in doubts {
        if said.len() < DOUBTS && !said.contains(&doubt.as_str()) {
            said.push(doubt);
        }
    }
    (!said.is_empty()).then(|| sanitize::excerpt(&said.join("; "), DETAIL))
}

fn elsewhere(url: &Url) -> String {
    let host = url.host_str().unwrap_or(url.scheme());
    let port = url.port().map(|port| format!(":{port}"));
    let place = format!("{host}{}", port.unwrap_or_default());
    let place = sanitize::excerpt(&place, QUOTED_HOST);
    format!("the index links to `{place}`, which is not in `hosts`: what it says there is not read")
}
