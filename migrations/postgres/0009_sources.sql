-- Where Araldo looks by itself: how far each source was read, and what could not be taken.
-- Only adds (docs/upgrading.md).

-- Nobody is told of it: it stood there already when its source was new.
ALTER TABLE event ADD COLUMN quiet BOOLEAN NOT NULL DEFAULT FALSE;

-- One row for each source that was ever looked at, by its name in the settings.
CREATE TABLE source (
    name        TEXT PRIMARY KEY,
    kind        TEXT NOT NULL, -- of its reader: one of another kind is another source
    node_id     BIGINT, -- who reads it; free when null, or when that node has stopped
    cursor      TEXT, -- how far it was read, as JSON in its reader's words; null: from the start
    settled     BOOLEAN NOT NULL, -- the first look, at what stood there already, is over
    looked_at   BIGINT, -- when the last look that did not fail was kept
    record_at   BIGINT, -- when the last look that brought something was kept
    lag         BIGINT, -- microseconds from their change to our commit, where a record last said
    records     BIGINT NOT NULL, -- taken so far, also those that could not be made events
    faults      BIGINT NOT NULL, -- looks that failed since the last that did not
    fault       TEXT, -- why the last one failed
    fault_since BIGINT, -- when the first of these failed
    doubt       TEXT -- what an operator should know although reading goes on
);

-- Records that could not be taken, until a person has mended the cause.
CREATE TABLE source_dead (
    id      BIGINT PRIMARY KEY,
    source  TEXT NOT NULL,
    place   TEXT NOT NULL, -- where it stands over there: a key, a line
    reason  TEXT NOT NULL,
    record  TEXT NOT NULL, -- its fields as they say them, as JSON
    digest  TEXT NOT NULL, -- of the record: the same again is not kept twice
    quiet   BOOLEAN NOT NULL, -- it stood there when its source was new: nobody is told of it
    dead_at BIGINT NOT NULL,
    CONSTRAINT source_dead_once UNIQUE (source, digest)
);
