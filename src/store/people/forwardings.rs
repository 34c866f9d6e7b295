//! Problems of clients that are passed on to bodies: marked by a person, several in one mail, and what the
//! body said to it. When a mail is due and when it is sent once more is decided in `source::clock`; a body
//! acknowledges it on its status page (`web::public`).

use crate::domain::forwarding::ProblemKind;
use crate::domain::limits::{FORWARDED_READY, FORWARDED_TOGETHER, FORWARDED_WITHIN};
use crate::domain::{ClientId, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value, values};
use crate::store::{StoreError, handle};

handle! {
    /// Problems of clients that are passed on to bodies.
    forwardings -> Forwardings
}

/// A problem to be passed on.
#[derive(Debug)]
pub struct NewProblem<'a> {
    pub id: i64,
    pub body: &'a str,
    pub problem: ProblemKind,
    /// None: a number that no client has wrote.
    pub client: Option<ClientId>,
    /// Where it was written, or the message on which it was marked.
    pub conversation: Option<i64>,
    pub message: Option<MessageId>,
    /// `case:PR-1`, `incident:G-1`, or empty.
    pub subject: &'a str,
    pub words: &'a str,
    /// Name and address, where they go along.
    pub who: Option<&'a str>,
    /// E-mail of the console's user, or the key's name.
    pub by: &'a str,
    pub at: Timestamp,
}

row! {
    /// A problem, and what became of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ForwardedProblem {
        pub id: i64,
        pub body: String,
        pub problem: ProblemKind,
        /// The client's reference; nothing for a number of no client, and once the client was erased.
        pub client_ref: Option<String>,
        pub conversation: Option<i64> as conversation_id,
        pub message: Option<MessageId> as message_id,
        pub subject: String,
        /// Nothing once they were erased.
        pub words: Option<String>,
        /// Name and address, where they go along.
        pub who: Option<String>,
        pub marked_by: String,
        pub marked_at: Timestamp,
        /// In which of the body's lists it went, and when; nothing: it waits. So the next two.
        pub number: Option<i64>,
        pub made_at: Option<Timestamp>,
        pub chased_at: Option<Timestamp>,
        pub acknowledged_at: Option<Timestamp>,
    }
}

row! {
    /// A list of problems as it went to a body.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SentForwarding {
        pub id: i64,
        pub body: String,
        pub number: i64,
        pub acknowledged_at: Option<Timestamp>,
    }
}

row! {
    /// What a message is about that a client answered, as a problem to pass on.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReportedOnMessage {
        pub client: ClientId as client_id,
        pub client_name: Option<String>,
        /// Where it went; empty once the client was erased.
        pub address: String,
        pub subject: String,
        /// The newest words that the client answered to it.
        pub words: Option<String>,
        /// The client said that what it is about is not over.
        pub still_out: bool,
    }
}

/// One list: the columns and joins that all share, and what it asks for of its own.
macro_rules! problems {
    ($conn:expr, $($own:literal),+; $($value:expr),+) => {
        all!($conn, "read problems that are passed on",
            "SELECT r.id, r.body, r.problem, c.ref AS client_ref, r.conversation_id, r.message_id,
             r.subject, r.words, r.who, r.marked_by, r.marked_at, f.number, f.made_at, f.chased_at,
             f.acknowledged_at FROM forwarded_problem r
             LEFT JOIN forwarding f ON f.id = r.forwarding_id
             LEFT JOIN client c ON c.id = r.client_id WHERE ", $($own),+;
            $($value),+
        )
    };
}

