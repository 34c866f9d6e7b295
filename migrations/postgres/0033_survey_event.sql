-- Which event asked how a case went, so that a question that never reached its client counts as none. Only adds
-- (docs/upgrading.md).

ALTER TABLE survey ADD COLUMN event_id BIGINT; -- null: not asked, or asked before this column was there, or its client was erased
