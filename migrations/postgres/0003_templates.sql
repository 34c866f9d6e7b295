-- What operators write. A version never changes once published; a message is pinned to one.

CREATE TABLE template (
    id          BIGINT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    topic       TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    CONSTRAINT template_name_key UNIQUE (name)
);

CREATE TABLE template_version (
    id           BIGINT PRIMARY KEY,
    template_id  BIGINT NOT NULL REFERENCES template (id),
    version      BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
    variables    TEXT NOT NULL,
    parts        TEXT NOT NULL,
    author       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    published_at BIGINT,
    CONSTRAINT template_version_once UNIQUE (template_id, version)
);

-- Where a tracked link leads: looked up here, never taken from the request.
CREATE TABLE link (
    id         BIGINT PRIMARY KEY,
    url        TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT link_url_key UNIQUE (url)
);