impl Forwardings<'_> {
    /// Keeps a problem for the next mail to its body. False: one of the same place waits there already.
    pub async fn mark(&mut self, new: &NewProblem<'_>) -> Result<bool, StoreError> {
        let kept = affected!(self.0, "keep a problem to be passed on",
            "INSERT INTO forwarded_problem (id, body, problem, client_id, conversation_id,
             message_id, subject, words, who, marked_by, marked_at)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
             WHERE NOT EXISTS (SELECT 1 FROM forwarded_problem w WHERE w.body = $2
             AND w.forwarding_id IS NULL
             AND (w.conversation_id = $5 OR w.message_id = $6))";
            new.id, new.body, new.problem, new.client, new.conversation, new.message, new.subject,
            new.words, new.who, new.by, new.at
        )?;
        Ok(kept == 1)
    }

    /// At most `limit` with a number below `before`, newest first.
    pub async fn list(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<ForwardedProblem>, StoreError> {
        problems!(self.0, "r.id < $1 ORDER BY r.id DESC LIMIT $2"; before, limit)
    }

    /// The problems of one list to a body, in the order in which they were marked.
    pub async fn of_list(
        &mut self,
        body: &str,
        number: i64,
    ) -> Result<Vec<ForwardedProblem>, StoreError> {
        problems!(self.0, "f.body = $1 AND f.number = $2 ORDER BY r.id"; body, number)
    }

    /// What a client answered to a message.
    pub async fn reported_on(
        &mut self,
        message: MessageId,
    ) -> Result<Option<ReportedOnMessage>, StoreError> {
        optional!(self.0, "look up what a client answered to a message",
            "SELECT m.client_id, c.name AS client_name, m.address, p.subject,
             (SELECT g.detail FROM engagement g WHERE g.message_id = m.id AND g.kind = 'replied'
             ORDER BY g.id DESC LIMIT 1) AS words,
             EXISTS (SELECT 1 FROM incident i JOIN incident_answer a ON a.incident_id = i.id
             WHERE p.subject = 'incident:' || i.ref AND a.client_id = m.client_id
             AND CAST(a.still_out AS BOOLEAN)) AS still_out
             FROM message m JOIN plan p ON p.id = m.plan_id LEFT JOIN client c ON c.id = m.client_id
             WHERE m.id = $1";
            message
        )
    }

    /// The bodies whose next mail is due: one of their problems has waited for long enough, or so many
    /// wait that none waits for others.
    pub async fn ready(&mut self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        values!(self.0, "look for bodies to which problems are to be passed on",
            "SELECT body FROM forwarded_problem WHERE forwarding_id IS NULL GROUP BY body
             HAVING min(marked_at) <= $1 OR count(*) >= $2 ORDER BY body";
            now - FORWARDED_WITHIN, FORWARDED_READY
        )
    }

    /// Enters a mail to a body with the problems that wait, the oldest first; its number among those of
    /// the body.
    pub async fn enter(
        &mut self,
        id: i64,
        body: &str,
        chase_at: Timestamp,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let number: i64 = value!(self.0, "number a list of problems to a body",
            "SELECT coalesce(max(number), 0) + 1 FROM forwarding WHERE body = $1"; body
        )?;
        execute!(self.0, "enter a list of problems to a body",
            "INSERT INTO forwarding (id, body, number, made_at, chase_at)
             VALUES ($1, $2, $3, $4, $5)";
            id, body, number, now, chase_at
        )?;
        execute!(self.0, "take problems into a list to a body",
            "UPDATE forwarded_problem SET forwarding_id = $1 WHERE id IN
             (SELECT id FROM forwarded_problem WHERE body = $2 AND forwarding_id IS NULL
             ORDER BY id LIMIT $3)";
            id, body, FORWARDED_TOGETHER
        )?;
        Ok(number)
    }

    /// Lists that nobody has acknowledged in time and that are to be sent again.
    pub async fn to_chase(&mut self, now: Timestamp) -> Result<Vec<SentForwarding>, StoreError> {
        all!(self.0, "look for lists of problems that nobody acknowledged",
            "SELECT id, body, number, acknowledged_at FROM forwarding
             WHERE chase_at <= $1 AND acknowledged_at IS NULL ORDER BY id";
            now
        )
    }

    /// It is not sent again any more; `at`: it was now.
    pub async fn chased(&mut self, id: i64, at: Option<Timestamp>) -> Result<(), StoreError> {
        execute!(self.0, "record that a list of problems was sent again",
            "UPDATE forwarding SET chase_at = NULL, chased_at = $2 WHERE id = $1"; id, at
        )
    }

    /// The list of this number to a body.
    pub async fn lookup(
        &mut self,
        body: &str,
        number: i64,
    ) -> Result<Option<SentForwarding>, StoreError> {
        optional!(self.0, "read a list of problems to a body",
            "SELECT id, body, number, acknowledged_at FROM forwarding
             WHERE body = $1 AND number = $2";
            body, number
        )
    }

    /// The body has this list.
    pub async fn acknowledge(
        &mut self,
        body: &str,
        number: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that a body has a list of problems",
            "UPDATE forwarding SET acknowledged_at = $3, chase_at = NULL
             WHERE body = $1 AND number = $2 AND acknowledged_at IS NULL";
            body, number, now
        )
    }
}
