# The first page: is it going out, to how many, what is stuck.
now-title = Now
now-figures = Figures

## Figures
now-going-out = Going out
now-going-out-hint = accepted per minute
now-waiting = Waiting
now-waiting-hint = queued in all lanes
now-sent-today = Sent today
now-sent-today-hint = accepted of those planned today
now-delivered = Delivered
now-delivered-hint = { $part } of the { $whole } whose provider reports it, or of which a report came
now-unknown = Unknown
now-unknown-hint = nobody can say whether they left
now-held = Held
now-held-hint = quiet hours, a faulty template, no provider
now-replies = Replies
now-replies-hint = written by clients, not answered yet

## Alarms
now-alarms = Alarms
now-alarm = Alarm: { $sentence }.
now-found = Found
now-look-at-one = Look at one
now-look-at-declared = Look at it
now-declared-waiting =
    { $count ->
        [one] One incident waits for approval
       *[other] { $number } incidents wait for approval
    }
now-declared-waiting-remedy = Nobody is told of it before a second person approves it.
now-declared-returned = The incident { $incident } was returned, and waits for you
now-declared-returned-remedy = Its page says why. Change it, or give it up.
# Clients who wait longer for an answer than was promised.
now-unheard =
    { $count ->
        [one] A client has waited longer for an answer than was promised
       *[other] { $number } clients have waited longer for an answer than was promised
    }
now-unheard-remedy = Answer in the inbox, or close the conversation with a reason.
now-look-at-source = Look at the source
now-breach-remedy = Once it is mended, the command araldo check-store lets this go out.
now-source-fault = The source { $source } cannot be read: { $why }
now-source-doubt = The source { $source } is doubtful: { $why }
now-source-dead =
    { $count ->
        [one] { $number } record of the source { $source } could not be taken
       *[other] { $number } records of the source { $source } could not be taken
    }
now-inbox-fault = The mailbox { $inbox } cannot be read: { $why }
now-asked-fault = The provider cannot be asked ({ $inbox }): { $why }
now-asked-fault-remedy = What became of SMS, or what clients wrote, is asked for again by itself; araldo doctor looks at the account.
now-inbox-fault-remedy = What came back, was answered or stopped by e-mail waits there, and is taken once it can be read; araldo doctor looks at it.
now-webhook-given-up = The webhook { $name } failed for so long that it is switched off
now-webhook-given-up-remedy = Settings, Webhooks says why; switched on again, it is told all that is still kept.
now-source-remedy = Its page says more, and lists what could not be taken.
now-incident-overdue = The incident { $incident } should be over, and nothing came
now-incident-overdue-remedy = Say when it will end (incident.updated), or that it is over (incident.resolved).
now-incident-word-due = The next word on the incident { $incident } was promised, and is due
now-incident-word-due-remedy = Send incident.updated, with the next promise if there is nothing new.
now-incident-still-out =
    { $count ->
        [one] { $number } client says that the incident { $first } is not over for them: { $incident }
       *[other] { $number } clients say that the incident { $first } is not over for them: { $incident }
    }
now-incident-still-out-remedy = Its page lists how many; end it with incident.resolved once it is mended.
now-outage-overlong = The outage { $incident } lasted longer than { $span }
now-outage-overlong-in = The outage { $incident } lasted longer than { $span } in { $towns }
now-outage-overlong-remedy = Whoever was without may be owed something. It stays here for thirty days, and on the incident's page.
now-works-late = The works { $incident } were announced later than they had to be
now-works-late-remedy = They can be moved (incident.updated); else this goes when they begin.

## Incidents
now-incidents = Going on
now-began = began
now-begins = begins
now-ends = expected to end
now-no-incident = No incident is going on.
now-no-incident-then = One appears here as soon as an event opens it.

## Lanes
now-lanes = Lanes
now-lane-label = { $lane } lane
now-lane-oldest = oldest waits { $span }
now-lane-none-due = none due yet
now-lane-empty = empty

## Providers
now-providers = Providers
now-provider-paused = paused
now-provider-ready = ready
now-provider-weight = gets { $points } points of its channel
now-provider-again = again { $when } { $reason }
now-no-provider = None is configured: nothing can leave.

## Cases that stand still
now-bodies = Cases that stand still
now-bodies-caption = Cases that stand still, by the body that holds them up
now-body = With
now-body-cases = Cases
now-body-oldest = Oldest
now-body-report = Report
now-nobody-named = nobody is named
now-report-none = no report
now-report-sent = sent
now-report-chased = chased
now-report-acknowledged = acknowledged

## Last messages
now-recent = Last messages
now-recent-caption = The last twenty messages
now-no-message = No message yet.
now-no-message-then = Send an event: its messages appear here.
