-- Each judged hit says by which rule, and in which version of the rules (src/track/verdict/rules.toml), it was
-- taken for a person or a machine; sender and address of the request are not kept. Only adds
-- (docs/upgrading.md).

ALTER TABLE engagement ADD COLUMN rule TEXT; -- its name; null: a button, a reply, or judged before rules had names
ALTER TABLE engagement ADD COLUMN rules_version BIGINT; -- null: as above
