-- What clients wrote and what was answered, as conversations that reach a person. Only adds
-- (docs/upgrading.md).

CREATE TABLE conversation (
    id            INTEGER PRIMARY KEY,
    client_id     INTEGER, -- null: whoever wrote has a number or an address that no client has
    address       TEXT, -- of whom no client is known; null otherwise, and once it was erased
    channel       TEXT NOT NULL CHECK (channel IN ('email', 'sms')), -- by which answers go
    subject       TEXT NOT NULL, -- `case:PR-1`, `incident:G-1`; empty: about nothing that is known
    state         TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    reason        TEXT, -- why it was closed, in the words of whoever did
    assigned      TEXT, -- e-mail of the console's user who answers; null: nobody's
    began_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL, -- when its newest line was written
    waiting_since INTEGER, -- when the first line came that nobody has answered; null: all are answered
    lines         INTEGER NOT NULL -- how many it has: tells an answer to what somebody else answered meanwhile
) STRICT;
CREATE INDEX conversation_client ON conversation (client_id, last_at);
CREATE INDEX conversation_address ON conversation (address, last_at) WHERE address IS NOT NULL;
CREATE INDEX conversation_waiting ON conversation (waiting_since) WHERE waiting_since IS NOT NULL;

CREATE TABLE conversation_line (
    id              INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    way             TEXT NOT NULL CHECK (way IN ('in', 'out')), -- `in`: from the client
    channel         TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    message_id      INTEGER, -- the message that it answers
    engagement_id   INTEGER, -- the reply whose words it is; they stand there
    text            TEXT, -- the words of all other lines; null once they were erased
    event_id        INTEGER, -- the event that asks for an answer to be sent
    author          TEXT, -- who answered: e-mail of the console's user, or the key's name
    key             TEXT, -- what the gateway calls it, where no event holds that: it is taken once
    at              INTEGER NOT NULL,
    answered_at     INTEGER, -- of a client's line
    CONSTRAINT conversation_line_key_key UNIQUE (key)
) STRICT;
CREATE INDEX conversation_line_of ON conversation_line (conversation_id, id);
CREATE INDEX conversation_line_reply ON conversation_line (engagement_id) WHERE engagement_id IS NOT NULL;
CREATE INDEX conversation_line_message ON conversation_line (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX conversation_line_event ON conversation_line (event_id) WHERE event_id IS NOT NULL;

-- Replies that wait now: each begins a conversation.
INSERT INTO conversation (id, client_id, channel, subject, state, began_at, last_at, waiting_since, lines)
SELECT g.id, m.client_id, m.channel,
    CASE WHEN p.subject LIKE 'case:%' OR p.subject LIKE 'incident:%' THEN p.subject ELSE '' END,
    'open', g.at, g.at, g.at, 1
FROM engagement g JOIN message m ON m.id = g.message_id JOIN plan p ON p.id = m.plan_id
WHERE g.kind = 'replied' AND g.answered_at IS NULL AND g.detail IS NOT NULL;
INSERT INTO conversation_line (id, conversation_id, way, channel, message_id, engagement_id, at)
SELECT g.id, c.id, 'in', c.channel, g.message_id, g.id, g.at
FROM conversation c JOIN engagement g ON g.id = c.id;
