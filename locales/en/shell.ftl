# What surrounds every page, and the pieces that many pages have.

## The rail
shell-rail-now = Now
shell-rail-incidents = Incidents
shell-rail-cases = Cases
shell-rail-clients = Clients
shell-rail-messages = Messages
shell-rail-inbox = Inbox
shell-rail-templates = Templates
shell-rail-insight = Insight
shell-rail-sources = Sources
shell-rail-sandbox = Sandbox
shell-time-runs = Time runs { $times } times as fast as outside.
shell-rail-people = People
shell-rail-settings = Settings

## The top line
shell-skip = Skip to the content
shell-parts = Parts of the console
shell-search = Search ( / )
shell-search-label = Search clients, cases, incidents, messages
shell-colours = Colours
shell-colours-system = as the system
shell-colours-light = light
shell-colours-dark = dark
shell-language = Language
shell-me = Password and sessions
shell-log-out = Log out
shell-standing = This page stands still: Araldo does not answer, or your session is over. Load it again to see more.

## The light
shell-health-why = : why
shell-health-alarm = alarm
shell-health-paused = paused
shell-health-paused-by = { $person } paused all sending { $since }
shell-health-stopped = stopped
shell-health-no-node = no node gives a sign of life
shell-health-provider = provider paused
shell-health-provider-paused = { $provider } is paused
shell-health-slow = slow
shell-health-urgent-waits = an urgent message waits for { $span }
shell-health-sending = sending
shell-health-nodes =
    { $count ->
        [one] { $number } node at work
       *[other] { $number } nodes at work
    }

## Times and spans
shell-just-now = now
shell-ago = { $span } ago
shell-ahead = in { $span }
shell-days = { $days } d

## The steps told, delivered, read
shell-told = told
shell-told-of = of { $number } to be told
shell-delivered = delivered
shell-delivered-of = of { $number } whose provider reports it, or of which a report came
shell-read = read
shell-read-of = of { $number } who can be measured

## A list of messages
shell-when = When
shell-client = Client
shell-message = Message
shell-channel = Channel
shell-state = State
shell-deleted = deleted
shell-message-to = to { $name }

## A list of cases
shell-case = Case
shell-kind = Kind
shell-with = With
shell-expected-by = Expected by
shell-moved = Moved

## Replies
shell-reply-erased = a client erased since
shell-reply-to = to
shell-reply-about = the message about { $about }
shell-reply-conversation = Read and answer in the inbox
shell-reply-answered = Answered by { $person }
shell-reply-hint = By telephone or mail; this is written down
shell-reply-done = I have answered
shell-reply-of = the reply of { $name }
shell-reply-open = Nobody has answered yet.
shell-reply-doubt = Who wrote this is not proven. Somebody { $grounds }.

## A list of steps
shell-step-read = Read them
shell-step-read-when = as sent when it was { $step }

## Rates
shell-rate-planned = Planned
shell-rate-not-sent = Not sent
shell-rate-accepted = Accepted
shell-rate-reached = of those reached
shell-rate-delivered = Delivered
shell-rate-delivered-of = of those reported on
shell-rate-read = Read
shell-rate-read-of = of those who can be measured
shell-rate-opened = Opened
shell-rate-opened-of = of e-mails kept by name
shell-rate-clicked = Clicked
shell-rate-clicked-of = of those whose clicks are kept
shell-rate-confirmed = Confirmed
shell-rate-replied = Replied
shell-rate-machines = By machines
shell-rate-machines-of = opened or clicked
shell-rate-unmeasured = Cannot be measured
shell-rate-cost = Cost

## Pages that say what went wrong
shell-problem-not-here = Not here
shell-problem-not-for-you = Not for you
shell-problem-logged-out = Logged out
shell-problem-not-now = Not now
shell-problem-other = This did not work
shell-problem-back = To the console

## Lists that go on
shell-older = Older
shell-more = More

# How satisfied clients are: of a page of insight, and of a partner's.
shell-score-asked = Asked
shell-score-answered = Answered
shell-score-mean = Mean
shell-score-good = Satisfied (4–5)

