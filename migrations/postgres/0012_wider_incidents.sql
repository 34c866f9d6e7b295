-- Clients from whom an incident is kept because they know of a wider one: when to look whether that
-- still holds. Only adds, and puts one index into another order (docs/upgrading.md).

ALTER TABLE incident ADD COLUMN uncover_at BIGINT; -- 0: at once; null: it is kept from nobody

CREATE INDEX incident_uncover ON incident (uncover_at) WHERE uncover_at IS NOT NULL;

-- What tells nobody waits behind what tells somebody: a million rows that stand in a new source do not
-- hold up the news of the day.
DROP INDEX event_received;
CREATE INDEX event_received ON event (quiet, id) WHERE state = 'received';

-- Whoever has the link of a client's page may change an answer, but not for ever.
ALTER TABLE incident_answer ADD COLUMN changes BIGINT NOT NULL DEFAULT 0; -- how often it was changed
