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
-- numbers: what a rate is divided by, kept beside what it divides.
-- The day this plan's messages are summed under, counted from 1970-01-01, in the organisation's
-- zone. Null for plans of an older program: each of their messages counts for its UTC day.
ALTER TABLE plan ADD COLUMN day BIGINT;
-- Whether following links could be kept ([tracking] clicks). Null, of an older program, is yes.
ALTER TABLE plan ADD COLUMN clicks BOOLEAN;
-- Whether the provider that was last handed the message reports deliveries. Null, of an older
-- program, is what its channel usually does.
ALTER TABLE message ADD COLUMN reports BOOLEAN;
-- Accepted by a provider that reports: what "delivered" is a share of.
ALTER TABLE rollup ADD COLUMN reporting BIGINT NOT NULL DEFAULT 0;
-- Accepted, and not known to have missed the reader.
ALTER TABLE rollup ADD COLUMN reached BIGINT NOT NULL DEFAULT 0;
-- Reached, and following links could be kept: what "clicked" is a share of.
ALTER TABLE rollup ADD COLUMN clicks_measurable BIGINT NOT NULL DEFAULT 0;
-- Reached, and the client did not refuse to be measured: what "read" is a share of.
ALTER TABLE rollup ADD COLUMN read_measurable BIGINT NOT NULL DEFAULT 0;
-- Of these, shown by any act of a person to have been read.
ALTER TABLE rollup ADD COLUMN read BIGINT NOT NULL DEFAULT 0;
-- The client pressed "I have read this".
ALTER TABLE rollup ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 0;
-- keys: what a key is bound to, beside its scopes. One a line, each as it is or with `*` at its
-- end; NULL: any.
ALTER TABLE api_key ADD COLUMN sources TEXT;
ALTER TABLE api_key ADD COLUMN types   TEXT;
-- The type of an event decides the scope from now on. Keys made before could send cases and
-- incidents with `events:write`: what they did is written down as what they may, so that no
-- source falls silent. `araldo key list` shows it; docs/upgrading.md says how to take it away.
UPDATE api_key SET scopes = scopes || ' cases:write'
    WHERE ' ' || scopes || ' ' LIKE '% events:write %'
    AND ' ' || scopes || ' ' NOT LIKE '% cases:write %';
UPDATE api_key SET scopes = scopes || ' incidents:write'
    WHERE ' ' || scopes || ' ' LIKE '% events:write %'
    AND ' ' || scopes || ' ' NOT LIKE '% incidents:write %';
-- intake: times are claims.
-- What `time` said, where it lay ahead of the time the event was received. `occurred_at` never does:
-- an event from the future would be newer than everything that follows, and silence its subject.
ALTER TABLE event ADD COLUMN claimed_at BIGINT;
UPDATE event SET claimed_at = occurred_at, occurred_at = received_at
WHERE occurred_at > received_at;
-- What was kept of such events follows, so that what came later counts as later.
UPDATE case_change SET occurred_at =
    (SELECT e.received_at FROM event e WHERE e.id = case_change.event_id)
WHERE event_id IN (SELECT id FROM event WHERE claimed_at IS NOT NULL);
UPDATE incident_change SET occurred_at =
    (SELECT e.received_at FROM event e WHERE e.id = incident_change.event_id)
WHERE event_id IN (SELECT id FROM event WHERE claimed_at IS NOT NULL);
UPDATE plan SET occurred_at =
    (SELECT e.received_at FROM event e WHERE e.id = plan.event_id)
WHERE event_id IN (SELECT id FROM event WHERE claimed_at IS NOT NULL);
-- A case is what its newest change says.
UPDATE case_file SET
    state = (SELECT h.state FROM case_change h WHERE h.case_id = case_file.id
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1),
    owner = (SELECT h.owner FROM case_change h WHERE h.case_id = case_file.id
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1),
    note = (SELECT h.note FROM case_change h WHERE h.case_id = case_file.id
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1),
    expected_by = (SELECT h.expected_by FROM case_change h WHERE h.case_id = case_file.id
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1),
    opened_at = (SELECT min(h.occurred_at) FROM case_change h WHERE h.case_id = case_file.id),
    changed_at = (SELECT max(h.occurred_at) FROM case_change h WHERE h.case_id = case_file.id),
    closed_at = (SELECT CASE h.type WHEN 'case.closed' THEN h.occurred_at END
        FROM case_change h WHERE h.case_id = case_file.id
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1)
WHERE id IN (SELECT h.case_id FROM case_change h JOIN event e ON e.id = h.event_id
    WHERE e.claimed_at IS NOT NULL);
-- An incident is open or not by the last change that says so; its next event folds the rest anew.
UPDATE incident SET
    state = coalesce((SELECT CASE h.type WHEN 'incident.resolved' THEN 'resolved'
            WHEN 'incident.cancelled' THEN 'cancelled' ELSE 'going_on' END
        FROM incident_change h WHERE h.incident_id = incident.id
        AND h.type IN ('incident.opened', 'incident.resolved', 'incident.cancelled')
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1), 'going_on'),
    closed_at = (SELECT CASE WHEN h.type <> 'incident.opened' THEN h.occurred_at END
        FROM incident_change h WHERE h.incident_id = incident.id
        AND h.type IN ('incident.opened', 'incident.resolved', 'incident.cancelled')
        ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1),
    opened_at = (SELECT min(h.occurred_at) FROM incident_change h
        WHERE h.incident_id = incident.id),
    changed_at = (SELECT max(h.occurred_at) FROM incident_change h
        WHERE h.incident_id = incident.id)
WHERE id IN (SELECT h.incident_id FROM incident_change h JOIN event e ON e.id = h.event_id
    WHERE e.claimed_at IS NOT NULL);
