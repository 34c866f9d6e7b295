-- What operators write. A version never changes once published; a message is pinned to one.

CREATE TABLE template (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    topic       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT template_name_key UNIQUE (name)
) STRICT;

CREATE TABLE template_version (
    id           INTEGER PRIMARY KEY,
    template_id  INTEGER NOT NULL REFERENCES template (id),
    version      INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    variables    TEXT NOT NULL,
    parts        TEXT NOT NULL,
    author       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    CONSTRAINT template_version_once UNIQUE (template_id, version)
) STRICT;

-- Where a tracked link leads: looked up here, never taken from the request.
CREATE TABLE link (
    id         INTEGER PRIMARY KEY,
    url        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT link_url_key UNIQUE (url)
) STRICT;
