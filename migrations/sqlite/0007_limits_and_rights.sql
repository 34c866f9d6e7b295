-- What the reading by strangers asked for: rights of keys, erasure, times that are only claims,
-- rates that can be checked. Only adds (docs/upgrading.md).

-- keys: what a key is bound to, beside its scopes. One a line, each as it is or with `*` at its
-- end; NULL: any.
ALTER TABLE api_key ADD COLUMN sources TEXT;
ALTER TABLE api_key ADD COLUMN types   TEXT;
-- The type of an event decides the scope from now on. Keys made before could send cases and
-- incidents with `events:write`: what they did is written down as what they may, so that no
-- source falls silent. `araldo key list` shows it; docs/upgrading.md says how to take it away.
UPDATE api_key SET scopes = scopes || ' cases:write'
    WHERE ' ' || scopes || ' ' LIKE '% events:write %'
    AND ' ' || scopes || ' ' NOT LIKE '% cases:write %';
UPDATE api_key SET scopes = scopes || ' incidents:write'
    WHERE ' ' || scopes || ' ' LIKE '% events:write %'
    AND ' ' || scopes || ' ' NOT LIKE '% incidents:write %';
