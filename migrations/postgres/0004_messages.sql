-- One rule applied to one event is a plan; a plan has one message per client and channel.

CREATE TABLE plan (
    id                  BIGINT PRIMARY KEY,
    event_id            BIGINT NOT NULL REFERENCES event (id),
    rule                TEXT NOT NULL,
    template            TEXT NOT NULL,
    template_version_id BIGINT REFERENCES template_version (id),
    version             BIGINT NOT NULL,
    topic               TEXT NOT NULL,
    class               TEXT NOT NULL CHECK (class IN ('safety', 'service', 'marketing')),
    lane                TEXT NOT NULL CHECK (lane IN ('urgent', 'normal', 'bulk')),
    subject             TEXT NOT NULL,
    occurred_at         BIGINT NOT NULL,
    superseded_by       BIGINT,
    cancelled_at        BIGINT,
    paused_at           BIGINT,
    settings            TEXT NOT NULL,
    variables           TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('planning', 'planned')),
    cursor              BIGINT NOT NULL,
    planned             BIGINT NOT NULL,
    suppressed          BIGINT NOT NULL,
    due_at              BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    finished_at         BIGINT,
    CONSTRAINT plan_once UNIQUE (event_id, rule)
);
CREATE INDEX plan_planning ON plan (id) WHERE state = 'planning';
CREATE INDEX plan_subject ON plan (subject, occurred_at);

CREATE TABLE message (
    id              BIGINT PRIMARY KEY,
    plan_id         BIGINT NOT NULL REFERENCES plan (id),
    client_id       BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
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
    due_at          BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    wake_at         BIGINT,
    lease_no        BIGINT NOT NULL,
    lease_node      BIGINT,
    tries           BIGINT NOT NULL,
    opens           BIGINT NOT NULL,
    asked           BIGINT NOT NULL,
    risky           BOOLEAN NOT NULL,
    provider        TEXT,
    provider_ref    TEXT,
    receipt_rank    BIGINT NOT NULL,
    late_bounce     BOOLEAN NOT NULL,
    engaged         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    opened_at       BIGINT,
    accepted_at     BIGINT,
    final_at        BIGINT,
    CONSTRAINT message_once UNIQUE (plan_id, client_id, channel)
);
-- Few indexes, and none that begins with the state: see DESIGN.md.
CREATE INDEX message_due ON message (lane, due_at, id) WHERE state = 'queued';
CREATE INDEX message_wake ON message (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX message_client ON message (client_id, id);

-- What one node took off the queue in one grasp; a dead node's are given back from here.
CREATE TABLE claim (
    id         BIGINT PRIMARY KEY,
    node_id    BIGINT NOT NULL,
    messages   TEXT NOT NULL,
    claimed_at BIGINT NOT NULL
);
CREATE INDEX claim_node ON claim (node_id);

CREATE TABLE attempt (
    message_id   BIGINT NOT NULL REFERENCES message (id),
    lease_no     BIGINT NOT NULL,
    provider     TEXT NOT NULL,
    reference    TEXT NOT NULL,
    node_id      BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL,
    closed_at    BIGINT,
    outcome      TEXT CHECK (outcome IN ('accepted', 'not_sent', 'rejected', 'misconfigured', 'unknown')),
    stage        TEXT,
    code         TEXT,
    detail       TEXT,
    provider_ref TEXT,
    PRIMARY KEY (message_id, lease_no)
);

CREATE TABLE receipt (
    id          BIGINT PRIMARY KEY,
    provider    TEXT NOT NULL,
    key         TEXT NOT NULL,
    message_id  BIGINT,
    kind        TEXT NOT NULL CHECK (kind IN ('accepted', 'buffered', 'delivered', 'undelivered', 'expired', 'rejected', 'undetermined')),
    code        TEXT,
    detail      TEXT,
    provider_at BIGINT,
    received_at BIGINT NOT NULL,
    CONSTRAINT receipt_once UNIQUE (provider, key)
);
CREATE INDEX receipt_message ON receipt (message_id);

CREATE TABLE engagement (
    id         BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('opened', 'clicked', 'viewed', 'replied', 'confirmed', 'unsubscribed')),
    verdict    TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'undetermined')),
    grounds    TEXT NOT NULL,
    link_id    BIGINT,
    detail     TEXT,
    at         BIGINT NOT NULL
);
CREATE INDEX engagement_message ON engagement (message_id);

-- Sums of message states by template, version, channel and the day a message was planned,
-- moved in the same transaction as the states they sum.
CREATE TABLE rollup (
    day             BIGINT NOT NULL,
    template        TEXT NOT NULL,
    version         BIGINT NOT NULL,
    channel         TEXT NOT NULL,
    planned         BIGINT NOT NULL,
    suppressed      BIGINT NOT NULL,
    accepted        BIGINT NOT NULL,
    delivered       BIGINT NOT NULL,
    undelivered     BIGINT NOT NULL,
    unconfirmed     BIGINT NOT NULL,
    unknown         BIGINT NOT NULL,
    opened          BIGINT NOT NULL,
    opened_machine  BIGINT NOT NULL,
    clicked         BIGINT NOT NULL,
    clicked_machine BIGINT NOT NULL,
    replied         BIGINT NOT NULL,
    measurable      BIGINT NOT NULL,
    anonymous_opens BIGINT NOT NULL,
    PRIMARY KEY (day, template, version, channel)
);
