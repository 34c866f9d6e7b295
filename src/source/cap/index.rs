//! An Atom or RSS index: what it links to, the oldest first. Whether a link may be followed is the
//! reader's business.

use chrono::DateTime;
use roxmltree::Node;

use super::xml::text_of;
use crate::domain::Timestamp;
use crate::domain::limits::FEED_ALERTS;
use crate::source::mapping::digest;

/// An index of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapIndex {
    /// The oldest first, as far as that can be told.
    pub(super) entries: Vec<CapEntry>,
    /// How many entries are not among them: they link to nothing.
    pub(super) without_link: usize,
    /// How many entries are not among them: there are too many.
    pub(super) left_out: usize,
}

/// One link of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CapEntry {
    /// As it is written; it may be relative.
    pub(super) link: String,
    /// Which entry of the index it is, counted from 1 as they stand there.
    pub(super) number: usize,
    /// Tells whether the entry is another than before.
    pub(super) mark: String,
    at: Option<Timestamp>,
}

impl CapIndex {
    /// Reads the elements `feed`, `rss` or `RDF`. Namespaces are many there, so names alone count.
    pub(super) fn read(root: Node<'_, '_>) -> Self {
        let inside = root
            .children()
            .filter(|it| it.tag_name().name() == "channel");
        let all = std::iter::once(root)
            .chain(inside)
            .flat_map(|it| it.children());
        let all: Vec<_> = all
            .filter(|it| matches!(it.tag_name().name(), "entry" | "item"))
            .zip(1..)
            .map(|(entry, number)| CapEntry::read(entry, number))
            .collect();
        let without_link = all.iter().filter(|it| it.is_none()).count();
        let mut entries: Vec<_> = all.into_iter().flatten().collect();
        // The newest first; without dates, in the order of the index, which has them so.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        let left_out = entries.len().saturating_sub(FEED_ALERTS);
        entries.truncate(FEED_ALERTS);
        entries.reverse();
        Self {
            entries,
            without_link,
            left_out,
        }
    }
}

impl CapEntry {
    fn read(entry: Node<'_, '_>, number: usize) -> Option<Self> {
        let links = entry.children().filter_map(candidate);
        let (_, link) = links.min_by_key(|(rank, _)| *rank)?;
        let said = |names: &[&str]| {
            let mut children = entry.children();
            let found = children.find(|it| names.contains(&it.tag_name().name()));
            found.map(text_of).unwrap_or_default()
        };
        let updated = match said(&["updated", "date"]) {
            text if text.is_empty() => said(&["published", "pubDate"]),
            text => text,
        };
        let at = Timestamp::parse(&updated).ok();
        let at = at.or_else(|| {
            let time = DateTime::parse_from_rfc2822(&updated).ok()?;
            Some(time.to_utc().into())
        });
        Some(Self {
            mark: digest(&format!("{updated} {}", said(&["id", "guid"]))),
            link,
            number,
            at,
        })
    }
}

/// An address in an entry, and how little likely it is the alert: an entry may link to a page for
/// people as well.
fn candidate(node: Node<'_, '_>) -> Option<(u8, String)> {
    let kind = node.attribute("type").unwrap_or_default();
    let rank = match kind {
        _ if kind.contains("cap+xml") => 0,
        _ if kind.contains("xml") => 1,
        "" => 2,
        _ => 3,
    };
    let written = |name| node.attribute(name).map(str::trim).map(str::to_owned);
    let found = match node.tag_name().name() {
        "link" => match (written("href"), node.attribute("rel")) {
            (Some(link), None | Some("alternate")) => Some((rank, link)),
            (Some(link), Some(_)) if rank == 0 => Some((rank, link)),
            (Some(_), Some(_)) => None,
            (None, _) => Some((2, text_of(node))),
        },
        "enclosure" if rank < 2 => written("url").map(|link| (rank, link)),
        "guid" if node.attribute("isPermaLink") != Some("false") => {
            Some((4, text_of(node))).filter(|(_, text)| text.starts_with("http"))
        }
        _ => None,
    };
    found.filter(|(_, link)| !link.is_empty())
}
