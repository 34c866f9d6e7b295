-- Clients from whom an incident is kept because they know of a wider one: when to look whether that
-- still holds. Only adds (docs/upgrading.md).

ALTER TABLE incident ADD COLUMN uncover_at INTEGER; -- 0: at once; null: it is kept from nobody

CREATE INDEX incident_uncover ON incident (uncover_at) WHERE uncover_at IS NOT NULL;
