-- Rules in the console: what each came to, and versions that people write there. Only adds
-- (docs/upgrading.md).

-- How often each rule was set going of late, and how many it told: counted from the index alone, for
-- rows of plans are wide.
CREATE INDEX plan_told ON plan (created_at, rule, planned, suppressed);

-- Rules that people write at the console. A published one stands in the place of the rule of its name in
-- the file.
CREATE TABLE rule_version (
    id           INTEGER PRIMARY KEY,
    rule         TEXT NOT NULL, -- its name
    version      INTEGER NOT NULL, -- counted for each rule, from 1
    text         TEXT NOT NULL, -- the rule in TOML, as in the file
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    author       TEXT NOT NULL, -- who wrote it last
    comment      TEXT, -- why it was published
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL, -- written, published or retired last
    published_at INTEGER, -- null: never
    CONSTRAINT rule_version_once UNIQUE (rule, version)
) STRICT;
-- One draft and one published version of each rule at most.
CREATE UNIQUE INDEX rule_version_draft ON rule_version (rule) WHERE state = 'draft';
CREATE UNIQUE INDEX rule_version_published ON rule_version (rule) WHERE state = 'published';
