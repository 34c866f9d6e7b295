-- The schema as the version before left it, dumped by sqlite3.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
CREATE TABLE client (
    id               INTEGER PRIMARY KEY,
    ref              TEXT NOT NULL,
    name             TEXT NOT NULL,
    name_folded      TEXT NOT NULL,
    locale           TEXT NOT NULL,
    time_zone        TEXT NOT NULL,
    preferred        TEXT CHECK (preferred IN ('sms', 'email')),
    partner          TEXT,
    quiet_from       INTEGER CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_to         INTEGER CHECK (quiet_to BETWEEN 0 AND 1439),
    tracking_consent TEXT NOT NULL CHECK (tracking_consent IN ('granted', 'denied', 'withdrawn', 'unknown')),
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    CONSTRAINT client_ref_key UNIQUE (ref)
) STRICT;
CREATE TABLE contact_point (
    id        INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    channel   TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address   TEXT NOT NULL,
    position  INTEGER NOT NULL,
    verified  INTEGER NOT NULL,
    CONSTRAINT contact_point_once UNIQUE (client_id, channel, address)
) STRICT;
CREATE TABLE place (
    id           INTEGER PRIMARY KEY,
    client_id    INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    code         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    municipality TEXT,
    postal_code  TEXT,
    lat          REAL,
    lon          REAL,
    CONSTRAINT place_once UNIQUE (client_id, code)
) STRICT;
CREATE TABLE place_tag (
    place_id  INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE,
    client_id INTEGER NOT NULL,
    tag       TEXT NOT NULL,
    PRIMARY KEY (place_id, tag)
) STRICT;
CREATE TABLE topic_choice (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    topic     TEXT NOT NULL,
    wanted    INTEGER NOT NULL,
    PRIMARY KEY (client_id, topic)
) STRICT;
CREATE TABLE suppression (
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address    TEXT NOT NULL,
    reason     TEXT NOT NULL CHECK (reason IN ('stop', 'unsubscribed', 'hard_bounce', 'complaint', 'manual')),
    message_id INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (channel, address)
) STRICT;
CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    type        TEXT NOT NULL,
    subject     TEXT,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    data        TEXT NOT NULL,
    body_hash   TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('received', 'planned', 'unmatched', 'refused')),
    detail      TEXT, claimed_at INTEGER,
    CONSTRAINT event_once UNIQUE (source, event_id)
) STRICT;
CREATE TABLE case_file (
    id          INTEGER PRIMARY KEY,
    ref         TEXT NOT NULL,
    client_ref  TEXT NOT NULL,
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    owner       TEXT,
    note        TEXT,
    expected_by TEXT,
    opened_at   INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    closed_at   INTEGER,
    CONSTRAINT case_file_ref_key UNIQUE (ref)
) STRICT;
CREATE TABLE case_change (
    event_id    INTEGER PRIMARY KEY REFERENCES event (id),
    case_id     INTEGER NOT NULL REFERENCES case_file (id),
    type        TEXT NOT NULL,
    state       TEXT NOT NULL,
    owner       TEXT,
    note        TEXT,
    expected_by TEXT,
    occurred_at INTEGER NOT NULL
) STRICT;
CREATE TABLE incident (
    id           INTEGER PRIMARY KEY,
    ref          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('going_on', 'resolved', 'cancelled')),
    service      TEXT,
    severity     TEXT,
    area         TEXT NOT NULL,
    cause        TEXT,
    note         TEXT,
    began_at     INTEGER,
    expected_end INTEGER,
    opened_at    INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    closed_at    INTEGER,
    CONSTRAINT incident_ref_key UNIQUE (ref)
) STRICT;
CREATE TABLE incident_change (
    event_id    INTEGER PRIMARY KEY REFERENCES event (id),
    incident_id INTEGER NOT NULL REFERENCES incident (id),
    type        TEXT NOT NULL,
    data        TEXT NOT NULL,
    occurred_at INTEGER NOT NULL
) STRICT;
CREATE TABLE template (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    topic       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT template_name_key UNIQUE (name)
) STRICT;
CREATE TABLE template_version (
    id           INTEGER PRIMARY KEY,
    template_id  INTEGER NOT NULL REFERENCES template (id),
    version      INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    variables    TEXT NOT NULL,
    parts        TEXT NOT NULL,
    author       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    CONSTRAINT template_version_once UNIQUE (template_id, version)
) STRICT;
CREATE TABLE link (
    id         INTEGER PRIMARY KEY,
    url        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT link_url_key UNIQUE (url)
) STRICT;
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
    finished_at         INTEGER, day INTEGER, clicks INTEGER,
    CONSTRAINT plan_once UNIQUE (event_id, rule)
) STRICT;
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
    final_at        INTEGER, reports INTEGER,
    CONSTRAINT message_once UNIQUE (plan_id, client_id, channel)
) STRICT;
CREATE TABLE claim (
    id         INTEGER PRIMARY KEY,
    node_id    INTEGER NOT NULL,
    messages   TEXT NOT NULL,
    claimed_at INTEGER NOT NULL
) STRICT;
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
CREATE TABLE engagement (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('opened', 'clicked', 'viewed', 'replied', 'confirmed', 'unsubscribed')),
    verdict    TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'undetermined')),
    grounds    TEXT NOT NULL,
    link_id    INTEGER,
    detail     TEXT,
    at         INTEGER NOT NULL