# Problems that a person sees as a page. The English is what programs get, word by word.
shell-said-page-failed = this page could not be made; the log says why
shell-said-away = the store cannot take this now; nothing was changed; try again
shell-said-unholdable = a text holds a character NUL, or is longer than the store can hold; nothing was changed
shell-said-nul = a text holds a character NUL (`%00`), which is in no reference and no name
shell-said-too-large = the body is larger than { $a } bytes; send it in parts
shell-said-media-type = the content type must be { $a }
shell-said-foreign-form = this form did not come from a page of this session; load the page again
shell-said-logged-out = the session is over; log in again
shell-said-role = the role { $a } may not do this; ask an admin
shell-said-method = `{ $a }` is not possible here; the header `Allow` says what is
shell-said-path-long = path and query are longer than { $a } bytes
shell-said-asked-long = a text is longer than { $a } bytes
shell-said-twice = `{ $a }` is given twice; give it once
shell-said-form-broken = the form is not whole, or has more than { $a } parts; send it again
shell-said-slow = the body came too slowly; send it again
shell-said-broken-off = the body broke off before its end; send it again
shell-said-form-not-ours = the form is not one of ours; load the page again
shell-said-internal = this went wrong inside Araldo; the log has the reason
shell-said-busy-logins = too many logins at once; try again in a few seconds
shell-said-partners-only = this page is for people of partners; the same cases stand under /console/cases
shell-said-no-date = this is no date; write one such as 2026-11-22
shell-said-no-day = write a day such as 2027-12-31
shell-said-no-button = this is no button of the page
shell-said-own-text = whoever wrote it cannot approve it; ask another person who may
shell-said-own-incident = whoever declared it cannot approve it; ask another person who may
shell-said-faster = somebody else was faster: open the template again and see what is live now
shell-said-incident-over = the incident is over: only what is said of it can be corrected
shell-said-text-length = write a text of at most { $a } characters
shell-said-reason-length = say why, in at most { $a } characters
shell-said-line-since = the conversation has another line since; read it again, then answer
shell-said-erased = the client was erased: there is nobody to answer
shell-said-unwilling = the client wants nothing more by this channel, or has no address there
shell-said-unpublished-first = there is no published template `{ $a }`; publish one first
shell-said-unpublished = there is no published template `{ $a }`
shell-said-unknown-client = there is no client of this reference
shell-said-known-writer = it is known who wrote this, or they were erased
shell-said-deputies = { $a } act for the client already: end one first
shell-said-mandate-over = the mandate would be over already
shell-said-deputy-of-deputy = a deputy acts for somebody else and has no deputies
shell-said-deputy-mode = choose the copy, or instead of the client
shell-said-deputy-own = the address is the client's own; name one at which the deputy alone is reached
shell-said-own-choice = the client decided so themselves: only they can take it back
shell-said-webhooks = there are { $a } webhooks already: delete one first
shell-said-plans = more than { $a } plans; choose a shorter time
shell-said-rectified-now = somebody else puts one of these messages right already; look again
shell-said-rectify-nobody = nobody got such a message, or may have got one: there is nobody to tell
shell-said-rectify-told = whoever got such a message was told already that it was wrong, or is about to be
shell-said-counts-no-more = it does not count any more
shell-said-waits-already = this waits for the next mail to the body already
shell-said-no-body = [clock] bodies names nobody for this body
shell-said-missing = there is no { $a } `{ $b }`
shell-said-thing-page = page
shell-said-thing-page-or-resource = page or resource
shell-said-thing-message = message
shell-said-thing-template = template
shell-said-thing-case = case
shell-said-thing-client = client
shell-said-thing-incident = incident
shell-said-thing-declared-incident = declared incident
shell-said-thing-draft-of-an-incident = draft of an incident
shell-said-thing-change-of-an-incident = change of an incident
shell-said-thing-draft-of-template = draft of template
shell-said-thing-earlier-version = earlier version
shell-said-thing-person = person
shell-said-thing-source = source
shell-said-thing-webhook = webhook
shell-said-thing-conversation = conversation
shell-said-thing-dead-letter = dead letter
shell-said-thing-preview = preview
shell-said-thing-event = event
shell-said-thing-reply = reply
shell-said-thing-rectification = rectification
shell-said-thing-form = form
shell-said-thing-mail = mail
shell-said-thing-mail-of-message = mail of message
shell-said-thing-evidence = evidence
shell-said-thing-handset = handset
shell-said-thing-handset-or-mailbox = handset or mailbox
shell-said-thing-identity-provider = identity provider
shell-said-thing-sandbox = sandbox
shell-said-thing-address-of-this-client = address of this client
shell-said-thing-deputy-who-acts-for-the-client = deputy who acts for the client
