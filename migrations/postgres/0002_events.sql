-- What came in, and what it says about cases and incidents (projections of the events).

CREATE TABLE event (
    id          BIGINT PRIMARY KEY,
    source      TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    type        TEXT NOT NULL,
    subject     TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    data        TEXT NOT NULL,
    body_hash   TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('received', 'planned', 'unmatched', 'refused')),
    detail      TEXT,
    CONSTRAINT event_once UNIQUE (source, event_id)
);
CREATE INDEX event_received ON event (id) WHERE state = 'received';

CREATE TABLE case_file (
    id          BIGINT PRIMARY KEY,
    ref         TEXT NOT NULL,
    client_ref  TEXT NOT NULL,
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    owner       TEXT,
    note        TEXT,
    expected_by TEXT,
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    closed_at   BIGINT,
    CONSTRAINT case_file_ref_key UNIQUE (ref)
);
CREATE INDEX case_file_client ON case_file (client_ref);

CREATE TABLE case_change (
    event_id    BIGINT PRIMARY KEY REFERENCES event (id),
    case_id     BIGINT NOT NULL REFERENCES case_file (id),
    type        TEXT NOT NULL,
    state       TEXT NOT NULL,
    owner       TEXT,
    note        TEXT,
    expected_by TEXT,
    occurred_at BIGINT NOT NULL
);
CREATE INDEX case_change_case ON case_change (case_id, occurred_at);

CREATE TABLE incident (
    id           BIGINT PRIMARY KEY,
    ref          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('going_on', 'resolved', 'cancelled')),
    service      TEXT,
    severity     TEXT,
    area         TEXT NOT NULL,
    cause        TEXT,
    note         TEXT,
    began_at     BIGINT,
    expected_end BIGINT,
    opened_at    BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    closed_at    BIGINT,
    CONSTRAINT incident_ref_key UNIQUE (ref)
);
CREATE INDEX incident_going_on ON incident (id) WHERE state = 'going_on';

CREATE TABLE incident_change (
    event_id    BIGINT PRIMARY KEY REFERENCES event (id),
    incident_id BIGINT NOT NULL REFERENCES incident (id),
    type        TEXT NOT NULL,
    data        TEXT NOT NULL,
    occurred_at BIGINT NOT NULL
);
CREATE INDEX incident_change_incident ON incident_change (incident_id, occurred_at);
