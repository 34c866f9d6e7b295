-- What happened, one row for each thing, for programs that want to be told (docs/webhooks.md). Written only
-- while somebody wants it, in the transaction of what happened. Only adds (docs/upgrading.md).

CREATE TABLE feed (
    id          INTEGER PRIMARY KEY, -- given by the database as it is written; of one message in order
    number      INTEGER, -- its place in the feed, given after its commit; null: not yet
    type        TEXT NOT NULL, -- such as message.delivered
    message_id  INTEGER,
    reply_id    INTEGER, -- the engagement with the client's words
    case_id     INTEGER,
    incident_id INTEGER,
    state       TEXT, -- of the case, as the event said it
    reason      TEXT, -- of the message's state
    at          INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX feed_number ON feed (number);
CREATE INDEX feed_unnumbered ON feed (id) WHERE number IS NULL;
CREATE INDEX feed_case ON feed (case_id) WHERE case_id IS NOT NULL;

-- Who is told, by POST.
CREATE TABLE webhook (
    name          TEXT PRIMARY KEY,
    url           TEXT NOT NULL,
    types         TEXT NOT NULL, -- types or their families, separated by blanks
    secret        TEXT NOT NULL, -- signs; whsec_ and base64
    former_secret TEXT, -- signs as well, until then
    former_until  INTEGER,
    cursor        INTEGER NOT NULL, -- the last number that is done with
    tries         INTEGER NOT NULL, -- how many failed since the last that did not
    failing_since INTEGER,
    next_at       INTEGER NOT NULL, -- nothing is sent before
    off_at        INTEGER, -- null: it is sent to
    off_by        TEXT, -- who switched it off; null: it was given up
    lease_node    INTEGER, -- who sends to it, until lease_until
    lease_until   INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;

-- The last tries of each.
CREATE TABLE webhook_delivery (
    id      INTEGER PRIMARY KEY,
    webhook TEXT NOT NULL, -- its name
    number  INTEGER NOT NULL, -- of the entry in the feed
    at      INTEGER NOT NULL,
    took_ms INTEGER NOT NULL, -- milliseconds until the answer
    status  INTEGER, -- of HTTP; null: no answer came
    fault   TEXT -- why it failed; null: it did not
) STRICT;
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook, id);
