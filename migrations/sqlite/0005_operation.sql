-- Nodes, keys, people, and what they did.

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

-- A live node has a slot of its own: the part of an id that tells nodes apart.
CREATE UNIQUE INDEX node_slot_key ON node (slot) WHERE stopped_at IS NULL;

CREATE TABLE provider_state (
    name         TEXT PRIMARY KEY,
    paused_until INTEGER,
    reason       TEXT,
    tat          INTEGER NOT NULL
) STRICT;

-- Switches an operator threw: 'dispatch' pauses all sending.
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
    revoked_at   INTEGER,
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

-- Secrets the daemon makes for itself on first start, when the configuration names none.
CREATE TABLE keyring (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
