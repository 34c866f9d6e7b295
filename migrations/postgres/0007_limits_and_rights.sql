-- What the reading by strangers asked for: rights of keys, erasure, times that are only claims,
-- rates that can be checked. Only adds (docs/upgrading.md).

-- Replies: which of them a person has still to answer.
-- Set when a person marked a reply as answered; only on rows of the kind 'replied'.
ALTER TABLE engagement ADD COLUMN answered_at BIGINT;
-- Who did: the e-mail address of somebody of the staff.
ALTER TABLE engagement ADD COLUMN answered_by TEXT;
CREATE INDEX engagement_unanswered ON engagement (id) WHERE kind = 'replied' AND answered_at IS NULL;
-- erasure: clients that were erased, by number and by a keyed hash of their reference.
-- What is on its way when a client is erased must know that there is nobody any more.
CREATE TABLE erased_client (
    client_id BIGINT PRIMARY KEY,
    ref_key   TEXT NOT NULL, -- HMAC of the reference: what still comes in about it is refused
    erased_at BIGINT NOT NULL
);
CREATE INDEX erased_client_ref ON erased_client (ref_key);

-- erasure: a bar (STOP, bounce, ...) whose client was erased. The address is not kept; when it
-- comes back with a new client, the bar is a suppression again.
CREATE TABLE suppression_key (
    channel     TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address_key TEXT NOT NULL, -- HMAC of the address
    reason      TEXT NOT NULL CHECK (reason IN ('stop', 'unsubscribed', 'hard_bounce', 'complaint', 'manual')),
    created_at  BIGINT NOT NULL, -- when the address was barred
    PRIMARY KEY (channel, address_key)
);

-- erasure: retention looks for closed cases every night.
CREATE INDEX case_file_closed ON case_file (closed_at) WHERE closed_at IS NOT NULL;
