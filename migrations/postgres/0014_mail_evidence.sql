-- E-mails come back: reports of mail servers, answers of readers. Each is taken once; nothing that names
-- a person is kept here. Only adds (docs/upgrading.md).

-- Mailboxes that are read, as the settings name them.
CREATE TABLE inbox (
    name        TEXT PRIMARY KEY, -- of the settings
    node_id     BIGINT, -- who reads it, or read it last and stopped
    looked_at   BIGINT, -- the last look that did not fail
    faults      BIGINT NOT NULL, -- looks that failed since then
    fault       TEXT, -- why the last one failed
    fault_since BIGINT -- when the first of them did
);

-- A mail that came back.
CREATE TABLE mail_evidence (
    id          BIGINT PRIMARY KEY,
    mail_key    TEXT NOT NULL, -- hash of its own Message-ID and of what it is about: the same for a copy
    inbox       TEXT NOT NULL, -- the mailbox that it was in; empty: the mail server handed it over
    class       TEXT NOT NULL CHECK (class IN ('hard', 'soft', 'policy', 'delayed', 'delivered',
        'displayed', 'complaint', 'auto_reply', 'reply', 'not_a_report', 'too_large')),
    message_id  BIGINT, -- null: about no message of ours
    proof       TEXT NOT NULL CHECK (proof IN ('token', 'named', 'recipient', 'none')), -- how it was joined to it
    status      TEXT, -- as the report says it (RFC 3463), such as '5.1.1'
    received_at BIGINT NOT NULL,
    CONSTRAINT mail_evidence_once UNIQUE (mail_key)
);
CREATE INDEX mail_evidence_message ON mail_evidence (message_id);
