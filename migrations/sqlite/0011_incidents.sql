-- The life of an incident: the promise of the next word, what was told last, what the clock has made
-- of it, and what clients answer when they are asked whether it is over. Only adds
-- (docs/upgrading.md).

ALTER TABLE incident ADD COLUMN parent TEXT; -- reference of the incident it is a part of
ALTER TABLE incident ADD COLUMN next_update INTEGER; -- when the next word is promised; null: no promise
ALTER TABLE incident ADD COLUMN told_event INTEGER; -- the event its clients were last told of
ALTER TABLE incident ADD COLUMN clock_at INTEGER; -- when the clock looks at it next; null: never
ALTER TABLE incident ADD COLUMN overdue_for INTEGER; -- the expected end that clients were told has passed
ALTER TABLE incident ADD COLUMN reminded_for INTEGER; -- the beginning that clients were reminded of
ALTER TABLE incident ADD COLUMN asked_for INTEGER; -- the end that clients were asked about
ALTER TABLE incident ADD COLUMN late_notice INTEGER NOT NULL DEFAULT 0; -- works announced too late

-- What clients were told of incidents that stand there already, and the clock looks at them.
UPDATE incident SET clock_at = changed_at, told_event =
    (SELECT h.event_id FROM incident_change h JOIN plan p ON p.event_id = h.event_id
     WHERE h.incident_id = incident.id ORDER BY h.occurred_at DESC, h.event_id DESC LIMIT 1)
WHERE state = 'going_on';

CREATE INDEX incident_clock ON incident (clock_at) WHERE clock_at IS NOT NULL;
CREATE INDEX incident_parent ON incident (parent) WHERE parent IS NOT NULL;

-- "Is it back for you?": the last answer of each client.
CREATE TABLE incident_answer (
    incident_id INTEGER NOT NULL REFERENCES incident (id),
    client_id   INTEGER NOT NULL,
    place_id    INTEGER, -- the client's place that the message was about
    still_out   INTEGER NOT NULL,
    child       TEXT, -- reference of the incident of those for whom it is not over
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (incident_id, client_id)
) STRICT;
CREATE INDEX incident_answer_child ON incident_answer (child) WHERE child IS NOT NULL;
CREATE INDEX incident_answer_client ON incident_answer (client_id);
