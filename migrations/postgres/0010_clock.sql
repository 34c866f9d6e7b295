-- The clock: when a case is to be thought of again, what was said of it, and with whom cases stand
-- still. Only adds (docs/upgrading.md).

ALTER TABLE case_file ADD COLUMN state_since BIGINT; -- null: since its newest event
ALTER TABLE case_file ADD COLUMN seen_at BIGINT; -- when Araldo heard of that; null: not known yet
ALTER TABLE case_file ADD COLUMN clock_at BIGINT; -- when the clock looks at it next; null: never
ALTER TABLE case_file ADD COLUMN clock_step BIGINT NOT NULL DEFAULT 0; -- what it has said of this state
ALTER TABLE case_file ADD COLUMN stalled_by TEXT; -- the body with which it stands still
ALTER TABLE case_file ADD COLUMN stalled_at BIGINT; -- when the clock last said so

-- What stands there already: the clock looks once, and says nothing of what was late before.
UPDATE case_file SET clock_at = changed_at WHERE closed_at IS NULL;

CREATE INDEX case_file_clock ON case_file (clock_at) WHERE clock_at IS NOT NULL;
CREATE INDEX case_file_stalled ON case_file (stalled_by, stalled_at) WHERE stalled_by IS NOT NULL;

-- Reports to bodies with which cases stand still.
CREATE TABLE body_report (
    id              BIGINT PRIMARY KEY,
    body            TEXT NOT NULL, -- its word in cases
    number          BIGINT NOT NULL, -- counted for each body
    day             BIGINT NOT NULL, -- at most one a day
    cases           BIGINT NOT NULL, -- how many stood still
    made_at         BIGINT NOT NULL,
    chase_at        BIGINT, -- when it is sent again; null: not any more
    chased_at       BIGINT,
    acknowledged_at BIGINT,
    CONSTRAINT body_report_day UNIQUE (body, day)
);
