# Words of fixed lists that all pages share: each family is complete, which a test holds.
yes = yes
no = no
never = never

## States of a message, and read
state-held = held
state-queued = queued
state-leased = leased
state-sending = sending
state-unknown = unknown
state-accepted = accepted
state-delivered = delivered
state-undelivered = undelivered
state-unconfirmed = unconfirmed
state-rejected = rejected
state-failed = failed
state-expired = expired
state-superseded = superseded
state-cancelled = cancelled
state-suppressed = suppressed
state-unresolved = unresolved
state-read = read

## How it goes out
channel-sms = sms
channel-email = email
lane-urgent = urgent
lane-normal = normal
lane-bulk = bulk
class-safety = safety
class-service = service
class-marketing = marketing

## Incidents
incident-kind-outage = outage
incident-kind-planned-outage = planned outage
incident-kind-delay = delay
incident-kind-closure = closure
incident-kind-notice = notice
incident-state-going-on = going on
incident-state-resolved = resolved
incident-state-cancelled = cancelled
incident-announced = announced

# Services that are known by their English word; any other is said as it came.
service-electricity = electricity
service-water = water
service-gas = gas
service-heating = heating
service-telecom = telephone and internet
service-waste = waste
service-transport = transport

## Staff and nodes
role-viewer = viewer
role-operator = operator
role-manager = manager
role-approver = approver
role-admin = admin
role-partner = partner
node-state-alive = alive
node-state-silent = silent
node-state-stopped = stopped

## Why a message was not sent, or how it ended
reason-no-contact = the client has no address for this channel
reason-topic-refused = the client refused this topic
reason-no-consent = the client never asked for this topic
reason-stop = the client answered STOP
reason-unsubscribed = the client unsubscribed
reason-hard-bounce = the address or number does not exist
reason-complaint = the client reported earlier mail as unwanted
reason-manual = an operator barred the address
reason-same-address = another client with the same address gets it
reason-deputy = somebody who acts for the client gets it instead
reason-wider-incident = the client was told of a wider incident, of which this is a part, and hears of this one if it outlasts that
reason-nothing-new = the client knows already what it says
reason-flood-guard = the client already got too many messages in this time
reason-quiet-hours = the client's quiet hours have not ended
reason-coalesced = several changes are to become one message
reason-template-fault = the template could not be rendered: a variable is missing
reason-no-template = its template is not published, or does not compile
reason-no-provider = no provider is configured for the channel
reason-provider-away = its provider is away, busy, or refuses us; it goes as soon as one message went through
reason-put-off = the last try was put off for this message alone; it is tried again
reason-newer = something newer on the same subject came
reason-too-late = its time ran out
reason-withdrawn = an operator withdrew it
reason-erased = the client was erased
reason-provider-refused = the provider refused it
reason-tries-used-up = the tries are used up
reason-no-receipt = no receipt came in time
reason-answer-lost = no answer says whether the provider has it
reason-node-died = the daemon stopped between handing over and hearing back

## What does not hold; a number stands before it
invariant-I1 = message(s) count as accepted without any proof that a provider took them
invariant-I2 = message(s) were accepted twice: somebody may have been told twice
invariant-I3 = message(s) are stuck: due long ago, or in the hands of a node that is gone
invariant-I4 = sum(s) differ from the messages they sum
invariant-I5 = message(s) were sent after their time, or after the client said no
invariant-I6 = client(s) got more messages in an hour than the cap allows
invariant-I7 = message(s) told a client older news after newer
invariant-I8 = message(s) are unknown for longer than any report can take
invariant-I9 = report(s) are about no message of ours
invariant-I10 = day(s) of a provider do not add up: it took more than it was given
invariant-I11 = event(s) happened after they were heard of: what follows seems old
