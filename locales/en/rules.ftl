# Rules: which event tells whom what.
rules-title = Rules
rules-what = Each rule says which events are told to whom, with which template and how soon. Rules stand in a file; below each is what it came to in the last 30 days.
rules-try = Try an event ...
rules-replay = Replay the last days ...
rules-back = All rules
rules-sampled = { $count ->
    [one] Only the newest plan of that time is counted.
   *[other] Only the newest { $number } plans of that time are counted.
}
rules-last = The last time was
rules-stands-at = It stands at
rules-built-in = It is built into the program.
rules-change-and-replay = Change { $rule } and replay the last days with it
rules-none = There is no rule.
rules-none-then = Without rules events are kept, and nobody is told. Name a file in the settings, at [rules].
rules-never-set-going = No event set it going in the last 30 days.
rules-matched = { $count ->
    [one] Set going once in the last 30 days.
   *[other] Set going { $number } times in the last 30 days.
}
rules-told = { $count ->
    [one] It told with one message.
   *[other] It told with { $number } messages.
}
rules-untold-nobody = Nobody in the audiences of these events is known here.
rules-untold-because = Why not, most often: { $reason }.

## Why no event could have set a rule going
rules-no-template = No version of its template “{ $template }” is published, so its messages are held: publish one, or name another template in the rule.
rules-no-template-but = No version of its template “{ $template }” is published, so its messages are held. Is “{ $nearest }” the one that is meant?
rules-no-such-event = No event of its types came in the last { $days } days.
rules-no-such-event-but = No event of its types came in the last { $days } days; events of type { $nearest } did. Is that the one that is meant?
rules-no-such-field = No event of the last 30 days could have set it going: its condition asks for { $field }, which none of the newest events had.
rules-no-such-field-but = No event of the last 30 days could have set it going: its condition asks for { $field }, which none of the newest events had. They had { $nearest }: was the field renamed?
rules-never-held = { $count ->
    [one] Its condition did not hold for the one event of its types. It had: { $values }.
   *[other] Its condition held for none of the newest { $number } events of its types. They had: { $values }.
}

## A rule as a sentence
rules-short = When { $events }{ $condition }, tell { $audience } with “{ $template }”.
rules-short-if = , on a condition
rules-whole = The whole rule “{ $rule }”
rules-sentence = When { $events }{ $condition }, tell { $audience } { $channels } with “{ $template }”, { $lane }, { $night }, as { $class } about “{ $topic }”.
rules-if = , if { $condition }
rules-or = or
rules-and = and
rules-not-in-quiet-hours = not in quiet hours
rules-in-quiet-hours = also in quiet hours
rules-by-preferred = by the preferred channel
rules-by-sms = by SMS
rules-by-email = by e-mail
rules-audience-case-client = its client
rules-audience-case-watchers = whoever looks after its client
rules-audience-incident-area = every client with a place in its area
rules-audience-listed = the clients that it lists
rules-lane-urgent = at once and before all else
rules-lane-normal = at once
rules-lane-bulk = when nothing else waits
rules-class-safety = safety news that nobody can refuse
rules-class-service = service news
rules-class-marketing = an offer, to those alone who asked for it,
rules-coalesce = At most one message on the same subject in { $span }: the newest of those that follow waits.
rules-fallback = If no receipt comes within { $span }, it is tried { $channel }.
rules-fallback-unread = If nobody reads it within { $span }, it is tried { $channel }; also where reading could not show itself.
rules-fallback-unread-skip = If nobody reads it within { $span }, it is tried { $channel }; not where reading could not show itself.
rules-expires = What happened longer than { $span } ago is not worth telling and is not sent.
rules-on-unknown-reconcile = When nobody can say whether a message left, its provider is asked.
rules-on-unknown-resend = When nobody can say whether a message left, it is sent once more.
rules-on-unknown-hold = When nobody can say whether a message left, a person decides.
rules-late = It tells, too, what was missed when it happened and found later.
rules-event-case-opened = a case is opened
rules-event-case-state-changed = a case changes its state
rules-event-case-closed = a case is closed
rules-event-case-stalled = a case has stood still for too long
rules-event-case-due-soon = the time of a case is nearly over
rules-event-case-silent = nothing was said of an open case for long
rules-event-case-survey-due = the client of a closed case is asked how it went
rules-event-case-survey-reminder = the same is asked once more, where nobody answered
rules-event-body-stalled = many cases stand still with one body
rules-event-body-forwarded = problems that clients reported are passed on to a body
rules-event-incident-opened = an incident begins
rules-event-incident-updated = an incident changes
rules-event-incident-resolved = an incident is over
rules-event-incident-cancelled = an incident turns out to be an error or is called off
rules-event-incident-overdue = the expected end of an incident has passed
rules-event-incident-reminder = planned works are near
rules-event-incident-confirm = it is to be asked whether an incident is really over
rules-event-incident-reopened = a client says that an incident is not over
rules-event-incident-uncovered = a wider incident hides an incident no more
rules-event-incident-left = an incident does not cover some clients any more
rules-event-incident-compensation = an outage lasts longer than it may
rules-event-reply-received = a client writes back
rules-event-reply-forwarded = what a client reported was passed on to a body
rules-other-event = an event “{ $kind }” comes
rules-as-written = “{ $condition }” holds
rules-field-state = its state
rules-field-kind = its kind
rules-field-owner = whom it waits for
rules-field-service = its service
rules-field-severity = its severity
rules-field-source = its source
rules-field-other = “{ $field }”
rules-value = “{ $value }”
rules-when-equals = is
rules-when-differs = is not
rules-when-one-of = is one of
rules-when-none-of = is none of
rules-when-begins = begins with
rules-when-begins-not = does not begin with
rules-when-ends = ends with
rules-when-ends-not = does not end with
rules-when-known = is known
rules-when-unknown = is not known
rules-when-less = is less than
rules-when-at-most = is at most
rules-when-more = is more than
rules-when-at-least = is at least
rules-when-and = and
rules-when-or = or
rules-when-not = not

