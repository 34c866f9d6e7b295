-- Dialogue that reaches a person: mails to whoever is to answer, and answers by mail; writers of whom
-- nobody knows who they are; problems that are passed on to bodies. Only adds (docs/upgrading.md).

ALTER TABLE conversation ADD COLUMN mailed_at INTEGER; -- when whoever is to answer was last written to
ALTER TABLE conversation_line ADD COLUMN mailed_at INTEGER; -- when a client's line was in such a mail
ALTER TABLE conversation_line ADD COLUMN mail_id INTEGER; -- the mail that was answered by it; null: no mail was

-- What was written before stands in the inbox: nobody gets a mail about it.
UPDATE conversation_line SET mailed_at = at WHERE way = 'in';

-- Mails to the staff that can be answered.
CREATE TABLE staff_mail (
    id              INTEGER PRIMARY KEY, -- of the row in test_send that carries it; its answers bear it
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    person          TEXT, -- e-mail of who may answer it; null: whoever may answer clients
    at              INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_mail_conversation ON staff_mail (conversation_id);
CREATE INDEX staff_mail_at ON staff_mail (at);

-- Clients that were made only to answer a number or an address that no client had.
CREATE TABLE unknown_writer (
    client_id INTEGER PRIMARY KEY REFERENCES client (id) ON DELETE CASCADE,
    made_at   INTEGER NOT NULL
) STRICT;

-- Problems of clients that were passed on to a body, several in one mail.
CREATE TABLE forwarding (
    id              INTEGER PRIMARY KEY,
    body            TEXT NOT NULL, -- its word in cases
    number          INTEGER NOT NULL, -- counted for each body
    made_at         INTEGER NOT NULL,
    chase_at        INTEGER, -- when it is sent again; null: not any more
    chased_at       INTEGER,
    acknowledged_at INTEGER,
    CONSTRAINT forwarding_number UNIQUE (body, number)
) STRICT;
CREATE INDEX forwarding_chase ON forwarding (chase_at) WHERE chase_at IS NOT NULL;

CREATE TABLE forwarded_problem (
    id              INTEGER PRIMARY KEY,
    body            TEXT NOT NULL,
    problem         TEXT NOT NULL CHECK (problem IN ('outage', 'delay', 'works', 'billing', 'other')),
    client_id       INTEGER, -- null: of a number that no client has, or the client was erased
    conversation_id INTEGER, -- where it was written; null: marked on a message
    message_id      INTEGER, -- the message that it answers, where it was marked there
    subject         TEXT NOT NULL, -- `case:PR-1`, `incident:G-1`; empty: about nothing that is known
    words           TEXT, -- as they are passed on; null once they were erased
    who             TEXT, -- name and address of the client, where the settings have them passed on
    marked_by       TEXT NOT NULL, -- e-mail of the console's user, or the key's name
    marked_at       INTEGER NOT NULL,
    forwarding_id   INTEGER REFERENCES forwarding (id) -- null: it waits for the next mail to the body
) STRICT;
CREATE INDEX forwarded_problem_waiting ON forwarded_problem (body, id) WHERE forwarding_id IS NULL;
CREATE INDEX forwarded_problem_of ON forwarded_problem (forwarding_id) WHERE forwarding_id IS NOT NULL;
CREATE INDEX forwarded_problem_client ON forwarded_problem (client_id) WHERE client_id IS NOT NULL;
