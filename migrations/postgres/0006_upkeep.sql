-- What is done by the clock, once for all nodes, and what it found.

-- One row for each slot of each task: who enters it does the work.
CREATE TABLE task_run (
    task        TEXT NOT NULL CHECK (task IN ('nightly', 'hourly')),
    slot        TEXT NOT NULL,
    node_id     BIGINT NOT NULL,
    takes       BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    outcome     TEXT,
    PRIMARY KEY (task, slot)
);

-- Sentences that must hold and did not. An open one has not been seen to hold again.
CREATE TABLE breach (
    id         BIGINT PRIMARY KEY,
    invariant  TEXT NOT NULL,
    broken     BIGINT NOT NULL,
    example    BIGINT,
    found_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    cleared_at BIGINT
);
CREATE UNIQUE INDEX breach_open ON breach (invariant) WHERE cleared_at IS NULL;

-- How far old messages were blanked, so that no night begins at the first message again.
CREATE TABLE upkeep_mark (
    name TEXT PRIMARY KEY,
    upto BIGINT NOT NULL
);
