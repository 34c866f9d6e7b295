-- Municipalities and zones as shapes, to be chosen on a map by their names. An import replaces all of a
-- kind. Only adds (docs/upgrading.md).

CREATE TABLE area_shape (
    id     BIGINT PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('municipality', 'zone')),
    code   TEXT NOT NULL, -- of a municipality its ISTAT code; of a zone the tag that its places bear
    name   TEXT NOT NULL,
    folded TEXT NOT NULL, -- the name as it is searched
    rings  TEXT NOT NULL, -- outlines and holes, simplified for drawing, as JSON: [[[lat, lon], ..], ..]
    south  DOUBLE PRECISION NOT NULL, -- with the three below the box around it, in degrees
    west   DOUBLE PRECISION NOT NULL,
    north  DOUBLE PRECISION NOT NULL,
    east   DOUBLE PRECISION NOT NULL,
    CONSTRAINT area_shape_kind_code_key UNIQUE (kind, code)
);
CREATE INDEX area_shape_folded ON area_shape (folded);

-- Messages said something wrong, and whoever got them is told so (docs/operators.md). Only adds.

CREATE TABLE rectification (
    id         BIGINT PRIMARY KEY,
    revision   BIGINT NOT NULL, -- grows with each change: a form that knows an older one is stale
    wrong      TEXT NOT NULL, -- what was wrong, as clients read it
    holds      TEXT NOT NULL, -- what holds instead, likewise
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'withdrawn')),
    author     TEXT NOT NULL, -- e-mail of the console's user, or the key of a program
    decided_by TEXT, -- who sent it or took it back
    reason     TEXT, -- why a second person refused it
    clients    BIGINT NOT NULL, -- how many had got a wrong message when it was written
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- The plans whose messages were wrong: each is rectified once.
CREATE TABLE rectification_plan (
    plan_id          BIGINT PRIMARY KEY REFERENCES plan (id),
    rectification_id BIGINT NOT NULL REFERENCES rectification (id)
);
CREATE INDEX rectification_plan_rectification ON rectification_plan (rectification_id);
