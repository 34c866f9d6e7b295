-- What the reading by strangers asked for: rights of keys, erasure, times that are only claims,
-- rates that can be checked. Only adds (docs/upgrading.md).

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
