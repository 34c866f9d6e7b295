//! What clients wrote back, and which of it a person has still to answer.
//!
//! A reply is an engagement with words; it comes in through `engagement`. Answering happens by
//! telephone or mail: here it is only written down that it was done, and by whom.

use crate::domain::{MessageId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on};

/// Replies within a transaction.
pub struct Replies<'a>(&'a mut Conn);

impl Tx {
    /// What clients wrote back.
    pub fn replies(&mut self) -> Replies<'_> {
        Replies(&mut self.conn)
    }
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

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Reply {
    /// The reply's own number.
    pub id: i64,
    message_id: i64,
    /// The client's own words; nothing once they were erased.
    pub text: Option<String>,
    at: i64,
    /// The client's reference; nothing once the client was erased.
    pub client_ref: Option<String>,
    /// The client's name, likewise.
    pub client_name: Option<String>,
    /// What the message was about: a case's or an incident's reference.
    pub about: String,
    answered_at: Option<i64>,
    /// Who marked it as answered.
    pub answered_by: Option<String>,
}

impl Reply {
    /// The message it answers.
    #[must_use]
    pub const fn message(&self) -> MessageId {
        MessageId::new(self.message_id)
    }
    /// When it was written.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at)
    }
    /// When it was marked as answered.
    #[must_use]
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at.map(Timestamp::from_micros)
    }
}

/// Counting of unanswered replies stops here; the page then says "more than".
pub const MOST_COUNTED: i64 = 1_000;

/// The columns all lists share, and the joins they need.
macro_rules! select {
    ($($rest:tt)*) => {
        concat!(
            "SELECT g.id, g.message_id, g.detail AS text, g.at, c.ref AS client_ref, \
                    c.name AS client_name, p.subject AS about, g.answered_at, g.answered_by \
             FROM engagement g JOIN message m ON m.id = g.message_id \
             JOIN plan p ON p.id = m.plan_id LEFT JOIN client c ON c.id = m.client_id \
             WHERE g.kind = 'replied' AND g.id < $1 AND ",
            $($rest)*,
            " ORDER BY g.id DESC LIMIT $2"
        )
    };
}

/// Runs a list's text, binding what every one begins with and then its own.
macro_rules! fetch {
    ($db:expr, $before:expr, $limit:expr, $text:expr $(, $more:expr)*) => {
        on!($db, |c| sqlx::query_as::<_, Reply>($text)
            .bind($before)
            .bind($limit)
            $(.bind($more))*
            .fetch_all(&mut **c)
            .await)
        .doing("list replies")
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
                let text = select!("g.answered_at IS NULL");
                fetch!(self.0, before, limit, text)
            }
            RepliesTo::Message(message) => {
                let text = select!("g.message_id = $3");
                fetch!(self.0, before, limit, text, message.get())
            }
            RepliesTo::Client(client) => {
                let text = select!("m.client_id = $3");
                fetch!(self.0, before, limit, text, client)
            }
            RepliesTo::Case(case) => {
                let text = select!(
                    "p.event_id IN (SELECT h.event_id FROM case_file f \
                     JOIN case_change h ON h.case_id = f.id WHERE f.ref = $3)"
                );
                fetch!(self.0, before, limit, text, case)
            }
        }
    }

    /// How many nobody has answered, at most [`MOST_COUNTED`] + 1.
    pub async fn unanswered(&mut self) -> Result<i64, StoreError> {
        on!(&mut *self.0, |c| sqlx::query_scalar(
            "SELECT CAST(count(*) AS BIGINT) FROM (SELECT id FROM engagement \
             WHERE kind = 'replied' AND answered_at IS NULL LIMIT $1) AS waiting"
        )
        .bind(MOST_COUNTED + 1)
        .fetch_one(&mut **c)
        .await)
        .doing("count the replies that nobody answered")
    }

    /// Marks a reply as answered; false when there is none, or somebody was first.
    pub async fn answered(
        &mut self,
        reply: i64,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        on!(&mut *self.0, |c| sqlx::query(
            "UPDATE engagement SET answered_at = $1, answered_by = $2 \
             WHERE id = $3 AND kind = 'replied' AND answered_at IS NULL"
        )
        .bind(at.as_micros())
        .bind(by)
        .bind(reply)
        .execute(&mut **c)
        .await
        .map(|done| done.rows_affected() == 1))
        .doing("mark a reply as answered")
    }
}
