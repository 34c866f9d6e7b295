//! What clients wrote back, and which of it a person has still to answer.
//!
//! A reply is an engagement with words; it comes in through `engagement`, and belongs to a conversation
//! (`conversations`), where it is answered. Whoever answered by telephone says so here.

use crate::domain::{MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, value};
use crate::store::people::conversations::answered_elsewhere;
use crate::store::{StoreError, handle};

handle! {
    /// What clients wrote back.
    replies -> Replies
}

/// Which replies; each list is the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepliesTo<'a> {
    /// Those that nobody has answered, whoever wrote them.
    Unanswered,
    /// All to one message.
    Message(MessageId),
    /// All of one client, by the row's id.
    Client(i64),
    /// All to messages about one case, by its reference.
    Case(&'a str),
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Reply {
        /// The reply's own number.
        pub id: i64,
        /// The message it answers.
        pub message: MessageId as message_id,
        /// The client's own words; nothing once they were erased.
        pub text: Option<String> as detail,
        /// When it was written.
        pub at: Timestamp,
        /// The client's reference; nothing once the client was erased.
        pub client_ref: Option<String>,
        /// The client's name, likewise.
        pub client_name: Option<String>,
        /// Why it is not proven that the client wrote it; nothing where it is.
        pub doubt: Option<String>,
        /// What the message was about: a case's or an incident's reference.
        pub about: String,
        /// When it was marked as answered.
        pub answered_at: Option<Timestamp>,
        /// Who marked it as answered.
        pub answered_by: Option<String>,
        /// The conversation it belongs to; nothing for one that was answered before there were any.
        pub conversation: Option<i64> as conversation_id,
    }
}

/// Counting of unanswered replies stops here; the page then says "more than".
pub const MOST_COUNTED: i64 = 1_000;

/// One list: the columns and joins that all share, and what it asks for of its own.
macro_rules! replies {
    ($conn:expr, $($own:literal),+; $($value:expr),+) => {
        all!($conn, "list the replies of clients",
            "SELECT g.id, g.message_id, g.detail, g.at, c.ref AS client_ref,
             c.name AS client_name,
             CASE WHEN g.verdict = 'undetermined' THEN g.grounds END AS doubt, p.subject AS about, g.answered_at, g.answered_by,
             (SELECT max(l.conversation_id) FROM conversation_line l
             WHERE l.engagement_id = g.id) AS conversation_id
             FROM engagement g JOIN message m ON m.id = g.message_id
             JOIN plan p ON p.id = m.plan_id LEFT JOIN client c ON c.id = m.client_id
             WHERE g.kind = 'replied' AND g.id < $1 AND ", $($own),+,
            " ORDER BY g.id DESC LIMIT $2";
            $($value),+
        )
    };
}

impl Replies<'_> {
    /// At most `limit` replies with a number below `before`, newest first.
    pub async fn list(
        &mut self,
        about: RepliesTo<'_>,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Reply>, StoreError> {
        match about {
            RepliesTo::Unanswered => {
                replies!(self.0, "g.answered_at IS NULL"; before, limit)
            }
            RepliesTo::Message(message) => {
                replies!(self.0, "g.message_id = $3"; before, limit, message)
            }
            RepliesTo::Client(client) => {
                replies!(self.0, "m.client_id = $3"; before, limit, client)
            }
            RepliesTo::Case(case) => replies!(self.0,
                "p.event_id IN (SELECT h.event_id FROM case_file f
                 JOIN case_change h ON h.case_id = f.id WHERE f.ref = $3)";
                before, limit, case
            ),
        }
    }

    /// How many nobody has answered, at most [`MOST_COUNTED`] + 1; what partners ask stands on the same
    /// page and is counted as well.
    pub async fn unanswered(&mut self) -> Result<i64, StoreError> {
        value!(self.0, "count the replies that nobody answered",
            "SELECT CAST(count(*) AS BIGINT) FROM (SELECT id FROM engagement
             WHERE kind = 'replied' AND answered_at IS NULL
             UNION ALL SELECT id FROM partner_question WHERE answered_at IS NULL
             LIMIT $1) AS waiting";
            MOST_COUNTED + 1
        )
    }

    /// Marks a reply as answered; false when there is none, or somebody was first.
    pub async fn answered(
        &mut self,
        reply: i64,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let marked = affected!(self.0, "record that a reply was answered",
            "UPDATE engagement SET answered_at = $1, answered_by = $2
             WHERE id = $3 AND kind = 'replied' AND answered_at IS NULL";
            at, by, reply
        )?;
        if marked == 1 {
            answered_elsewhere(self.0, reply, at).await?;
        }
        Ok(marked == 1)
    }
}
