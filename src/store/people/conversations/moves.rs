//! What people do with a conversation: answer, give it to somebody, close it, open it again. Whoever
//! answers says how many lines they saw: when there are more, somebody else was first. Whoever answers a
//! mail saw the lines that were in it or before: those are answered by it, and no others.

use super::Conversations;
use crate::domain::conversation::ConversationState;
use crate::domain::{Channel, EventId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, execute, optional, optional_value};
use crate::store::{Conn, StoreError};

/// An answer to keep; its event asks for it to be sent.
#[derive(Debug)]
pub struct NewAnswer<'a> {
    pub id: i64,
    pub conversation: i64,
    /// How many lines whoever answers saw.
    pub seen: i64,
    pub channel: Channel,
    pub text: &'a str,
    /// E-mail of the console's user, or the key's name.
    pub by: &'a str,
    pub event: EventId,
    /// The mail to the staff that was answered.
    pub mail: Option<i64>,
    pub at: Timestamp,
}

row! {
    /// What somebody answered in a conversation.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EarlierAnswer {
        /// E-mail of the person, or the name of a key.
        pub author: Option<String>,
        pub text: Option<String>,
    }
}

/// Marks the line of a reply that was answered by other means; then nobody waits there any more, unless
/// another line does.
pub(in crate::store) async fn answered_elsewhere(
    conn: &mut Conn,
    reply: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(*conn, "record that a line was answered",
        "UPDATE conversation_line SET answered_at = $2
         WHERE engagement_id = $1 AND answered_at IS NULL";
        reply, at
    )?;
    execute!(*conn, "record since when a client waits",
        "UPDATE conversation SET waiting_since = (SELECT min(l.at) FROM conversation_line l
         WHERE l.conversation_id = conversation.id AND l.way = 'in' AND l.answered_at IS NULL)
         WHERE id IN (SELECT conversation_id FROM conversation_line WHERE engagement_id = $1)";
        reply
    )
}

impl Conversations<'_> {
    /// Keeps an answer. False: there is another line since, or no such conversation; the caller must not
    /// commit.
    pub async fn answer(&mut self, answer: &NewAnswer<'_>) -> Result<bool, StoreError> {
        let claimed = affected!(self.0, "answer in a conversation",
            "UPDATE conversation SET state = 'open', reason = NULL, last_at = $3,
             lines = lines + 1 WHERE id = $1 AND lines = $2";
            answer.conversation, answer.seen, answer.at
        )?;
        if claimed != 1 {
            return Ok(false);
        }
        let all = answer.mail.is_none();
        self.settle(answer.conversation, answer.by, all, answer.at)
            .await?;
        execute!(self.0, "keep an answer to a client",
            "INSERT INTO conversation_line (id, conversation_id, way, channel, text, event_id,
             author, mail_id, at) VALUES ($1, $2, 'out', $3, $4, $5, $6, $7, $8)";
            answer.id, answer.conversation, answer.channel, answer.text, answer.event, answer.by,
            answer.mail, answer.at
        )?;
        Ok(true)
    }

    /// Keeps a conversation as it is until the end of the transaction; how many lines it has.
    pub async fn lock(&mut self, id: i64) -> Result<Option<i64>, StoreError> {
        optional_value!(self.0, "lock a conversation",
            "SELECT lines FROM conversation WHERE id = $1", words::for_update!();
            id
        )
    }

    /// The last answer that anybody but this person gave since a time.
    pub async fn answered_by_another(
        &mut self,
        id: i64,
        person: &str,
        since: Timestamp,
    ) -> Result<Option<EarlierAnswer>, StoreError> {
        optional!(self.0, "look for another's answer in a conversation",
            "SELECT author, text FROM conversation_line WHERE conversation_id = $1
             AND way = 'out' AND at > $3 AND coalesce(author, '') <> $2 ORDER BY at DESC LIMIT 1";
            id, person, since
        )
    }

    /// Gives it to one of those who may answer, or to nobody. False: there is no such person or
    /// conversation.
    pub async fn assign(&mut self, id: i64, to: Option<&str>) -> Result<bool, StoreError> {
        let given = affected!(self.0, "assign a conversation",
            "UPDATE conversation SET assigned = $2 WHERE id = $1 AND ($2 IS NULL
             OR EXISTS (SELECT 1 FROM console_user u WHERE u.email = $2
             AND u.disabled_at IS NULL
             AND u.role IN ('operator', 'manager', 'approver', 'admin')))";
            id, to
        )?;
        Ok(given == 1)
    }

    /// Closes it; nobody waits in it any more. False: it is not open.
    pub async fn close(
        &mut self,
        id: i64,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let closed = affected!(self.0, "close a conversation",
            "UPDATE conversation SET state = $2, reason = $3 WHERE id = $1 AND state <> $2";
            id, ConversationState::Closed, reason
        )?;
        if closed == 1 {
            self.settle(id, by, true, at).await?;
        }
        Ok(closed == 1)
    }

    /// False: it is not closed.
    pub async fn reopen(&mut self, id: i64) -> Result<bool, StoreError> {
        let opened = affected!(self.0, "open a conversation again",
            "UPDATE conversation SET state = $2, reason = NULL WHERE id = $1 AND state <> $2";
            id, ConversationState::Open
        )?;
        Ok(opened == 1)
    }

    /// Its replies count as answered: all, so that nobody waits in it any more, or those alone that were
    /// mailed to the staff.
    async fn settle(
        &mut self,
        id: i64,
        by: &str,
        all: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record who answered the replies of a conversation",
            "UPDATE engagement SET answered_at = $2, answered_by = $3 WHERE answered_at IS NULL
             AND id IN (SELECT engagement_id FROM conversation_line
             WHERE conversation_id = $1 AND answered_at IS NULL
             AND (CAST($4 AS BOOLEAN) OR mailed_at IS NOT NULL))";
            id, at, by, all
        )?;
        execute!(self.0, "record when the lines of a conversation were answered",
            "UPDATE conversation_line SET answered_at = $2
             WHERE conversation_id = $1 AND way = 'in' AND answered_at IS NULL
             AND (CAST($3 AS BOOLEAN) OR mailed_at IS NOT NULL)";
            id, at, all
        )?;
        execute!(self.0, "record since when a client waits for an answer",
            "UPDATE conversation SET waiting_since = (SELECT min(l.at) FROM conversation_line l
             WHERE l.conversation_id = conversation.id AND l.way = 'in' AND l.answered_at IS NULL)
             WHERE id = $1";
            id
        )
    }
}
