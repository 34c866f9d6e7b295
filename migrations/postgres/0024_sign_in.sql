-- People of the console prove by a second factor that it is them, or come in by an identity provider
-- (docs/operating.md). Only adds (docs/upgrading.md).

ALTER TABLE console_user ADD COLUMN totp_secret TEXT; -- in base32; null: no second factor
ALTER TABLE console_user ADD COLUMN totp_step BIGINT; -- the last 30 s since 1970 whose code was used
ALTER TABLE console_user ADD COLUMN oidc_only BOOLEAN NOT NULL DEFAULT FALSE; -- their password opens nothing

-- What opens in the place of a code of the second factor; gone once it is used.
CREATE TABLE recovery_code (
    user_id   BIGINT NOT NULL REFERENCES console_user (id),
    code_hash TEXT NOT NULL, -- SHA-256 of its letters, in URL-safe base64
    PRIMARY KEY (user_id, code_hash)
);

-- The password was right, and a code is awaited: no session yet.
CREATE TABLE pending_sign_in (
    token_hash TEXT PRIMARY KEY, -- SHA-256 of the cookie's secret, in URL-safe base64
    user_id    BIGINT NOT NULL REFERENCES console_user (id),
    next       TEXT NOT NULL, -- where to go then
    expires_at BIGINT NOT NULL
);
