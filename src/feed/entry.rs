//! One entry as programs see it, the same in the feed and in a webhook: type, time, and the ids of what
//! it is about. No name, no address, no text: those are asked for by the id, with a key that may.

use serde::Serialize;

use crate::domain::{Channel, Timestamp};
use crate::store::feed::FeedEntry;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedItem {
    /// Its place in the feed.
    id: String,
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: FeedFacts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FeedFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// The client's reference; null once the client was erased.
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Of a reply: the client wrote it, as far as can be known. False: anybody could have.
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<bool>,
}

impl From<FeedEntry> for FeedItem {
    fn from(entry: FeedEntry) -> Self {
        Self {
            id: entry.number.to_string(),
            kind: entry.kind,
            timestamp: entry.at,
            data: FeedFacts {
                message: entry.message.map(|id| id.to_string()),
                reply: entry.reply.map(|id| id.to_string()),
                channel: entry.channel,
                client: entry.client.filter(|reference| !reference.is_empty()),
                about: entry.about.filter(|subject| !subject.is_empty()),
                case: entry.case,
                incident: entry.incident,
                state: entry.state.filter(|state| !state.is_empty()),
                reason: entry.reason,
                proven: entry.proven,
            },
        }
    }
}
