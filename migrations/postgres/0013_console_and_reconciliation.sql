-- Is anything missing? Each night a source is asked for its present state, and what it says is open is
-- held against what is open here. Only adds (docs/upgrading.md).

-- It was missed when it happened and found then: only rules that want such events tell it.
ALTER TABLE event ADD COLUMN late BOOLEAN NOT NULL DEFAULT FALSE;

-- What the last comparison of each source came to.
CREATE TABLE reconciliation (
    source      TEXT PRIMARY KEY, -- its name
    since       BIGINT NOT NULL, -- the next night counts from then: compared, or first read
    compared_at BIGINT, -- null: not yet
    theirs      BIGINT NOT NULL, -- how many are open there
    ours        BIGINT NOT NULL, -- how many are open here
    missing     BIGINT NOT NULL, -- open there, and not known here
    other       BIGINT NOT NULL, -- in another state here
    gone        BIGINT NOT NULL, -- open here, and not named there
    late        BIGINT NOT NULL, -- how many of these became late events
    doubt       TEXT, -- what could not be compared
    fault       TEXT, -- why it could not be asked since
    failed_at   BIGINT -- when that was
);

-- Some of its differences by name: cases, or incidents.
CREATE TABLE reconciliation_name (
    source     TEXT NOT NULL,
    difference TEXT NOT NULL CHECK (difference IN ('missing', 'other', 'gone')),
    name       TEXT NOT NULL, -- the reference
    theirs     TEXT, -- the state there, in our words
    ours       TEXT, -- the state here
    client_ref TEXT, -- whose case it is, where their record says it
    PRIMARY KEY (source, difference, name)
);

-- Outages that lasted so long that whoever was without may be owed something: once for each incident and
-- class of municipalities. Only adds (docs/upgrading.md).

CREATE TABLE incident_compensation (
    incident_id    BIGINT NOT NULL REFERENCES incident (id),
    after_s        BIGINT NOT NULL, -- how long an outage may last there: seconds
    since          BIGINT NOT NULL, -- when it had lasted so long
    municipalities TEXT NOT NULL, -- those of the class that it hit, as JSON
    made_at        BIGINT NOT NULL,
    PRIMARY KEY (incident_id, after_s)
);
CREATE INDEX incident_compensation_since ON incident_compensation (since);

-- The console speaks the language of the person who looks, and goes by their clock. Only adds
-- (docs/upgrading.md).

ALTER TABLE console_user ADD COLUMN language TEXT; -- of their pages, such as 'it'; null: the settings'
ALTER TABLE console_user ADD COLUMN time_zone TEXT; -- IANA name, such as 'Europe/Rome'; null: the settings'

-- An operator sends a text to themselves from its editor before any client reads it (docs/operators.md). It
-- is no message: no client is told, no sum counts it. Only adds (docs/upgrading.md).

CREATE TABLE test_send (
    id          BIGINT PRIMARY KEY, -- made when the form is drawn: a form that comes twice is one test
    person      TEXT NOT NULL, -- who asked for it: e-mail of the console's user
    template    TEXT NOT NULL, -- its name; the text may not be saved anywhere
    locale      TEXT NOT NULL,
    channel     TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address     TEXT NOT NULL, -- with the three below empty as soon as it no longer waits
    subject     TEXT NOT NULL, -- as rendered; empty for an SMS
    text        TEXT NOT NULL, -- likewise: the SMS, or the mail as plain text
    html        TEXT NOT NULL, -- likewise; empty for an SMS
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'unknown', 'expired')),
    provider    TEXT, -- to whom it was handed over
    detail      TEXT, -- what that one said, without address or text
    created_at  BIGINT NOT NULL,
    finished_at BIGINT -- null: it waits, or nobody knows what became of it
);
CREATE INDEX test_send_waiting ON test_send (channel, state, id);
CREATE INDEX test_send_person ON test_send (person, created_at);

-- What people say of incidents at the console: written down before anybody is told, and approved by a
-- second person where many are told (docs/operators.md). Only adds (docs/upgrading.md).

CREATE TABLE declared_incident (
    id          BIGINT PRIMARY KEY,
    revision    BIGINT NOT NULL, -- grows with each change: a form that knows an older one is stale
    incident    TEXT NOT NULL, -- reference of the incident it is about
    type        TEXT NOT NULL, -- of the event it becomes: incident.opened, ...
    what        TEXT NOT NULL, -- the event's data, as JSON
    notes       TEXT NOT NULL, -- what of a pasted list was left out, as JSON
    state       TEXT NOT NULL CHECK (state IN
        ('draft', 'waiting', 'approved', 'returned', 'sent', 'withdrawn')),
    author      TEXT NOT NULL, -- who wrote it last
    fingerprint TEXT, -- of the text and the audience that are to be approved; null: nobody is asked
    clients     BIGINT, -- in that audience
    decided_by  TEXT, -- who approved, returned, sent or withdrew it last
    reason      TEXT, -- why it was returned
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- People are invited at the console and set their own password; each sees from where they are logged in.
-- Only adds (docs/upgrading.md).

CREATE TABLE invitation (
    user_id    BIGINT PRIMARY KEY REFERENCES console_user (id), -- one each: a newer takes its place
    token_hash TEXT NOT NULL, -- SHA-256 of the link's secret, in URL-safe base64
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT invitation_token_hash_key UNIQUE (token_hash)
);

ALTER TABLE console_user ADD COLUMN last_login_at BIGINT; -- null: not since this column is there
ALTER TABLE session ADD COLUMN network TEXT; -- from which it began, shortened: '198.51.100.0/24'

-- What changes while a source is read for the first time is told, whichever node goes on with that. Only adds
-- (docs/upgrading.md).

ALTER TABLE source ADD COLUMN began_at BIGINT; -- since when; null: it is over, or begins with the next claim
