-- That a client stopped everything is known of the client, and not only of the addresses they had then: whoever
-- acts for them gets nothing more either, and START takes all of it back. Only adds (docs/upgrading.md).

ALTER TABLE client ADD COLUMN stopped_message INTEGER; -- the message on whose page the client stopped everything, which may be gone since; null: they did not
