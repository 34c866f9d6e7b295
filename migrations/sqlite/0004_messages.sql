-- One rule applied to one event is a plan; a plan has one message per client and channel.

CREATE TABLE plan (
    id                  INTEGER PRIMARY KEY,
    event_id            INTEGER NOT NULL REFERENCES event (id),
    rule                TEXT NOT NULL,
    template            TEXT NOT NULL,
    template_version_id INTEGER REFERENCES template_version (id),
    version             INTEGER NOT NULL,
    topic               TEXT NOT NULL,
    class               TEXT NOT NULL CHECK (class IN ('safety', 'service', 'marketing')),
    lane                TEXT NOT NULL CHECK (lane IN ('urgent', 'normal', 'bulk')),
    subject             TEXT NOT NULL,
    occurred_at         INTEGER NOT NULL,
    superseded_by       INTEGER,
    cancelled_at        INTEGER,
    paused_at           INTEGER,
    settings            TEXT NOT NULL,
    variables           TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('planning', 'planned')),
    cursor              INTEGER NOT NULL,
    planned             INTEGER NOT NULL,
    suppressed          INTEGER NOT NULL,
    due_at              INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    finished_at         INTEGER,
    CONSTRAINT plan_once UNIQUE (event_id, rule)
) STRICT;
CREATE INDEX plan_planning ON plan (id) WHERE state = 'planning';
CREATE INDEX plan_subject ON plan (subject, occurred_at);

CREATE TABLE message (
    id              INTEGER PRIMARY KEY,
    plan_id         INTEGER NOT NULL REFERENCES plan (id),
    client_id       INTEGER NOT NULL,
    notification_id INTEGER NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address         TEXT NOT NULL,
    locale          TEXT NOT NULL,
    lane            TEXT NOT NULL CHECK (lane IN ('urgent', 'normal', 'bulk')),
    tracking        TEXT NOT NULL CHECK (tracking IN ('none', 'aggregate', 'individual')),
    variables       TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN (
        'held', 'queued', 'leased', 'sending', 'unknown', 'accepted',
        'delivered', 'undelivered', 'unconfirmed', 'rejected', 'failed', 'expired',
        'superseded', 'cancelled', 'suppressed', 'unresolved')),
    reason          TEXT,
    due_at          INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    wake_at         INTEGER,
    lease_no        INTEGER NOT NULL,
    lease_node      INTEGER,
    tries           INTEGER NOT NULL,
    opens           INTEGER NOT NULL,
    asked           INTEGER NOT NULL,
    risky           INTEGER NOT NULL,
    provider        TEXT,
    provider_ref    TEXT,
    receipt_rank    INTEGER NOT NULL,
    late_bounce     INTEGER NOT NULL,
    engaged         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    opened_at       INTEGER,
    accepted_at     INTEGER,
    final_at        INTEGER,
    CONSTRAINT message_once UNIQUE (plan_id, client_id, channel)
) STRICT;
-- Few indexes, and none that begins with the state: see DESIGN.md.
CREATE INDEX message_due ON message (lane, due_at, id) WHERE state = 'queued';
CREATE INDEX message_wake ON message (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX message_client ON message (client_id, id);

-- What one node took off the queue in one grasp; a dead node's are given back from here.
CREATE TABLE claim (
    id         INTEGER PRIMARY KEY,
    node_id    INTEGER NOT NULL,
    messages   TEXT NOT NULL,
    claimed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_node ON claim (node_id);

CREATE TABLE attempt (
    message_id   INTEGER NOT NULL REFERENCES message (id),
    lease_no     INTEGER NOT NULL,
    provider     TEXT NOT NULL,
    reference    TEXT NOT NULL,
    node_id      INTEGER NOT NULL,
    opened_at    INTEGER NOT NULL,
    closed_at    INTEGER,
    outcome      TEXT CHECK (outcome IN ('accepted', 'not_sent', 'rejected', 'misconfigured', 'unknown')),
    stage        TEXT,
    code         TEXT,
    detail       TEXT,
    provider_ref TEXT,
    PRIMARY KEY (message_id, lease_no)
) STRICT;

CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    provider    TEXT NOT NULL,
    key         TEXT NOT NULL,
    message_id  INTEGER,
    kind        TEXT NOT NULL CHECK (kind IN ('accepted', 'buffered', 'delivered', 'undelivered', 'expired', 'rejected', 'undetermined')),
    code        TEXT,
    detail      TEXT,
    provider_at INTEGER,
    received_at INTEGER NOT NULL,
    CONSTRAINT receipt_once UNIQUE (provider, key)
) STRICT;
CREATE INDEX receipt_message ON receipt (message_id);

CREATE TABLE engagement (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('opened', 'clicked', 'viewed', 'replied', 'confirmed', 'unsubscribed')),
    verdict    TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'undetermined')),
    grounds    TEXT NOT NULL,
    link_id    INTEGER,
    detail     TEXT,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX engagement_message ON engagement (message_id);

-- Sums of message states by template, version, channel and the day a message was planned,
-- moved in the same transaction as the states they sum.
CREATE TABLE rollup (
    day             INTEGER NOT NULL,
    template        TEXT NOT NULL,
    version         INTEGER NOT NULL,
    channel         TEXT NOT NULL,
    planned         INTEGER NOT NULL,
    suppressed      INTEGER NOT NULL,
    accepted        INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    undelivered     INTEGER NOT NULL,
    unconfirmed     INTEGER NOT NULL,
    unknown         INTEGER NOT NULL,
    opened          INTEGER NOT NULL,
    opened_machine  INTEGER NOT NULL,
    clicked         INTEGER NOT NULL,
    clicked_machine INTEGER NOT NULL,
    replied         INTEGER NOT NULL,
    measurable      INTEGER NOT NULL,
    anonymous_opens INTEGER NOT NULL,
    PRIMARY KEY (day, template, version, channel)
) STRICT;
