-- What messages cost, in millionths of the currency of [channels], and who wants the mail of the week. Only adds
-- (docs/upgrading.md).

-- What the provider that had it last charges for all of it; null: not known.
ALTER TABLE message ADD COLUMN price INTEGER;

-- Moved with the other sums: of the accepted, those whose price is known, and what these cost together.
ALTER TABLE rollup ADD COLUMN priced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;

-- The same of what each provider took.
ALTER TABLE provider_day ADD COLUMN priced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE provider_day ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;

ALTER TABLE console_user ADD COLUMN week_told INTEGER; -- the Monday, in days since 1970-01-01, whose mail was last made or has passed; null: not wanted
