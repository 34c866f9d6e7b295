//! Conversations: what one client, or a number that no client has, wrote, and what was answered, about one
//! case or incident or about nothing that is known. The words of replies stay where they are, in
//! `engagement`; a line points there.
//!
//! `joined` puts what clients write into its conversation, in the transaction that keeps it; `moves` has
//! what people do; `unknown` makes a client of whoever nobody knows, to answer, and finds out later who it
//! was. When an answer is due is `domain::promise`'s; mails to the staff are in `staff_mails`.

mod joined;
mod moves;
mod unknown;

use crate::domain::conversation::{ConversationState, LineWay};
use crate::domain::limits::{ANSWERERS, LINES_SHOWN};
use crate::domain::{Channel, ClientId, EventId, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, one, optional, optional_value, value, values};
use crate::store::{StoreError, handle};

pub(in crate::store) use self::joined::join;
pub use self::joined::{CaseWords, KeptLine, NewLine};
pub(in crate::store) use self::moves::answered_elsewhere;
pub use self::moves::{EarlierAnswer, NewAnswer};

handle! {
    /// What clients wrote, and what was answered.
    conversations -> Conversations
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Conversation {
        pub id: i64,
        /// Nothing: whoever wrote has a number that no client has.
        pub client: Option<ClientId> as client_id,
        /// The client's reference; nothing once the client was erased.
        pub client_ref: Option<String>,
        pub client_name: Option<String>,
        /// The client was made only to answer a number or an address that no client had.
        pub is_unknown: bool,
        /// Of whoever is no client.
        pub address: Option<String>,
        /// By which answers go.
        pub channel: Channel,
        /// `case:PR-1`, `incident:G-1`, or empty.
        pub subject: String,
        pub state: ConversationState,
        /// Why it was closed.
        pub reason: Option<String>,
        /// E-mail of whoever is to answer.
        pub assigned: Option<String>,
        pub began_at: Timestamp,
        pub last_at: Timestamp,
        /// Since when somebody waits for an answer.
        pub waiting_since: Option<Timestamp>,
        /// How many there are: whoever answers says how many they saw.
        pub lines: i64,
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConversationLine {
        pub id: i64,
        pub way: LineWay,
        pub channel: Channel,
        /// The message that it answers.
        pub message: Option<MessageId> as message_id,
        /// Nothing once it was erased, or is no longer kept.
        pub text: Option<String> as words,
        /// E-mail of whoever answered, or the name of a key.
        pub author: Option<String>,
        /// It was answered by mail.
        pub by_mail: bool,
        pub at: Timestamp,
        pub answered_at: Option<Timestamp>,
        /// The event that asks for an answer to be sent.
        pub event: Option<EventId> as event_id,
        /// The message that carries the answer, once it is planned.
        pub sent: Option<MessageId> as sent_id,
        /// How the client's words were joined to the message, for people.
        pub grounds: Option<String>,
        /// The same where it is not proven that the client wrote them.
        pub doubt: Option<String>,
    }
}

row! {
    /// How many wait for an answer, and since when the first does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct WaitingClients {
        pub waiting: i64,
        pub since: Option<Timestamp>,
    }
}

/// To whom conversations are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignedTo<'a> {
    Anybody,
    Nobody,
    /// Named by the e-mail.
    Person(&'a str),
}

impl<'a> AssignedTo<'a> {
    /// As the statements have it: no address is a dash.
    const fn word(self) -> &'a str {
        match self {
            Self::Anybody => "",
            Self::Nobody => "-",
            Self::Person(email) => email,
        }
    }
}

/// One list: the columns and joins that all share, and what it asks for of its own.
macro_rules! conversations {
    ($fetch:ident, $conn:expr, $($own:literal),+; $($value:expr),+) => {
        $fetch!($conn, "read conversations with clients",
            "SELECT v.id, v.client_id, c.ref AS client_ref, c.name AS client_name,
             EXISTS (SELECT 1 FROM unknown_writer w WHERE w.client_id = v.client_id) AS is_unknown,
             v.address, v.channel, v.subject, v.state, v.reason, v.assigned, v.began_at, v.last_at,
             v.waiting_since, v.lines
             FROM conversation v LEFT JOIN client c ON c.id = v.client_id WHERE ", $($own),+;
            $($value),+
        )
    };
}

