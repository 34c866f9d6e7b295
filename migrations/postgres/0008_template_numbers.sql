-- A version's number is given once. Only adds (docs/upgrading.md).

-- The highest number that a version of this template ever had, also one that was discarded: the
-- audit goes on naming it.
ALTER TABLE template ADD COLUMN last_version BIGINT NOT NULL DEFAULT 0;
UPDATE template SET last_version =
    (SELECT coalesce(max(v.version), 0) FROM template_version v WHERE v.template_id = template.id);
