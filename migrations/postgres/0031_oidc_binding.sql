-- People of the console who come in by an identity provider are known by what it calls them, and by their address
-- only the first time (docs/operating.md). Only adds (docs/upgrading.md).

CREATE TABLE oidc_binding (
    issuer   TEXT NOT NULL, -- as in `[login.NAME]`
    sub      TEXT NOT NULL, -- the issuer's own name for the person, which it gives to nobody else
    user_id  BIGINT NOT NULL REFERENCES console_user (id),
    bound_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, sub),
    CONSTRAINT oidc_binding_user_id_issuer_key UNIQUE (user_id, issuer)
);
