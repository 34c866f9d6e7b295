//! What clients write finds its conversation: the one whose answer it answers, else one about the same
//! that is not long over; else it begins one. Whoever was closed is open again.

use super::Conversations;
use crate::domain::conversation::about;
use crate::domain::limits::{CONVERSATION_GOES_ON, STRANGER_LINES, STRANGERS_WAITING};
use crate::domain::{Address, Channel, ClientId, EventId, Ids, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{execute, optional, optional_value, value};
use crate::store::{Conn, StoreError};

row! {
    /// A reply, and what it answers.
    struct JoinedReply {
        message: MessageId as message_id,
        client: ClientId as client_id,
        channel: Channel,
        subject: String,
        event: EventId as event_id,
        at: Timestamp,
    }
}

/// A text that is a reply to no message.
#[derive(Debug)]
pub struct NewLine<'a> {
    /// What the gateway calls it, with the gateway's name.
    pub key: &'a str,
    /// None: nobody is known with this address.
    pub client: Option<ClientId>,
    pub address: &'a Address,
    pub text: &'a str,
    pub at: Timestamp,
}

/// What a client says of a case that a person is to look into, though it is a reply to no message.
#[derive(Debug)]
pub struct CaseWords<'a> {
    /// Words with the same one are kept once.
    pub key: &'a str,
    pub client: ClientId,
    pub case: &'a str,
    /// By which answers go.
    pub channel: Channel,
    pub text: &'a str,
    pub at: Timestamp,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptLine {
    Kept,
    KnownBefore,
    /// So many wait already that one more tells nothing.
    TooMany,
}

/// Where a line belongs.
struct ConversationPlace<'a> {
    client: Option<ClientId>,
    /// Of whoever is no client.
    address: Option<&'a str>,
    channel: Channel,
    subject: &'a str,
    at: Timestamp,
}

/// Joins replies, by the numbers of their engagements, in the transaction that keeps them.
pub(in crate::store) async fn join(
    conn: &mut Conn,
    replies: &[i64],
    ids: &dyn Ids,
) -> Result<(), StoreError> {
    for reply in replies {
        // A reply to a message that is gone was not kept.
        if let Some(joined) = lookup(conn, *reply).await? {
            join_one(conn, *reply, &joined, ids).await?;
        }
    }
    Ok(())
}

async fn lookup(conn: &mut Conn, reply: i64) -> Result<Option<JoinedReply>, StoreError> {
    optional!(*conn, "look up what a reply answers",
        "SELECT g.message_id, m.client_id, m.channel, p.subject, p.event_id, g.at
         FROM engagement g JOIN message m ON m.id = g.message_id JOIN plan p ON p.id = m.plan_id
         WHERE g.id = $1";
        reply
    )
}

async fn join_one(
    conn: &mut Conn,
    reply: i64,
    joined: &JoinedReply,
    ids: &dyn Ids,
) -> Result<(), StoreError> {
    let subject = about(&joined.subject);
    let place = ConversationPlace {
        client: Some(joined.client),
        address: None,
        channel: joined.channel,
        subject: &subject,
        at: joined.at,
    };
    let known = match of_answer(conn, joined).await? {
        Some(known) => Some(known),
        None => of_client(conn, joined.client, &place).await?,
    };
    let conversation = go_on(conn, known, &place, ids).await?;
    execute!(*conn, "join a reply to its conversation",
        "INSERT INTO conversation_line (id, conversation_id, way, channel, message_id,
         engagement_id, at) VALUES ($1, $2, 'in', $3, $4, $5, $6)";
        ids.next(), conversation, joined.channel, joined.message, reply, joined.at
    )
}

/// The conversation in which the message that is answered was an answer.
async fn of_answer(conn: &mut Conn, joined: &JoinedReply) -> Result<Option<i64>, StoreError> {
    optional_value!(*conn, "look up the conversation of an answer",
        "SELECT l.conversation_id FROM conversation_line l
         JOIN conversation v ON v.id = l.conversation_id
         WHERE l.event_id = $1 AND v.client_id = $2 LIMIT 1";
        joined.event, joined.client
    )
}

async fn of_client(
    conn: &mut Conn,
    client: ClientId,
    place: &ConversationPlace<'_>,
) -> Result<Option<i64>, StoreError> {
    optional_value!(*conn, "look up the conversation with a client",
        "SELECT id FROM conversation WHERE client_id = $1 AND subject = $2 AND last_at > $3
         ORDER BY last_at DESC, id DESC LIMIT 1";
        client, place.subject, place.at - CONVERSATION_GOES_ON
    )
}

async fn of_stranger(
    conn: &mut Conn,
    address: &str,
    place: &ConversationPlace<'_>,
) -> Result<Option<i64>, StoreError> {
    optional_value!(*conn, "look up the conversation with a number of no client",
        "SELECT id FROM conversation WHERE address = $1 AND channel = $2 AND client_id IS NULL
         AND last_at > $3 ORDER BY last_at DESC, id DESC LIMIT 1";
        address, place.channel, place.at - CONVERSATION_GOES_ON
    )
}

