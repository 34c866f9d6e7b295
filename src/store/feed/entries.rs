//! Entries of the feed, numbered and read.
//!
//! On PostgreSQL transactions commit in another order than that in which they write: a reader who went
//! by `id` would pass over what is committed later. So an entry gets its number after its commit, by one
//! transaction at a time, which sees only what is committed; readers go by the number. Of one message,
//! entries are numbered in the order they happened: whoever moves it has locked its row, so the earlier
//! is committed before the later gets its `id`.

use super::written::is_kept;
use crate::domain::{Channel, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, one, value};
use crate::store::{StoreError, handle};

handle! {
    /// What happened, for programs.
    feed -> FeedRows
}

row! {
    /// One thing that happened.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FeedEntry {
        /// Its place in the feed.
        pub number: i64,
        /// Such as `message.delivered`.
        pub kind: String,
        pub at: Timestamp,
        pub message: Option<i64> as message_id,
        /// The number of what the client wrote.
        pub reply: Option<i64> as reply_id,
        pub channel: Option<Channel>,
        /// The client's reference; none once the client was erased.
        pub client: Option<String> as client_ref,
        /// What the message was about: `case:…` or an incident's reference.
        pub about: Option<String>,
        pub case: Option<String> as case_ref,
        pub incident: Option<String> as incident_ref,
        /// Of the case, as the event said it.
        pub state: Option<String>,
        /// Of the message's state.
        pub reason: Option<String>,
        /// Of a reply: it came by a way that only the client has.
        pub proven: Option<bool>,
    }
}

row! {
    /// What of the feed is there.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct FeedSpan {
        /// The oldest number; none: it is empty.
        pub first: Option<i64>,
        /// The last number that was given; zero at first.
        pub last: i64,
        /// Entries wait for their number.
        pub unnumbered: bool,
    }
}

impl FeedSpan {
    /// Whether something behind the number `after` is not kept any more.
    #[must_use]
    pub fn has_lost(self, after: i64) -> bool {
        let first = self.first.unwrap_or(self.last.saturating_add(1));
        after.saturating_add(1) < first
    }

    /// Whether the number `after` was never given here: whoever has it read another store, or this one
    /// before it was restored from an older copy.
    #[must_use]
    pub const fn ends_before(self, after: i64) -> bool {
        self.last < after
    }
}

/// Where the last number that was given stands.
const MARK: &str = "feed";

impl FeedRows<'_> {
    /// Whether anybody wants entries to be written.
    pub async fn is_kept(&mut self) -> Result<bool, StoreError> {
        is_kept(self.0).await
    }

    /// What of it is there.
    pub async fn span(&mut self) -> Result<FeedSpan, StoreError> {
        one!(self.0, "read how far the feed goes",
            "SELECT (SELECT min(number) FROM feed) AS first,
             coalesce((SELECT upto FROM upkeep_mark WHERE name = $1), 0) AS last,
             EXISTS (SELECT 1 FROM feed WHERE number IS NULL) AS unnumbered";
            MARK
        )
    }

    /// Numbers up to `limit` entries that have none; how many. Waits for whoever does the same.
    pub async fn number(&mut self, limit: i64) -> Result<u64, StoreError> {
        // Names itself in a conflict, so that the row is locked and read either way.
        let last: i64 = value!(self.0, "lock the numbers of the feed",
            "INSERT INTO upkeep_mark (name, upto) VALUES ($1, 0)
             ON CONFLICT (name) DO UPDATE SET upto = upkeep_mark.upto RETURNING upto";
            MARK
        )?;
        let numbered = affected!(self.0, "number the feed",
            "UPDATE feed SET number = n.number FROM (SELECT id,
             CAST($1 AS BIGINT) + row_number() OVER (ORDER BY id) AS number
             FROM (SELECT id FROM feed WHERE number IS NULL ORDER BY id LIMIT $2) AS waiting)
             AS n WHERE feed.id = n.id";
            last, limit
        )?;
        let last = last.saturating_add(i64::try_from(numbered).unwrap_or(i64::MAX));
        execute!(self.0, "record the numbers of the feed",
            "UPDATE upkeep_mark SET upto = $2 WHERE name = $1";
            MARK, last
        )?;
        Ok(numbered)
    }

    /// Up to `limit` entries behind the number `after`, in order. `types`: types or their families, as
    /// JSON rows of one text each.
    pub async fn after(
        &mut self,
        after: i64,
        types: &str,
        limit: i64,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        all!(self.0, "read the feed",
            "SELECT f.number AS number, f.type AS kind, f.at AS at, f.message_id AS message_id,
             f.reply_id AS reply_id, m.channel AS channel, p.subject AS about,
             coalesce(c.ref, k.client_ref) AS client_ref, k.ref AS case_ref,
             i.ref AS incident_ref, f.state AS state, f.reason AS reason,
             g.verdict = 'human' AS proven
             FROM feed f LEFT JOIN message m ON m.id = f.message_id
             LEFT JOIN engagement g ON g.id = f.reply_id
             LEFT JOIN plan p ON p.id = m.plan_id LEFT JOIN client c ON c.id = m.client_id
             LEFT JOIN case_file k ON k.id = f.case_id
             LEFT JOIN incident i ON i.id = f.incident_id
             WHERE f.number > $1 AND EXISTS (SELECT 1 FROM ", words::rows!("$2"),
            " WHERE f.type = (value ->> 0)
             OR substr(f.type, 1, length(value ->> 0) + 1) = (value ->> 0) || '.')
             ORDER BY f.number LIMIT $3";
            after, types, limit
        )
    }

    /// The number before the first entry of what happened at `at` or later. Reads the whole feed.
    pub async fn number_before(&mut self, at: Timestamp) -> Result<i64, StoreError> {
        value!(self.0, "look for a time in the feed",
            "SELECT coalesce((SELECT min(number) - 1 FROM feed WHERE at >= $2),
             (SELECT upto FROM upkeep_mark WHERE name = $1), 0)";
            MARK, at
        )
    }
}
