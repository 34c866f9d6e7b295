//! Entries of the feed, written in the transaction that changes what they tell of.
//!
//! Nobody may want them: then a batch costs one look at two small tables, and nothing is written. An
//! entry names no person: what it is about is looked up when it is read, so that what is erased is gone
//! from it.

use super::FEED;
use crate::domain::{CaseId, IncidentId, MessageId, MessageState, Timestamp};
use crate::store::database::sql::{execute, value};
use crate::store::{Conn, StoreError, database, json_ids};

/// What is new of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum MessageNews {
    State(MessageState),
    /// What a person did with it: `opened`, `clicked`, ...
    Act(&'static str),
}

impl MessageNews {
    const fn word(self) -> &'static str {
        match self {
            Self::State(state) => state.as_str(),
            Self::Act(word) => word,
        }
    }
}

/// Keeps what is new of messages: that they left, ended, or were read. States on the way are none.
pub(in crate::store) async fn note_messages(
    conn: &mut Conn,
    news: &[(MessageId, MessageNews)],
) -> Result<(), StoreError> {
    let rows: Vec<_> = news
        .iter()
        .filter(|(_, news)| is_told(*news))
        .map(|(message, news)| {
            let is_act = matches!(news, MessageNews::Act(_));
            (message.get(), news.word(), i64::from(is_act))
        })
        .collect();
    if rows.is_empty() || !is_kept(conn).await? {
        return Ok(());
    }
    execute!(*conn, "write messages to the feed",
        "INSERT INTO feed (type, message_id, reason, at)
         SELECT 'message.' || r.word, m.id, CASE WHEN r.act = 0 THEN m.reason END,
         CASE WHEN r.act = 1 THEN coalesce((SELECT max(e.at) FROM engagement e
         WHERE e.message_id = m.id), m.created_at)
         WHEN r.word = 'accepted' THEN coalesce(m.accepted_at, m.created_at)
         ELSE coalesce(m.final_at, m.opened_at, m.created_at) END
         FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS word,
         CAST(value ->> 2 AS BIGINT) AS act FROM ", words::rows!("$1"),
        ") AS r JOIN message m ON m.id = r.id";
        database::rows::json(&rows)?
    )
}

/// Keeps that the messages of these plans, as ids, were withdrawn at `now`.
pub(in crate::store) async fn note_withdrawn(
    conn: &mut Conn,
    plans: &str,
    state: MessageState,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !is_kept(conn).await? {
        return Ok(());
    }
    execute!(*conn, "write withdrawn messages to the feed",
        "INSERT INTO feed (type, message_id, reason, at)
         SELECT 'message.' || state, id, reason, final_at FROM message
         WHERE plan_id IN (", words::ids!("$1"), ") AND state = $2 AND final_at = $3";
        plans, state, now
    )
}

/// Keeps that clients wrote back. `replies`: the numbers of their engagements.
pub(in crate::store) async fn note_replies(
    conn: &mut Conn,
    replies: &[i64],
) -> Result<(), StoreError> {
    if replies.is_empty() || !is_kept(conn).await? {
        return Ok(());
    }
    execute!(*conn, "write replies to the feed",
        "INSERT INTO feed (type, message_id, reply_id, at)
         SELECT 'reply.received', message_id, id, at FROM engagement
         WHERE id IN (", words::ids!("$1"), ")";
        json_ids(replies)
    )
}

/// Keeps what an event said of a case.
pub(in crate::store) async fn note_case(
    conn: &mut Conn,
    kind: &str,
    case: CaseId,
    state: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    if !is_kept(conn).await? {
        return Ok(());
    }
    execute!(*conn, "write a case to the feed",
        "INSERT INTO feed (type, case_id, state, at) VALUES ($1, $2, $3, $4)";
        kind, case, state, at
    )
}

/// Keeps what an event said of an incident.
pub(in crate::store) async fn note_incident(
    conn: &mut Conn,
    kind: &str,
    incident: IncidentId,
    at: Timestamp,
) -> Result<(), StoreError> {
    if !is_kept(conn).await? {
        return Ok(());
    }
    execute!(*conn, "write an incident to the feed",
        "INSERT INTO feed (type, incident_id, at) VALUES ($1, $2, $3)";
        kind, incident, at
    )
}

/// Whether anybody wants the feed. A webhook that is switched off wants it too: it is told later.
pub(super) async fn is_kept(conn: &mut Conn) -> Result<bool, StoreError> {
    value!(*conn, "look whether the feed is kept",
        "SELECT EXISTS (SELECT 1 FROM webhook) OR EXISTS (SELECT 1 FROM switch
         WHERE name = $1 AND CAST(thrown AS BOOLEAN))";
        FEED
    )
}

/// What is on its way to being sent is nobody's news.
const fn is_told(news: MessageNews) -> bool {
    match news {
        MessageNews::Act(_) => true,
        MessageNews::State(state) => {
            state.is_final() || matches!(state, MessageState::Accepted | MessageState::Unknown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_on_the_way_are_no_news() {
        use MessageState as S;
        for state in [S::Queued, S::Leased, S::Sending, S::Held] {
            assert!(!is_told(MessageNews::State(state)), "{state}");
        }
        for state in [S::Accepted, S::Unknown, S::Delivered, S::Suppressed] {
            assert!(is_told(MessageNews::State(state)), "{state}");
        }
        assert!(is_told(MessageNews::Act("opened")));
    }
}
