-- What is done by the clock, once for all nodes, and what it found.

-- One row for each slot of each task: who enters it does the work.
CREATE TABLE task_run (
    task        TEXT NOT NULL CHECK (task IN ('nightly', 'hourly')),
    slot        TEXT NOT NULL,
    node_id     INTEGER NOT NULL,
    takes       INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    outcome     TEXT,
    PRIMARY KEY (task, slot)
) STRICT;

-- Sentences that must hold and did not. An open one has not been seen to hold again.
CREATE TABLE breach (
    id         INTEGER PRIMARY KEY,
    invariant  TEXT NOT NULL,
    broken     INTEGER NOT NULL,
    example    INTEGER,
    found_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    cleared_at INTEGER
) STRICT;
CREATE UNIQUE INDEX breach_open ON breach (invariant) WHERE cleared_at IS NULL;

-- How far old messages were blanked, so that no night begins at the first message again.
CREATE TABLE upkeep_mark (
    name TEXT PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT;
