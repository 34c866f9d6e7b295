//! What happened, for programs that want to be told, and who is told by POST.
//!
//! `written` keeps entries in the transaction of what happened, and only while somebody wants them.
//! `entries` numbers and reads them, `webhooks` knows to whom they are sent. What an entry looks like
//! outside and how it is sent is `crate::feed`'s.

mod entries;
mod webhooks;
mod written;

pub use entries::{FeedEntry, FeedSpan};
pub use webhooks::{Webhook, WebhookTry};

pub(in crate::store) use written::{
    MessageNews, note_case, note_incident, note_messages, note_replies, note_withdrawn,
};

/// The switch that keeps the feed though no webhook is there (`[feed] enabled`).
pub const FEED: &str = "feed";