impl Conversations<'_> {
    /// At most `limit` with a number below `before`, newest first.
    pub async fn list(
        &mut self,
        state: Option<ConversationState>,
        assigned: AssignedTo<'_>,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        let state = state.map_or("", ConversationState::as_str);
        conversations!(all, self.0,
            "v.id < $1 AND ($3 = '' OR v.state = $3) AND ($4 = '' OR v.assigned = $4
             OR ($4 = '-' AND v.assigned IS NULL)) ORDER BY v.id DESC LIMIT $2";
            before, limit, state, assigned.word()
        )
    }

    /// Those in which somebody waits for an answer, who waits longest first.
    pub async fn waiting(
        &mut self,
        assigned: AssignedTo<'_>,
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        conversations!(all, self.0,
            "v.waiting_since IS NOT NULL AND ($2 = '' OR v.assigned = $2
             OR ($2 = '-' AND v.assigned IS NULL)) ORDER BY v.waiting_since, v.id LIMIT $1";
            limit, assigned.word()
        )
    }

    /// The others with a number below `before`, newest first.
    pub async fn answered(
        &mut self,
        assigned: AssignedTo<'_>,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        conversations!(all, self.0,
            "v.waiting_since IS NULL AND v.id < $1 AND ($3 = '' OR v.assigned = $3
             OR ($3 = '-' AND v.assigned IS NULL)) ORDER BY v.id DESC LIMIT $2";
            before, limit, assigned.word()
        )
    }

    pub async fn lookup(&mut self, id: i64) -> Result<Option<Conversation>, StoreError> {
        conversations!(optional, self.0, "v.id = $1"; id)
    }

    /// Its newest lines, in the order in which they were written.
    pub async fn lines(&mut self, id: i64) -> Result<Vec<ConversationLine>, StoreError> {
        let mut newest: Vec<ConversationLine> = all!(self.0, "read the lines of a conversation",
            "SELECT l.id, l.way, l.channel, l.message_id, coalesce(l.text, g.detail) AS words,
             l.author, l.mail_id IS NOT NULL AS by_mail, l.at, l.answered_at, l.event_id,
             (SELECT max(m.id) FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.event_id = l.event_id) AS sent_id, g.grounds,
             CASE WHEN g.verdict = 'undetermined' THEN g.grounds END AS doubt
             FROM conversation_line l LEFT JOIN engagement g ON g.id = l.engagement_id
             WHERE l.conversation_id = $1 ORDER BY l.at DESC, l.id DESC LIMIT $2";
            id, LINES_SHOWN
        )?;
        newest.reverse();
        Ok(newest)
    }

    /// Whether the client has an address of the conversation's channel that nothing bars, or whoever is
    /// no client has one.
    pub async fn may_be_told(&mut self, id: i64) -> Result<bool, StoreError> {
        value!(self.0, "look up whether a client may be answered",
            "SELECT EXISTS (SELECT 1 FROM conversation v LEFT JOIN contact_point o
             ON o.client_id = v.client_id AND o.channel = v.channel WHERE v.id = $1
             AND coalesce(o.address, v.address) IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM suppression s
             WHERE s.channel = v.channel AND s.address = coalesce(o.address, v.address)))";
            id
        )
    }

    /// The first address of a client on a channel.
    pub async fn address_of(
        &mut self,
        client: ClientId,
        channel: Channel,
    ) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "look up the address of a client",
            "SELECT address FROM contact_point WHERE client_id = $1 AND channel = $2
             ORDER BY position LIMIT 1";
            client, channel
        )
    }

    /// E-mails of those who may answer.
    pub async fn answerers(&mut self) -> Result<Vec<String>, StoreError> {
        values!(self.0, "list who may answer clients",
            "SELECT email FROM console_user WHERE disabled_at IS NULL
             AND role IN ('operator', 'manager', 'approver', 'admin') ORDER BY email LIMIT $1";
            ANSWERERS
        )
    }

    /// Those who have waited since `since` or longer.
    pub async fn waiting_since(&mut self, since: Timestamp) -> Result<WaitingClients, StoreError> {
        one!(self.0, "count who waits for an answer",
            "SELECT CAST(count(*) AS BIGINT) AS waiting, min(waiting_since) AS since
             FROM conversation WHERE waiting_since <= $1";
            since
        )
    }
}
