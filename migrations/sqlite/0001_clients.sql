-- Who is told things, how to reach them, where they are served, and what they chose.
-- Ids are 64-bit and time-ordered; times are microseconds since 1970 (UTC).

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
CREATE INDEX contact_point_address ON contact_point (address);

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
CREATE INDEX place_code ON place (code);
CREATE INDEX place_municipality ON place (municipality, client_id);
CREATE INDEX place_postal_code ON place (postal_code, client_id);
CREATE INDEX place_position ON place (lat, lon);

CREATE TABLE place_tag (
    place_id  INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE,
    client_id INTEGER NOT NULL,
    tag       TEXT NOT NULL,
    PRIMARY KEY (place_id, tag)
) STRICT;
CREATE INDEX place_tag_tag ON place_tag (tag, client_id);

CREATE TABLE topic_choice (
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    topic     TEXT NOT NULL,
    wanted    INTEGER NOT NULL,
    PRIMARY KEY (client_id, topic)
) STRICT;

-- An address that must not be used, and why.
CREATE TABLE suppression (
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address    TEXT NOT NULL,
    reason     TEXT NOT NULL CHECK (reason IN ('stop', 'unsubscribed', 'hard_bounce', 'complaint', 'manual')),
    message_id INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (channel, address)
) STRICT;
