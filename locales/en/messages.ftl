# The words of the console's part "messages".

## The list

messages-title = Messages
messages-filters = Filters
messages-any = any
messages-state = State
messages-channel = Channel
messages-template = Template
messages-client = Client
messages-event = Event
messages-incident = Incident
messages-case = Case
messages-show = Show
messages-none = No message here.
messages-none-then = Take a filter away, or look at older ones.
messages-caption = Messages, newest first

## One message

messages-message-title = Message { $id }
messages-client-deleted = deleted since
messages-to = To
messages-version = v{ $version }
messages-about = About
messages-rule = Rule
messages-measured = Tracking
messages-read = Read
messages-read-said = { $read }: { $why }
messages-happened = What happened
messages-seen = What the client saw
messages-mail = The mail
messages-plain = Plain text
messages-plain-only = Plain text only
messages-wrote = What the client wrote
messages-why = Why
messages-store-away = the store cannot be read now
messages-not-published = template `{ $template }` was not published
messages-not-shown = { $fault }

# Whether reading is measured.
messages-tracking-none = none
messages-tracking-aggregate = aggregate
messages-tracking-individual = individual

# Whether it was read, and why that is said.
messages-read-yes = yes
messages-read-no = no
messages-read-unknown = cannot be known
messages-read-why-sign = a person gave a sign of it
messages-read-why-no-sign = it could have been seen, and there was no sign
messages-read-why-not-reached = it has not left, or came back
messages-read-why-in-doubt = nobody knows whether it left
messages-read-why-no-consent = the client's reading is not measured
messages-read-why-no-link = an SMS shows nothing where its links are not counted
messages-read-why-no-pixel = the picture in the e-mail does not say who opened it
messages-read-why-not-named = reading is counted without saying who, so that nothing was seen says nothing

## Evidence that is wrong

messages-correct = Something of this is wrong
messages-correct-which = What is wrong
messages-correct-reason = Why
messages-correct-hint = It stays on this page, struck through with your reason and your name, and counts no more.
messages-correct-do = Let it not count
messages-wrong-later = Does not count: a later report says the contrary.
messages-wrong-machine = Does not count: it was a machine ({ $grounds }).
messages-wrong-said = Does not count, says { $person }: { $reason }

## What happened, in the order of time

messages-step-event = event
messages-step-received = received
messages-step-received-from = from { $source }
messages-step-rule = rule
messages-step-rule-applied = { $rule } applied
messages-step-planned = planned
messages-step-planned-by = { $template } v{ $version } by { $channel }, { $lane } lane
messages-step-handed-over = handed over
messages-step-attempt = attempt { $number } through { $provider }
messages-step-receipt = receipt from { $provider } { $code }

# What came of a hand-over.
messages-outcome-accepted = accepted
messages-outcome-not-sent = not sent
messages-outcome-rejected = rejected
messages-outcome-misconfigured = misconfigured
messages-outcome-unknown = unknown

# What a receipt reports.
messages-receipt-accepted = accepted
messages-receipt-buffered = buffered
messages-receipt-delivered = delivered
messages-receipt-undelivered = undelivered
messages-receipt-expired = expired
messages-receipt-rejected = rejected
messages-receipt-undetermined = undetermined

# What a reader did; stands in "It was … by a person" as well.
messages-act-opened = opened
messages-act-clicked = clicked
messages-act-viewed = viewed
messages-act-replied = replied
messages-act-confirmed = confirmed
messages-act-unsubscribed = unsubscribed

# Who did it.
messages-verdict-human = human
messages-verdict-machine = machine
messages-verdict-undetermined = undetermined

# Why it counts as a person's or a machine's.
messages-grounds-messenger = a messenger's preview
messages-grounds-search = a search engine or preview
messages-grounds-scanner = a mail or link scanner
messages-grounds-headless = a browser without a screen
messages-grounds-program = a program, by its own name
messages-grounds-headers = asked for the headers only
messages-grounds-ahead = fetched ahead of need
messages-grounds-nameless = gave no name
messages-grounds-privacy = a mail privacy proxy
messages-grounds-picture = fetched by the mail provider's picture proxy on opening
messages-grounds-browser = a browser or mail program
messages-grounds-unknown = a program that is not known
messages-grounds-soon = within two seconds of acceptance
messages-grounds-before = before the acceptance was known
messages-grounds-burst = fetched three or more addresses within two seconds
messages-grounds-two-links = followed two links within a second
messages-grounds-looked-first = asked for the headers and then for the page
messages-grounds-network = one network opened many mails within a minute
messages-grounds-button = pressed a button on the status page
messages-grounds-topic = refused the topic on the status page
messages-grounds-stop = stopped everything on the status page
messages-grounds-address = used the unsubscribe address
messages-grounds-answered = answered the e-mail
messages-grounds-answered-elsewhere = answered the e-mail from another address
messages-grounds-named = wrote an e-mail that names this one; anybody who saw it can have written that
messages-grounds-own-mail = wrote an e-mail of their own, which is kept with the client's last; a sender's address can be forged
messages-grounds-sms = wrote an SMS
messages-grounds-sms-shared = wrote an SMS; several clients have the number, and this one was told last
messages-grounds-sms-late = wrote an SMS more than three days after the last message
messages-grounds-sms-unasked = wrote an SMS, though none that asks for an answer is known to this number; this is the client's last message

## Why it was, or was not, sent

