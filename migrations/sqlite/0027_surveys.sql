-- How clients say a case went, once it is closed. Only adds (docs/upgrading.md).

ALTER TABLE case_file ADD COLUMN reopened_at INTEGER; -- when it went on after an end
ALTER TABLE case_file ADD COLUMN survey_at INTEGER; -- when it was closed, until its client is thought of
CREATE INDEX case_file_survey ON case_file (survey_at) WHERE survey_at IS NOT NULL;

CREATE TABLE survey (
    id               INTEGER PRIMARY KEY,
    case_id          INTEGER, -- the case may be gone; null once its client was erased
    client_id        INTEGER, -- null: of nobody who is known, or erased since
    kind             TEXT NOT NULL, -- of the case, when it was asked about
    body             TEXT, -- responsible for it then; null: nobody is named
    partner          TEXT, -- who looked after the client then
    state            TEXT NOT NULL CHECK (state IN ('due', 'asked', 'untold', 'omitted')),
    omitted          TEXT CHECK (omitted IN ('quiet', 'reopened', 'no_client', 'talking', 'other_case', 'often')), -- why nobody is asked
    due_at           INTEGER NOT NULL, -- when the clock thought of it
    asked_at         INTEGER, -- when the message was planned
    day              INTEGER, -- of asked_at, counted from 1970-01-01
    unanswered_since INTEGER, -- asked_at, until it is answered or called to mind; null: neither is awaited
    reminded_at      INTEGER,
    answered_at      INTEGER, -- the first answer
    score            INTEGER CHECK (score BETWEEN 1 AND 5), -- of the newest answer
    CONSTRAINT survey_case_id_key UNIQUE (case_id)
) STRICT;
CREATE INDEX survey_client ON survey (client_id, due_at);
CREATE INDEX survey_day ON survey (day) WHERE day IS NOT NULL;
CREATE INDEX survey_unanswered ON survey (unanswered_since) WHERE unanswered_since IS NOT NULL;

CREATE TABLE survey_answer (
    id          INTEGER PRIMARY KEY,
    survey_id   INTEGER NOT NULL REFERENCES survey (id),
    score       INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
    comment     TEXT, -- null: none, or no longer kept
    channel     TEXT NOT NULL CHECK (channel IN ('email', 'sms')), -- of the message that was answered
    message_id  INTEGER, -- null: an SMS that answers none
    at          INTEGER NOT NULL,
    replaced_by INTEGER -- the answer that took its place; null: it holds
) STRICT;
CREATE INDEX survey_answer_of ON survey_answer (survey_id, id);
CREATE INDEX survey_answer_comment ON survey_answer (at) WHERE comment IS NOT NULL;
