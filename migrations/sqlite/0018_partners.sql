-- Agencies look after clients: their own people log in and see the cases of these clients, and nothing
-- else. A partner is named by its reference, as `client.partner` names it. Only adds (docs/upgrading.md).

-- Two more roles. SQLite cannot change a CHECK, and a table made anew would lose what other steps added:
-- the words are written into the schema, as https://www.sqlite.org/lang_altertable.html (7) describes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''manager'', ''admin'')',
    '''manager'', ''approver'', ''admin'', ''partner'')')
    WHERE type = 'table' AND name = 'console_user';
PRAGMA writable_schema = RESET;

ALTER TABLE console_user ADD COLUMN partner TEXT; -- whose clients they see; null: staff, or nobody's
ALTER TABLE console_user ADD COLUMN digested_at INTEGER; -- up to then the daily digest has told; null: not wanted

CREATE INDEX client_partner ON client (partner) WHERE partner IS NOT NULL;

-- What people of a partner ask the staff about a case, and what they are told.
CREATE TABLE partner_question (
    id          INTEGER PRIMARY KEY,
    case_id     INTEGER NOT NULL REFERENCES case_file (id),
    partner     TEXT NOT NULL, -- whose person asked
    asked_by    TEXT NOT NULL, -- e-mail of the console's user
    question    TEXT NOT NULL,
    asked_at    INTEGER NOT NULL,
    answer      TEXT, -- null: nobody has answered
    answered_by TEXT, -- e-mail of the console's user
    answered_at INTEGER
) STRICT;
CREATE INDEX partner_question_case ON partner_question (case_id, id);
CREATE INDEX partner_question_open ON partner_question (id) WHERE answered_at IS NULL;