messages-why-caused = Event { $event } ({ $kind }) came from { $source }.
messages-why-caused-about = Event { $event } ({ $kind }) about { $subject } came from { $source }.
messages-why-planned = Rule { $rule } applied: template { $template } version { $version }, topic { $topic }, class { $class }, lane { $lane }.
messages-why-barred = A gate said no: { $reason }.
messages-why-barred-unsaid = A gate said no: the reason was not recorded.
messages-why-address-safety = The client has an address for { $channel } that works: safety passes a STOP.
messages-why-address = The client has an address for { $channel } and nothing bars it.
messages-why-topic-safety = It is about safety, so it cannot be refused by topic.
messages-why-topic-service = The client did not refuse the topic { $topic }.
messages-why-topic-marketing = The client asked for the topic { $topic }.
messages-why-at-once = It was due at once, in the urgent lane.
messages-why-later = It was not to leave before { $span } later.
messages-why-later-quiet = It was not to leave before { $span } later: the client's quiet hours.
messages-why-later-coalesced = It was not to leave before { $span } later: several changes were to become one message.
messages-why-attempt = Attempt { $number } through { $provider }: { $answer }.
messages-why-attempt-took = Attempt { $number } through { $provider }: { $answer } within { $span }.
messages-why-attempt-said = Attempt { $number } through { $provider }: { $answer } ({ $said }).
messages-why-attempt-took-said = Attempt { $number } through { $provider }: { $answer } within { $span } ({ $said }).
messages-why-receipt = { $provider } reported: { $receipt }.
messages-why-receipt-wrong = { $provider } reported: { $receipt }. That was wrong, and does not count.
messages-why-receipt-said = { $provider } reported: { $receipt } ({ $said }).
messages-why-stands = { $state }.
messages-why-stands-because = { $state }, because { $reason }.
messages-why-erased = It was withdrawn, because the client was erased.
messages-why-came-too-late = It was not sent: what it tells happened { $age } before, and was heard of too late: the rule gives such news { $life }.
messages-why-double = It was sent again though the first may have left: a double is possible.
messages-why-bounced = A later report says it bounced after all.
messages-why-not-measured = Reading is not measured for this message.
messages-why-not-named = Reading is counted without saying who, so this message alone shows nothing.
messages-why-fallback-waits = The other channel waits: who reads this in time needs no second message.
messages-why-fallback-turned = The other channel was used as well.
messages-why-fallback-spared = The other channel was spared: a person read this in time.
messages-why-fallback-unreadable = The other channel was left alone: reading could not show itself, and the rule leaves such as they are.
messages-why-fallback-unreachable = The other channel was wanted, and did not reach the client or was overtaken by something newer.
messages-why-unread = No sign of reading yet.
messages-why-by-person = It was { $act } by a person.
messages-why-by-machine = It was { $act } by a machine, which is not counted as reading.
messages-why-by-somebody = It was { $act } by someone or something: it cannot be told.

# What came of a hand-over, within a sentence.
messages-answer-missing = no answer is recorded yet
messages-answer-accepted = it was accepted
messages-answer-not-sent = it certainly did not leave
messages-answer-rejected = it was refused for good
messages-answer-misconfigured = the provider's set-up is wrong, which costs no try
messages-answer-lost = the answer was lost, so nobody can say whether it left

# Where a message stands, as the beginning of a sentence.
messages-stands-held = It is held
messages-stands-queued = It waits in the queue
messages-stands-leased = A node has taken it and nothing has left
messages-stands-sending = It is being handed over
messages-stands-unknown = Nobody can say yet whether it left
messages-stands-accepted = The provider has it; a receipt may follow
messages-stands-delivered = It arrived
messages-stands-undelivered = It did not arrive
messages-stands-unconfirmed = It was accepted, and no receipt came in time
messages-stands-rejected = It was refused for good
messages-stands-failed = It never left, and the tries are used up
messages-stands-expired = Its time ran out before it left
messages-stands-superseded = Something newer on the same subject took its place
messages-stands-cancelled = An operator withdrew it
messages-stands-suppressed = It will not be sent
messages-stands-unresolved = Nobody can say whether it left, and every means is used up

## Why an event told nobody, as the end of a sentence

messages-silence-told-corrected = told nobody: it corrects what is said, and is quiet
messages-silence-told-small = told nobody: nothing differs enough from what its clients were last told
messages-silence-told-taken-back = told nobody: it does not hold any more
messages-silence-told-stood = told nobody: it stood there when its source was new
messages-silence-told-moved = told nobody: the case has moved since
messages-silence-told-late = told nobody: it was found late, and no rule wants what comes late
messages-silence-corrected = it corrects what is said, and is quiet
messages-silence-small = nothing differs enough from what its clients were last told
messages-silence-taken-back = it does not hold any more
messages-silence-stood = it stood there when its source was new
messages-silence-moved = the case has moved since
messages-silence-late = it was found late, and no rule wants what comes late
messages-silence-area = nobody in its area had been told of it
messages-silence-uncovered = it is kept from nobody in its area any more
messages-silence-left = nobody who left its area had been told of it
messages-silence-audience = nobody in the audience is known
messages-silence-exchanged = nobody in the audience is known: the area's shapes cover no client, and would cover { $clients } with latitude and longitude exchanged; `polygon` and `circle` have latitude first, GeoJSON has longitude first
messages-silence-known = it was taken before
messages-silence-rule = no rule matches
