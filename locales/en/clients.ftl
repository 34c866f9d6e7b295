# The words of the console's part "clients".

## The list

clients-title = Clients
clients-search = Search clients
clients-search-by = Name, reference, supply point, telephone or e-mail
clients-show = Show
clients-nobody = Nobody found.
clients-nobody-then = A name may be given in part, and the code of a supply point from its first four characters; telephone and e-mail must be whole.
clients-none = No client here.
clients-none-then = Clients come by PUT /v1/clients, by NDJSON, or by araldo import clients.
clients-name = Name
clients-reference = Reference
clients-place = Place
clients-language = Language
clients-partner = Partner
clients-reached-by = Reached by
clients-unreachable = unreachable

## One client

clients-prefers = Prefers
clients-prefers-none = nothing named
clients-quiet = Quiet hours
clients-quiet-span = { $from } to { $to }
clients-quiet-usual = as configured
clients-measured = Reading measured by name
clients-partner-none = none

# Whether reading may be measured by name.
clients-consent-granted = granted
clients-consent-denied = denied
clients-consent-withdrawn = withdrawn
clients-consent-unknown = unknown

clients-why = Why did this client (not) get it?
clients-why-about = Incident, case or event
clients-why-ask = Ask
clients-why-caption = Messages about it
clients-why-listed = Each message about it is listed with its state and reason.
clients-why-outside = This client was not in the audience: no place in the area, or not their case. Others were told.
clients-why-nobody = It is known, and no rule has told anybody of it.
clients-why-unknown = There is no incident, case or event of this name.

clients-addresses = Addresses
clients-addresses-none = No address.
clients-addresses-none-then = Nothing can be sent to this client.
clients-channel = Channel
clients-address = Address
clients-verified = Verified
clients-show-which = the { $channel } address
clients-show-noted = This is written down
clients-is-barred = { $channel } { $address } is barred: { $reason }
clients-bar-own = The client decided so. Only they can take it back, by START or on their status page.
clients-lift = Use again
clients-lift-reason = Why may it be used again?
clients-lift-hint = For example: the client called, and the mailbox works again. It is written down. What was not sent meanwhile is not sent later.

# Why an address is barred.
clients-barred-stop = stop
clients-barred-unsubscribed = unsubscribed
clients-barred-hard-bounce = the address or number does not exist
clients-barred-complaint = complaint
clients-barred-manual = manual

clients-places-and-topics = Places and topics
clients-places = Places
clients-place-kind = Kind
clients-municipality = Municipality
clients-postal-code = Postal code
clients-topic-wanted = asked for
clients-topic-refused = refused
clients-topics-none = No topic is refused or asked for.

clients-cases = Cases
clients-cases-caption = Cases of this client
clients-messages-none = No message yet.
clients-messages-none-then = The next event about this client makes one.
clients-messages-caption = Messages of this client, newest first
clients-messages-all = All of them

clients-proven = by a code,

# Who acts for a client.
clients-deputies = Who acts for this client
clients-deputies-none = Nobody gets a copy, or gets it instead.
clients-deputy-mode-copy = gets the copy
clients-deputy-mode-instead = gets it instead
clients-deputy-mode-hint = Instead needs a mandate that you have seen. What is for the client's safety goes to both.
clients-deputy-verified = confirmed by a code
clients-deputy-until = until
clients-deputy-ended = ended
clients-deputy-end = End the mandate
clients-deputy-new = Enter somebody
clients-deputy-address = Mobile number or e-mail
clients-deputy-gets = Gets
clients-deputy-topics = Only these topics, with commas (empty: all)
clients-deputy-cases = Only these cases, with commas (empty: all)
clients-deputy-mandate = The document, and who saw it
clients-deputy-own-wish = the client's own wish; the deputy agreed by a code
clients-deputy-day = Last day of the mandate (empty: until somebody ends it)
clients-deputy-put = Enter
