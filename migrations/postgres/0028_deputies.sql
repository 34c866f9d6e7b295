-- What clients decide themselves: contacts proven by a code, consent with its proof, and deputies, who get
-- the copy of a client's messages, or get them instead. Only adds (docs/upgrading.md).

ALTER TABLE contact_point ADD COLUMN verified_at BIGINT; -- when the client proved it by a code; null: never so. An import leaves such a contact

-- A code that was sent to prove an address.
CREATE TABLE contact_code (
    id         BIGINT PRIMARY KEY,
    client_id  BIGINT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    purpose    TEXT NOT NULL CHECK (purpose IN ('contact', 'deputy', 'copy')), -- what the code is good for
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address    TEXT NOT NULL, -- where it was sent
    name       TEXT, -- of the deputy whose address it is; null: the client's own
    code_hash  TEXT NOT NULL, -- of the code and this row, with the secret of the links
    tries      BIGINT NOT NULL, -- how many codes were typed that were not this one
    created_at BIGINT NOT NULL,
    used_at    BIGINT -- when it was typed, or another took its place; null: it waits
);
CREATE INDEX contact_code_client ON contact_code (client_id, created_at);
CREATE INDEX contact_code_address ON contact_code (channel, address, created_at);

-- Each time a client said whether reading may be measured.
CREATE TABLE consent (
    id           BIGINT PRIMARY KEY,
    client_id    BIGINT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    allowed      BOOLEAN NOT NULL,
    text_version TEXT NOT NULL, -- which text was shown beside the choice
    locale       TEXT NOT NULL, -- the language it was shown in
    message_id   BIGINT, -- the message whose page it was said on
    at           BIGINT NOT NULL
);
CREATE INDEX consent_client ON consent (client_id, at);

-- Who acts for a client. Its name, language and contact stand in a row of `client` of the same id.
CREATE TABLE deputy (
    id        BIGINT PRIMARY KEY REFERENCES client (id) ON DELETE CASCADE,
    client_id BIGINT NOT NULL REFERENCES client (id) ON DELETE CASCADE, -- for whom
    mode      TEXT NOT NULL CHECK (mode IN ('copy', 'instead')),
    topics    TEXT NOT NULL, -- JSON; empty: all
    cases     TEXT NOT NULL, -- JSON, references; empty: all, and what is about no case
    mandate   TEXT NOT NULL, -- the document that proves it, and who saw it
    given_by  TEXT NOT NULL, -- who entered it: one of the staff, a key, or `client`
    began_at  BIGINT NOT NULL,
    until     BIGINT, -- when the mandate ends; null: when somebody ends it
    ended_at  BIGINT, -- when it ended
    ended_by  TEXT -- who ended it: staff, a key, `client`, `deputy`, `time`
);
CREATE INDEX deputy_client ON deputy (client_id);