## Trying an event
rules-try-title = Try an event
rules-try-what = What would come of an event that came now, by the rules in force. Nothing is sent and nothing is kept.
rules-try-event = An event (a CloudEvent in JSON), as the API takes it
rules-try-most = One event, of { $most } bytes at most; or choose one of the newest below.
rules-try-do = Try it
rules-try-texts = Try it and show texts
rules-try-texts-hint = The texts of up to three clients; it is written down that you looked.
rules-try-empty = paste an event, or choose one below
rules-too-long = what was pasted has { $length } bytes; at most { $most } are taken
rules-try-unreadable = this is no event that can be taken: { $fault }
rules-too-slow = Whom it would tell takes longer to find out than { $seconds } s, in which others wait. Try it when there is less to do, or with a smaller area.
rules-who-listens = What each rule makes of it
rules-others = { $count ->
    [one] One other rule listens to other events.
   *[other] { $number } other rules listen to other events.
}
rules-verdict-tells = tells it
rules-verdict-other = listens to other events
rules-verdict-late = does not want what comes late
rules-verdict-unclear = cannot be asked
rules-verdict-fails = its condition does not hold
rules-field-missing = { $field } is missing
rules-whom = Whom it would tell
rules-nobody = Nobody would be told: { $why }.
rules-clients = { $count ->
    [one] One client is concerned.
   *[other] { $number } clients are concerned.
}
rules-would-tell = { $count ->
    [one] One client would get a message.
   *[other] { $number } clients would get a message.
}
rules-looked-at = { $count ->
    [one] One client was looked at; what follows is counted of them.
   *[other] { $number } clients were looked at one by one; what follows is counted among these.
}
rules-template-version = { $template }, version { $version }
rules-template-unpublished = { $template }: not published, so nothing could be written
rules-goes = Messages by channel and language
rules-untold = Clients who get no message of their own
rules-put-off = Messages that wait first
rules-newest = The newest events
rules-column-rule = Rule
rules-column-verdict = Verdict
rules-column-why = Why
rules-column-template = Template
rules-column-clients = Clients
rules-column-channel = Channel
rules-column-language = Language
rules-column-messages = Messages
rules-column-reason = Reason
rules-column-event = Event
rules-column-subject = About
rules-column-came = Came