/// Notes that a line comes, in the conversation that is known or in a new one; which one it is.
async fn go_on(
    conn: &mut Conn,
    known: Option<i64>,
    place: &ConversationPlace<'_>,
    ids: &dyn Ids,
) -> Result<i64, StoreError> {
    if let Some(known) = known {
        execute!(*conn, "go on with a conversation",
            "UPDATE conversation SET state = 'open', reason = NULL, channel = $2, last_at = $3,
             waiting_since = coalesce(waiting_since, $3), lines = lines + 1 WHERE id = $1";
            known, place.channel, place.at
        )?;
        return Ok(known);
    }
    let id = ids.next();
    // Whoever looks after the case is to answer, where the case names one of the staff.
    let case = place.subject.strip_prefix("case:");
    execute!(*conn, "begin a conversation",
        "INSERT INTO conversation (id, client_id, address, channel, subject, state, assigned,
         began_at, last_at, waiting_since, lines)
         VALUES ($1, $2, $3, $4, $5, 'open', (SELECT u.email FROM case_file f
         JOIN console_user u ON lower(u.email) = lower(f.owner) WHERE f.ref = $6
         AND u.disabled_at IS NULL AND u.role IN ('operator', 'manager', 'approver', 'admin') LIMIT 1),
         $7, $7, $7, 1)";
        id, place.client, place.address, place.channel, place.subject, case, place.at
    )?;
    Ok(id)
}

impl Conversations<'_> {
    /// Notes by which channel a reply came that is kept with another channel's message: answers go there.
    pub async fn came_by(
        &mut self,
        message: MessageId,
        channel: Channel,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record by which channel a line came",
            "UPDATE conversation_line SET channel = $2 WHERE id =
             (SELECT max(id) FROM conversation_line WHERE message_id = $1)";
            message, channel
        )?;
        execute!(self.0, "record by which channel a client wrote last",
            "UPDATE conversation SET channel = $2 WHERE id = (SELECT conversation_id
             FROM conversation_line WHERE id =
             (SELECT max(id) FROM conversation_line WHERE message_id = $1))";
            message, channel
        )
    }

    /// Keeps a text that is a reply to no message.
    pub async fn keep(
        &mut self,
        line: &NewLine<'_>,
        ids: &dyn Ids,
    ) -> Result<KeptLine, StoreError> {
        let is_known: bool = value!(self.0, "look up a text that came before",
            "SELECT EXISTS (SELECT 1 FROM conversation_line WHERE key = $1)";
            line.key
        )?;
        if is_known {
            return Ok(KeptLine::KnownBefore);
        }
        let place = ConversationPlace {
            client: line.client,
            address: line.client.is_none().then(|| line.address.as_str()),
            channel: line.address.channel(),
            subject: "",
            at: line.at,
        };
        let known = match (place.client, place.address) {
            (Some(client), _) => of_client(self.0, client, &place).await?,
            (None, Some(address)) => of_stranger(self.0, address, &place).await?,
            (None, None) => None,
        };
        if self.is_crowded(known, line.client.is_none()).await? {
            return Ok(KeptLine::TooMany);
        }
        let conversation = go_on(self.0, known, &place, ids).await?;
        execute!(self.0, "keep a text in its conversation",
            "INSERT INTO conversation_line (id, conversation_id, way, channel, text, key, at)
             VALUES ($1, $2, 'in', $3, $4, $5, $6)";
            ids.next(), conversation, place.channel, line.text, line.key, line.at
        )?;
        Ok(KeptLine::Kept)
    }

    /// Keeps what a client says of a case in the conversation about it; whoever looks after the case is to
    /// answer. False: it is there already.
    pub async fn keep_of_case(
        &mut self,
        words: &CaseWords<'_>,
        ids: &dyn Ids,
    ) -> Result<bool, StoreError> {
        let is_known: bool = value!(self.0, "look up what a client said of a case",
            "SELECT EXISTS (SELECT 1 FROM conversation_line WHERE key = $1)";
            words.key
        )?;
        if is_known {
            return Ok(false);
        }
        let subject = format!("case:{}", words.case);
        let place = ConversationPlace {
            client: Some(words.client),
            address: None,
            channel: words.channel,
            subject: &subject,
            at: words.at,
        };
        let known = of_client(self.0, words.client, &place).await?;
        let conversation = go_on(self.0, known, &place, ids).await?;
        execute!(self.0, "keep what a client says of a case",
            "INSERT INTO conversation_line (id, conversation_id, way, channel, text, key, at)
             VALUES ($1, $2, 'in', $3, $4, $5, $6)";
            ids.next(), conversation, place.channel, words.text, words.key, words.at
        )?;
        Ok(true)
    }

    /// Puts another first line in the place of that of a client's words of a case: the rest of them stays.
    /// Words that were erased, or never kept, stay away.
    pub async fn restate_of_case(&mut self, key: &str, first: &str) -> Result<(), StoreError> {
        let known: Option<String> = optional_value!(self.0, "read what a client said of a case",
            "SELECT text FROM conversation_line WHERE key = $1 AND text IS NOT NULL";
            key
        )?;
        let Some(known) = known else {
            return Ok(());
        };
        let text = match known.split_once('\n') {
            Some((_, rest)) => format!("{first}\n{rest}"),
            None => first.to_owned(),
        };
        execute!(self.0, "note that a client says otherwise of a case",
            "UPDATE conversation_line SET text = $2 WHERE key = $1";
            key, &text
        )
    }

    /// Whether one more is too much: of one conversation, or of strangers altogether.
    async fn is_crowded(
        &mut self,
        known: Option<i64>,
        is_stranger: bool,
    ) -> Result<bool, StoreError> {
        if let Some(known) = known {
            let waiting: i64 = value!(self.0, "count the lines that wait in a conversation",
                "SELECT CAST(count(*) AS BIGINT) FROM conversation_line
                 WHERE conversation_id = $1 AND way = 'in' AND answered_at IS NULL";
                known
            )?;
            return Ok(waiting >= STRANGER_LINES);
        }
        if !is_stranger {
            return Ok(false);
        }
        let waiting: i64 = value!(
            self.0,
            "count conversations with numbers of no client",
            "SELECT CAST(count(*) AS BIGINT) FROM conversation
             WHERE address IS NOT NULL AND waiting_since IS NOT NULL"
        )?;
        Ok(waiting >= STRANGERS_WAITING)
    }
}
