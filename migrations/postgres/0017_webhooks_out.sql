-- What happened, one row for each thing, for programs that want to be told (docs/webhooks.md). Written only
-- while somebody wants it, in the transaction of what happened. Only adds (docs/upgrading.md).

CREATE TABLE feed (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- given by the database as it is written; of one message in order
    number      BIGINT, -- its place in the feed, given after its commit; null: not yet
    type        TEXT NOT NULL, -- such as message.delivered
    message_id  BIGINT,
    reply_id    BIGINT, -- the engagement with the client's words
    case_id     BIGINT,
    incident_id BIGINT,
    state       TEXT, -- of the case, as the event said it
    reason      TEXT, -- of the message's state
    at          BIGINT NOT NULL
);
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
    former_until  BIGINT,
    cursor        BIGINT NOT NULL, -- the last number that is done with
    tries         BIGINT NOT NULL, -- how many failed since the last that did not
    failing_since BIGINT,
    next_at       BIGINT NOT NULL, -- nothing is sent before
    off_at        BIGINT, -- null: it is sent to
    off_by        TEXT, -- who switched it off; null: it was given up
    lease_node    BIGINT, -- who sends to it, until lease_until
    lease_until   BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL
);

-- The last tries of each.
CREATE TABLE webhook_delivery (
    id      BIGINT PRIMARY KEY,
    webhook TEXT NOT NULL, -- its name
    number  BIGINT NOT NULL, -- of the entry in the feed
    at      BIGINT NOT NULL,
    took_ms BIGINT NOT NULL, -- milliseconds until the answer
    status  BIGINT, -- of HTTP; null: no answer came
    fault   TEXT -- why it failed; null: it did not
);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook, id);
