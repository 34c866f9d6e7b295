-- What the reading by strangers asked for: rights of keys, erasure, times that are only claims,
-- rates that can be checked. Only adds (docs/upgrading.md).

-- Replies: which of them a person has still to answer.
-- Set when a person marked a reply as answered; only on rows of the kind 'replied'.
ALTER TABLE engagement ADD COLUMN answered_at INTEGER;
-- Who did: the e-mail address of somebody of the staff.
ALTER TABLE engagement ADD COLUMN answered_by TEXT;
CREATE INDEX engagement_unanswered ON engagement (id) WHERE kind = 'replied' AND answered_at IS NULL;
