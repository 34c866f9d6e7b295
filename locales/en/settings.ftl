# Settings, to look at, and what people choose for themselves.
settings-title = Settings
settings-store = Store
settings-reached-at = Reached at

## What people choose for themselves
settings-clock = Your clock
settings-zone = Time zone
settings-zone-hint = Times on your pages are told in it. Empty: { $zone }, as the settings have it.
settings-zone-save = Save

## Nodes
settings-nodes = Nodes
settings-nodes-caption = Runs of the daemon: those that live first
settings-node = Node
settings-state = State
settings-roles = Roles
settings-version = Version
settings-started = Started
settings-last-sign = Last sign
settings-no-node = No node has run on this store yet.

## Providers and sources
settings-providers = Providers
settings-providers-caption = Providers as configured
settings-provider = Provider
settings-channel = Channel
settings-kind = Kind
settings-no-provider = None is configured: nothing can leave.
settings-sources = Sources
settings-webhooks = Webhooks
settings-webhooks-where = To whom it is posted what happens, and how that goes, is on the page
settings-sources-where = Which systems are watched, how they do and what could not be taken is on the page

## Keys
settings-keys = Keys
settings-keys-caption = API keys
settings-made-by = Made by
settings-ended-by = ended by
settings-name = Name
settings-begins-with = Begins with
settings-scopes = Scopes
settings-made = Made
settings-last-used = Last used
settings-types = types
settings-of-sources = sources
settings-no-key = No key yet.
settings-valid = valid
settings-revoked = revoked
settings-disabled = disabled

## People
settings-people = People
settings-people-caption = People of the console
settings-people-where = They are invited, given a role and locked under
settings-person = Person
settings-role = Role
settings-added = Added

## What was done
settings-deeds = What was done
settings-deeds-caption = The last fifty deeds, newest first
settings-when = When
settings-who = Who
settings-what = What
settings-to-what = To what
settings-more = More
settings-nothing-yet = Nothing yet.