, answered_at INTEGER, answered_by TEXT) STRICT;
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
    anonymous_opens INTEGER NOT NULL, reporting INTEGER NOT NULL DEFAULT 0, reached INTEGER NOT NULL DEFAULT 0, clicks_measurable INTEGER NOT NULL DEFAULT 0, read_measurable INTEGER NOT NULL DEFAULT 0, read INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, template, version, channel)
) STRICT;
CREATE TABLE node (
    id           INTEGER PRIMARY KEY,
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 255),
    name         TEXT NOT NULL,
    roles        TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    stopped_at   INTEGER
) STRICT;
CREATE TABLE provider_state (
    name         TEXT PRIMARY KEY,
    paused_until INTEGER,
    reason       TEXT,
    tat          INTEGER NOT NULL
) STRICT;
CREATE TABLE switch (
    name   TEXT PRIMARY KEY,
    thrown INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE TABLE api_key (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    secret_hash  TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER, sources TEXT, types   TEXT,
    CONSTRAINT api_key_prefix_key UNIQUE (prefix)
) STRICT;
CREATE TABLE console_user (
    id            INTEGER PRIMARY KEY,
    email         TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'manager', 'admin')),
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    CONSTRAINT console_user_email_key UNIQUE (email)
) STRICT;
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES console_user (id),
    csrf       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT
) STRICT;
CREATE TABLE keyring (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE task_run (
    task        TEXT NOT NULL CHECK (task IN ('nightly', 'hourly')),
    slot        TEXT NOT NULL,
    node_id     INTEGER NOT NULL,
    takes       INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    outcome     TEXT,
    PRIMARY KEY (task, slot)
) STRICT;
CREATE TABLE breach (
    id         INTEGER PRIMARY KEY,
    invariant  TEXT NOT NULL,
    broken     INTEGER NOT NULL,
    example    INTEGER,
    found_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    cleared_at INTEGER
) STRICT;
CREATE TABLE upkeep_mark (
    name TEXT PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT;
CREATE TABLE erased_client (
    client_id INTEGER PRIMARY KEY,
    ref_key   TEXT NOT NULL, -- HMAC of the reference: what still comes in about it is refused
    erased_at INTEGER NOT NULL
) STRICT;
CREATE TABLE suppression_key (
    channel     TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address_key TEXT NOT NULL, -- HMAC of the address
    reason      TEXT NOT NULL CHECK (reason IN ('stop', 'unsubscribed', 'hard_bounce', 'complaint', 'manual')),
    created_at  INTEGER NOT NULL, -- when the address was barred
    PRIMARY KEY (channel, address_key)
) STRICT;
CREATE INDEX contact_point_address ON contact_point (address);
CREATE INDEX place_code ON place (code);
CREATE INDEX place_municipality ON place (municipality, client_id);
CREATE INDEX place_postal_code ON place (postal_code, client_id);
CREATE INDEX place_position ON place (lat, lon);
CREATE INDEX place_tag_tag ON place_tag (tag, client_id);
CREATE INDEX event_received ON event (id) WHERE state = 'received';
CREATE INDEX case_file_client ON case_file (client_ref);
CREATE INDEX case_change_case ON case_change (case_id, occurred_at);
CREATE INDEX incident_going_on ON incident (id) WHERE state = 'going_on';
CREATE INDEX incident_change_incident ON incident_change (incident_id, occurred_at);
CREATE INDEX plan_planning ON plan (id) WHERE state = 'planning';
CREATE INDEX plan_subject ON plan (subject, occurred_at);
CREATE INDEX message_due ON message (lane, due_at, id) WHERE state = 'queued';
CREATE INDEX message_wake ON message (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX message_client ON message (client_id, id);
CREATE INDEX claim_node ON claim (node_id);
CREATE INDEX receipt_message ON receipt (message_id);
CREATE INDEX engagement_message ON engagement (message_id);
CREATE UNIQUE INDEX node_slot_key ON node (slot) WHERE stopped_at IS NULL;
CREATE UNIQUE INDEX breach_open ON breach (invariant) WHERE cleared_at IS NULL;
CREATE INDEX engagement_unanswered ON engagement (id) WHERE kind = 'replied' AND answered_at IS NULL;
CREATE INDEX erased_client_ref ON erased_client (ref_key);
CREATE INDEX case_file_closed ON case_file (closed_at) WHERE closed_at IS NOT NULL;
INSERT INTO _sqlx_migrations VALUES (1, 'clients', '2026-11-24 23:22:20', 1, X'BF2B3BD8F1CC3215DE24934D3977E43F8A2B2E0561AD7271154CB72D6D6E44F5CEB575C957B956EE6A6052A2F10E2B79', 909693);
INSERT INTO _sqlx_migrations VALUES (2, 'events', '2026-11-24 23:22:20', 1, X'0E93ED804DCFD263E9C4BEE44ECD6B20BB122C77666144ED8B7D2FC4F59843289F4BA27F375FDAA5C7DDDEA21DF549BB', 794977);
INSERT INTO _sqlx_migrations VALUES (3, 'templates', '2026-11-24 23:22:20', 1, X'5FF337243CA59F98D7088EFDE74D2EDB7F8B1CBE643B947A4CD66DB033DEF154263B4DA93F929CBCFAA3D57B95E29B17', 398034);
INSERT INTO _sqlx_migrations VALUES (4, 'messages', '2026-11-24 23:22:20', 1, X'FBE721D36D8F579AEDDCE207E6E8F80AB071A80ABCE4FCDACFE13B12F2E72D55A51C25949EEE8C570ED1A46388B7EA56', 1050509);
INSERT INTO _sqlx_migrations VALUES (5, 'operation', '2026-11-24 23:22:20', 1, X'C200541782A89880E40AA147717D74BFFBC7E50029CE9B5D33698859112932882E7F434956368F1F412D330C3DCEB33B', 755897);
INSERT INTO _sqlx_migrations VALUES (6, 'upkeep', '2026-11-24 23:22:20', 1, X'0F6E743C25CDBDD06EACFB3D2F6012F1D3AC6561ED249E36AB6A258A2F5C0F34ABAB5A94BFD110BF9FE462D8F9FA73B6', 3571362);
INSERT INTO _sqlx_migrations VALUES (7, 'limits and rights', '2026-11-24 23:22:20', 1, X'7E2B795E2278C47EB6CBD101A23FC2841FE91233BE120E5D4E66BE80F7AB0A9B39E9A3328660FB3761004F4955A8DE83', 8182322);
