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
shell-health-nodes = { $number } node(s) at work

## Times and spans
shell-just-now = now
shell-ago = { $span } ago
shell-ahead = in { $span }
shell-days = { $days } d

## The steps told, delivered, read
shell-told = told
shell-told-of = of { $number } to be told
shell-delivered = delivered
shell-delivered-of = of { $number } whose provider reports it
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
shell-rate-delivered-of = of those whose provider reports
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
