-- The clock: when a case is to be thought of again, what was said of it, and with whom cases stand
-- still. Only adds (docs/upgrading.md).

ALTER TABLE case_file ADD COLUMN state_since INTEGER; -- null: since its newest event
ALTER TABLE case_file ADD COLUMN seen_at INTEGER; -- when Araldo heard of that; null: not known yet
ALTER TABLE case_file ADD COLUMN clock_at INTEGER; -- when the clock looks at it next; null: never
ALTER TABLE case_file ADD COLUMN clock_step INTEGER NOT NULL DEFAULT 0; -- what it has said of this state
ALTER TABLE case_file ADD COLUMN stalled_by TEXT; -- the body with which it stands still
ALTER TABLE case_file ADD COLUMN stalled_at INTEGER; -- when the clock last said so

-- What stands there already: the clock looks once, and says nothing of what was late before.
UPDATE case_file SET clock_at = changed_at WHERE closed_at IS NULL;

CREATE INDEX case_file_clock ON case_file (clock_at) WHERE clock_at IS NOT NULL;
CREATE INDEX case_file_stalled ON case_file (stalled_by, stalled_at) WHERE stalled_by IS NOT NULL;

-- Reports to bodies with which cases stand still.
CREATE TABLE body_report (
    id              INTEGER PRIMARY KEY,
    body            TEXT NOT NULL, -- its word in cases
    number          INTEGER NOT NULL, -- counted for each body
    day             INTEGER NOT NULL, -- at most one a day
    cases           INTEGER NOT NULL, -- how many stood still
    made_at         INTEGER NOT NULL,
    chase_at        INTEGER, -- when it is sent again; null: not any more
    chased_at       INTEGER,
    acknowledged_at INTEGER,
    CONSTRAINT body_report_day UNIQUE (body, day)
) STRICT;
