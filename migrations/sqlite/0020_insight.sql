-- What managers ask that the sums of `rollup` do not say: counted by the hourly upkeep from messages,
-- receipts, engagement and clients, never on the path of a message. Each day, zone and stretch of clients is
-- written anew as a whole. Only adds (docs/upgrading.md).

-- When messages were first read by a person, by the hour of the organisation's week.
CREATE TABLE reading_hour (
    day      INTEGER NOT NULL, -- on which the messages were written
    channel  TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    hour     INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 167), -- 0: Monday, midnight to one
    messages INTEGER NOT NULL,
    PRIMARY KEY (day, channel, hour)
) STRICT;

-- How long messages took from their acceptance until a receipt was here, and until they were first read.
CREATE TABLE delay_day (
    day      INTEGER NOT NULL, -- on which the messages were written
    template TEXT NOT NULL,
    channel  TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    provider TEXT NOT NULL,
    what     TEXT NOT NULL CHECK (what IN ('delivery', 'reading')),
    step     INTEGER NOT NULL, -- within so many seconds, and longer than the step below
    messages INTEGER NOT NULL,
    PRIMARY KEY (day, template, channel, provider, what, step)
) STRICT;

-- What became of the messages that each provider took; the columns mean what they mean in `rollup`.
CREATE TABLE provider_day (
    day             INTEGER NOT NULL, -- on which the messages were written
    provider        TEXT NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    accepted        INTEGER NOT NULL,
    reporting       INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    undelivered     INTEGER NOT NULL,
    read_measurable INTEGER NOT NULL,
    read            INTEGER NOT NULL,
    PRIMARY KEY (day, provider, channel)
) STRICT;

-- How many clients of each zone could be told something, before there is anything to tell.
CREATE TABLE zone_reach (
    kind    TEXT NOT NULL CHECK (kind IN ('municipality', 'postal_code')),
    zone    TEXT NOT NULL, -- empty: places of which it is not known
    sms     INTEGER NOT NULL CHECK (sms BETWEEN 0 AND 3), -- 0 no contact, 1 barred, 2 unverified, 3 reachable
    email   INTEGER NOT NULL CHECK (email BETWEEN 0 AND 3), -- likewise
    clients INTEGER NOT NULL,
    PRIMARY KEY (kind, zone, sms, email)
) STRICT;

-- Clients of whose messages of the last half year none was read, though it would be known.
CREATE TABLE unread_client (
    client_id    INTEGER PRIMARY KEY REFERENCES client (id) ON DELETE CASCADE,
    municipality TEXT, -- of the first place; null: not known
    messages     INTEGER NOT NULL, -- reached and measurable
    since        INTEGER NOT NULL -- when the first of these was written
) STRICT;
CREATE INDEX unread_client_municipality ON unread_client (municipality, client_id);

-- How often clients turned to the organisation, as its call centre says it (docs/managers.md).
CREATE TABLE contacts_day (
    day      INTEGER NOT NULL,
    kind     TEXT NOT NULL, -- of the cases they asked about, as in case_file
    contacts INTEGER NOT NULL CHECK (contacts >= 0), -- calls, letters, visits: what they count
    PRIMARY KEY (day, kind)
) STRICT;

-- Messages that a provider took about cases, to hold beside those contacts.
CREATE TABLE kind_day (
    day      INTEGER NOT NULL, -- on which the messages were written
    kind     TEXT NOT NULL, -- of the case
    messages INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) STRICT;
