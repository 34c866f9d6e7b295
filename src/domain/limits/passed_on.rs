//! What others read of us: the feed, and webhooks.

use std::time::Duration;

use chrono::TimeDelta;

/// Entries of the feed in one answer.
pub const FEED_PAGE: i64 = 1_000;
/// Entries numbered in one transaction.
pub const FEED_NUMBERED: i64 = 5_000;
/// Types, or families of types, that one reader names.
pub const FEED_TYPES: usize = 30;
/// Characters of one such type.
pub const FEED_TYPE: usize = 60;
/// Seconds that a reader of the feed may wait for something new.
pub const FEED_WAIT: u64 = 20;
/// Webhooks there may be.
pub const WEBHOOKS: usize = 20;
/// Characters of a webhook's name.
pub const WEBHOOK_NAME: usize = 40;
/// Bytes of a webhook's address.
pub const WEBHOOK_URL: usize = 2_000;
/// Entries that one webhook is sent before it is written down how far it came.
pub const WEBHOOK_BATCH: i64 = 50;
/// How long a receiver may take to answer, the connection included.
pub const POSTING_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read, so that the connection can be used again.
pub const ANSWER_READ: usize = 4 * 1024;
/// So long they are waited for; what the answer means is known before.
pub const ANSWER_READ_WITHIN: Duration = Duration::from_millis(300);
/// A batch ends after so long, though there is more.
pub const WEBHOOK_TURN: Duration = Duration::from_secs(20);
/// How long a node may send to one without writing down how far it came: longer than a batch and its last
/// answer take.
pub const WEBHOOK_LEASE: TimeDelta = TimeDelta::minutes(2);
/// So long the secret before signs as well.
pub const WEBHOOK_FORMER: TimeDelta = TimeDelta::hours(48);
/// Characters of the sentence why a try failed.
pub const WEBHOOK_FAULT: usize = 300;
