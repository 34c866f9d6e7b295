-- The cheap channel first, the dear one only where nobody read it: what became of each message that could turn to
-- another channel, and how many did; and parts of a channel for
-- several providers. Only adds (docs/upgrading.md).

ALTER TABLE message ADD COLUMN fallback TEXT -- what became of its fallback; null: its rule has none, or nothing yet
    CHECK (fallback IN ('waits', 'turned', 'spared', 'unreadable', 'unreachable'));

-- Moved in the transaction that decides, once for each message.
CREATE TABLE fallback_day (
    day      BIGINT NOT NULL, -- of the plan, as in rollup
    template TEXT NOT NULL,
    channel  TEXT NOT NULL CHECK (channel IN ('sms', 'email')), -- the one to turn to
    outcome  TEXT NOT NULL CHECK (outcome IN ('turned', 'spared', 'unreadable', 'unreachable')),
    messages BIGINT NOT NULL,
    PRIMARY KEY (day, template, channel, outcome)
);

-- Providers that share a channel: how many points each has, as the node that wrote last sees it.
ALTER TABLE provider_state ADD COLUMN weight BIGINT; -- null: the channel has one provider, or an order of preference
