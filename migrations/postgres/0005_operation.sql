-- Nodes, keys, people, and what they did.

CREATE TABLE node (
    id           BIGINT PRIMARY KEY,
    slot         BIGINT NOT NULL CHECK (slot BETWEEN 0 AND 255),
    name         TEXT NOT NULL,
    roles        TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL,
    stopped_at   BIGINT
);

-- A live node has a slot of its own: the part of an id that tells nodes apart.
CREATE UNIQUE INDEX node_slot_key ON node (slot) WHERE stopped_at IS NULL;

CREATE TABLE provider_state (
    name         TEXT PRIMARY KEY,
    paused_until BIGINT,
    reason       TEXT,
    tat          BIGINT NOT NULL
);

-- Switches an operator threw: 'dispatch' pauses all sending.
CREATE TABLE switch (
    name   TEXT PRIMARY KEY,
    thrown BOOLEAN NOT NULL,
    actor  TEXT NOT NULL,
    at     BIGINT NOT NULL
);

CREATE TABLE api_key (
    id           BIGINT PRIMARY KEY,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    secret_hash  TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT,
    CONSTRAINT api_key_prefix_key UNIQUE (prefix)
);

CREATE TABLE console_user (
    id            BIGINT PRIMARY KEY,
    email         TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'manager', 'admin')),
    password_hash TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT,
    CONSTRAINT console_user_email_key UNIQUE (email)
);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES console_user (id),
    csrf       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE audit (
    id      BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT
);

-- Secrets the daemon makes for itself on first start, when the configuration names none.
CREATE TABLE keyring (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
