-- What the reading by strangers asked for: rights of keys, erasure, times that are only claims,
-- rates that can be checked. Only adds (docs/upgrading.md).

-- numbers: what a rate is divided by, kept beside what it divides.
-- The day this plan's messages are summed under, counted from 1970-01-01, in the organisation's
-- zone. Null for plans of an older program: each of their messages counts for its UTC day.
ALTER TABLE plan ADD COLUMN day INTEGER;
-- Whether following links could be kept ([tracking] clicks). Null, of an older program, is yes.
ALTER TABLE plan ADD COLUMN clicks INTEGER;
-- Whether the provider that was last handed the message reports deliveries. Null, of an older
-- program, is what its channel usually does.
ALTER TABLE message ADD COLUMN reports INTEGER;
-- Accepted by a provider that reports: what "delivered" is a share of.
ALTER TABLE rollup ADD COLUMN reporting INTEGER NOT NULL DEFAULT 0;
-- Accepted, and not known to have missed the reader.
ALTER TABLE rollup ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
-- Reached, and following links could be kept: what "clicked" is a share of.
ALTER TABLE rollup ADD COLUMN clicks_measurable INTEGER NOT NULL DEFAULT 0;
-- Reached, and the client did not refuse to be measured: what "read" is a share of.
ALTER TABLE rollup ADD COLUMN read_measurable INTEGER NOT NULL DEFAULT 0;
-- Of these, shown by any act of a person to have been read.
ALTER TABLE rollup ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
-- The client pressed "I have read this".
ALTER TABLE rollup ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
