-- Evidence is never overwritten: what a later fact proves wrong is marked so, and stays. Days whose sums were
-- stated anew after they had ended are known. Only adds (docs/upgrading.md).

ALTER TABLE receipt ADD COLUMN invalidated_at INTEGER; -- when it was found wrong; null: it counts
ALTER TABLE receipt ADD COLUMN invalidated_by TEXT; -- `receipt:` and the number of the later one, or who said so, as in the audit
ALTER TABLE receipt ADD COLUMN invalidated_reason TEXT; -- `later_report`, or the words of whoever said so; null: it counts, or they were erased

ALTER TABLE engagement ADD COLUMN invalidated_at INTEGER; -- when it was found wrong; null: it counts
ALTER TABLE engagement ADD COLUMN invalidated_by TEXT; -- `rule:` and its name, or who said so, as in the audit
ALTER TABLE engagement ADD COLUMN invalidated_reason TEXT; -- what gave the machine away, or the words of whoever said so; null: as above

-- Kept as long as the sums.
CREATE TABLE restated_day (
    day         INTEGER PRIMARY KEY, -- as in rollup
    restated_at INTEGER NOT NULL, -- the last time
    messages    INTEGER NOT NULL -- corrections so far, of messages of that day
) STRICT;