## Replaying the last days
rules-replay-title = Replay the last days
rules-replay-what = Paste one or more rules as they stand in the file and change them. Each is taken in place of the rule of its name; what they would have told in the last days is held against what was told. Nothing is sent and no rule is changed.
rules-replay-rules = Rules, in TOML
rules-replay-hint = Each begins with [[rule]]. A new name is a new rule.
rules-replay-days = How many days
rules-replay-do = Replay
rules-replay-empty = paste at least one rule, as it stands in the file
rules-too-many = { $count ->
    [one] at most one rule is taken at once
   *[other] at most { $number } rules are taken at once
}
rules-replay-busy = Somebody else replays the last days at this moment. Try again in a few seconds.
rules-difference = Then, and with these rules
rules-replay-events = { $count ->
    [one] One event was looked at.
   *[other] { $number } events were looked at.
}
rules-replay-oldest = The oldest came
rules-replay-honest = What would be told is worked out with the contacts and wishes of today, and as if each event had been the newest on its subject: small differences may come of that alone.
rules-replay-joining = Joining by coalesce is not reckoned here: { $rules } would tell with fewer messages than stand below as "now".
rules-replay-unclear = { $count ->
    [one] The condition of { $rule } could not be evaluated for one event, which counts as not matched: { $fault }
   *[other] The condition of { $rule } could not be evaluated for { $number } events, which count as not matched. The first time: { $fault }
}
rules-cut-events = { $count ->
    [one] This is not the whole: only the newest event was looked at.
   *[other] This is not the whole: only the newest { $number } events were looked at.
}
rules-cut-clients = { $count ->
    [one] This is not the whole: only the first client was looked at.
   *[other] This is not the whole: it ended when { $number } clients had been looked at.
}
rules-cut-time = This is not the whole: it ended after { $seconds } s.
rules-column-matched-then = Events then
rules-column-matched-now = Events with these rules
rules-column-told-then = Messages then
rules-column-told-now = Messages with these rules
rules-newly = Would newly be told
rules-no-longer = Would be told no more
rules-and-more = and more

## Writing a rule
rules-edit = Write a rule ...
rules-edit-this = Write another version of { $rule }
rules-edit-title = Write a rule
rules-edit-what = A draft changes nothing. A published version stands in the place of the rule of its name in the file, on every node within a second or two, until it is taken out of force. Replay the last days with it first.
rules-edit-text = The rule, in TOML as in the file
rules-edit-comment = Why it is published
rules-edit-save = Save draft
rules-edit-publish = Publish the draft
rules-edit-discard = Discard the draft
rules-edit-withdraw = Take it out of force
rules-edit-one = write exactly one rule
rules-edit-name = the rule is called { $found }; here { $expected } is written
rules-edit-stale = Somebody else changed the draft since this page was drawn. Nothing was kept; what you typed stands below. Open the page again to see theirs.
rules-edit-unsaved = What stands in the field is not the draft: save it first.
rules-edit-why = Say why: it stands beside the version.
rules-edit-no-template = { $place }: `template`: no version of a template “{ $template }” is published
rules-edit-no-template-but = { $place }: `template`: no version of a template “{ $template }” is published; is “{ $nearest }” the one that is meant?
rules-edit-no-topic = { $place }: `topic`: no template and no rule in force has the topic “{ $topic }”, so no client can choose it
rules-edit-no-topic-but = { $place }: `topic`: no template and no rule in force has the topic “{ $topic }”; is “{ $nearest }” the one that is meant?
rules-edit-doubts = As it stands it cannot be published:
rules-edit-done-saved = The draft was saved.
rules-edit-done-published = It is in force within a second or two.
rules-edit-done-discarded = The draft was discarded.
rules-edit-done-withdrawn = It is out of force; the rule of the file holds again, if there is one.
rules-edit-drafts = There are drafts of:
rules-edit-versions = Versions
rules-edit-says = What it says
rules-column-version = Version
rules-column-state = State
rules-column-author = By
rules-column-changed = Changed
rules-column-comment = Comment
rules-version-draft = draft
rules-version-published = in force
rules-version-retired = out of force
