-- Reports of some gateways name a message by the gateway's own id alone: the attempt is found by it.
CREATE INDEX attempt_provider_ref ON attempt (provider_ref, provider) WHERE provider_ref IS NOT NULL;
