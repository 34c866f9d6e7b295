# The words of the console's part "insight". The heads of its tables are in "shell".

insight-title = Insight
insight-span = Span
insight-days = { $number } days
insight-export = Export as CSV
insight-none = No message in this time.
insight-none-then = Choose a longer span.
insight-few = { $count } of { $whole }

## How far messages get: each step, and what it is a share of

insight-funnel = How far do messages get?
insight-step-planned = planned
insight-step-accepted = accepted
insight-step-delivered = delivered
insight-step-read = read
insight-step-opened = opened
insight-step-clicked = clicked
insight-step-confirmed = confirmed
insight-step-replied = replied
insight-not-sent = { $number } not to be sent
insight-share = { $rate } of the { $whole } { $of }
insight-share-none = none { $of }
insight-of-sendable = to be sent
insight-of-reporting = whose provider reports deliveries, or of which a report came
insight-of-measurable = reached whose client did not refuse to be measured
insight-of-opens = e-mails whose opening is kept by name
insight-of-clicks = reached whose clicks are kept
insight-of-reached = reached
insight-what = Every share says what it is a share of, and its bar shows that share. Reached are those accepted and not known to have missed their reader. Read is any sign of a person: a picture loaded, a link followed, the status page looked at, "I have read this" pressed, an answer; machines are counted apart and never as readers (told by version { $rules } of the rules). An SMS cannot be opened. Cannot be measured, because their clients refused it: { $unmeasured } of those reached. Opened without saying who: { $anonymous }. The range in brackets holds the true share 95 times in 100; below 20 cases only counts are shown.

## Day by day

insight-by-day = Is it going well, day by day?
insight-chart = Accepted and reached by day; the table below has the figures
insight-figures = The figures by day
insight-day = Day
insight-restated = Days that were restated
insight-restated-why = Evidence turned out wrong after these days had ended: a report that a later one contradicted, a reader who was a machine, or what somebody held for wrong. Their figures are not those that they ended with.
insight-restated-day = { $day }: restated on { $at }, corrections: { $count }
insight-by-day-caption = Rates by day, newest first

## One table for each question

insight-template-question = Which template is not read?
insight-template-answer = { $template } is read by { $percent } % of those who can be measured, at the very most.
insight-template = Template
insight-version-question = Did the new version help?
insight-version-answer = No template was sent in two versions.
insight-version-differs = { $template }: version { $version } is read { $points } points against the version before.
insight-version-same = { $template }: between version { $version } and the one before no difference can be shown.
insight-version = Version
insight-channel-question = Which channel reaches people?
insight-channel-answer = { $channel } delivers at least { $percent } % of what was accepted by providers that report it.
insight-channel = Channel
insight-too-few = Too few messages to say.

## Which days, and how they come out

insight-export-xlsx = Export as a workbook
insight-from = From
insight-to = To
insight-show = Show
insight-period-wrong = That is no period: the first day is not after the last, and two years at most are shown. Here are the last two weeks.
insight-more = More of insight
insight-back = All of insight

## The period before

insight-compared = What changed since the period before?
insight-before = Compared with { $from } to { $to }, as many days just before. A difference is shown where chance alone would explain it less than five times in 100. It does not say why: other days have other messages.
insight-share-of = Share
insight-now = Now
insight-then = Before
insight-difference = Difference
insight-points = { $points } points
insight-no-difference = no difference can be shown
insight-step-measurable = measurable

## What it costs

insight-cost = What does it cost?
insight-cost-answer = In this period: { $now }. In the period before: { $before }.
insight-cost-what = What providers took, at the price that held when it was handed over, whatever became of it; what they refused costs nothing. “Not known” means that no price is set ([provider.NAME] price).
insight-cost-unknown = not known
insight-cost-part = { $amount } for { $priced } of { $accepted }

## What to improve

insight-improve = What would help most people?
insight-improve-none = Nothing does worse than the rest by more than chance explains.
insight-finding-little-read = { $subject } is read less than the other templates.
insight-finding-version-worse = The newest version of { $subject } is read less than the one before.
insight-finding-zone-unreached = In { $subject } more clients cannot be reached than elsewhere.
insight-finding-provider-loses = { $subject } delivers less than the other providers of its channel.
insight-finding-provider-slow = { $subject } takes more than ten minutes for more than one message in ten.
insight-finding-dear-character = The SMS of { $subject } has a “{ $character }”, which makes the whole text dearer.
insight-finding-why-dear = { $people } such SMS went out; another character says the same.
insight-finding-why =
    { $count ->
        [one] { $rate } here, { $rest } otherwise; { $people } person would be helped if it were as otherwise.
       *[other] { $rate } here, { $rest } otherwise; { $people } people would be helped if it were as otherwise.
    }
insight-finding-why-alone =
    { $count ->
        [one] { $rate }; { $people } person waited.
       *[other] { $rate }; { $people } people waited.
    }
insight-do-template = Look at its text
insight-do-zone = See whom we cannot reach
insight-do-provider = Look at the provider

## When, how long, by whom

insight-week = When do people read?
insight-week-answer = { $percent } % of the { $all } messages that were read were first read between { $from } and { $to }.
insight-week-chart = First readings by hour and weekday; the table below has the figures
insight-week-figures = The figures by hour
insight-weekday-monday = Monday
insight-weekday-tuesday = Tuesday
insight-weekday-wednesday = Wednesday
insight-weekday-thursday = Thursday
insight-weekday-friday = Friday
insight-weekday-saturday = Saturday
insight-weekday-sunday = Sunday
insight-waits = How long until it arrives, until it is read?
insight-waits-what = Each time is an upper bound, from the moment a provider took the message; counted once an hour. Who never got it or never read it is in none of them, and fewer than ten make no figure.
insight-waits-key = Channel or template
insight-delivered-half = Half arrived within
insight-delivered-most = 90 % arrived within
insight-read-half = Half of the readers within
insight-read-most = 90 % of the readers within
insight-fallbacks = How often was a second channel needed?
insight-fallbacks-answer = { $spared } messages on the second channel were spared because somebody read the first: { $share } of those of which it was decided. Only what a person did counts as reading.
insight-fallbacks-cost = At the average price of such messages that went, they would have cost about { $amount }.
insight-fallbacks-channel = Second channel
insight-fallbacks-spared = Spared
insight-fallbacks-turned = Used
insight-fallbacks-unreadable = Left: reading could not show
insight-fallbacks-unreachable = No way to the client
insight-providers = What does each provider deliver?
insight-provider = Provider
insight-counted = As counted
insight-counted-hourly = It is counted once an hour: what was taken, delivered or read since then is missing here, and stands in the other tables.
insight-counted-never = Nothing was counted yet; it is counted once an hour.
insight-undelivered = Not delivered

## The mail of the week

insight-mail-title = The week from { $from } to { $to }
insight-mail-days = From { $from } to { $to }, beside the seven days before.
insight-mail-figure = { $word }: { $now } (the week before: { $before })
insight-mail-cost = cost
insight-mail-open = Look at this week in Insight
insight-mail-why = This mail comes each Monday because you asked for it.
insight-mail-stop = End it

## Whom we can reach

insight-reach-title = Whom can we reach?
insight-reach-by = Zones
insight-by-municipality = By municipality
insight-by-postal-code = By postal code
insight-reach-none = No client has a place yet, or none was counted yet.
insight-reach-none-then = Import clients with their places; they are counted within an hour, then once a day.
insight-reach-question = Whom can we not reach?
insight-reach-answer = In { $zone }, { $people } of { $clients } clients cannot be told anything: most of all zones.
insight-reach-all = Every client with a known zone has a contact that may be used.
insight-reach-what = Each client counts once in each zone where they have a place, by the better of their channels. Reachable: a verified contact that nothing bars. Unverified: a contact that nobody verified; it is written to. Barred: all contacts are dead, or the client answered STOP. Counted once a day.
insight-reach-more =
    { $count ->
        [one] One more zone is in the CSV.
       *[other] { $number } more zones are in the CSV.
    }
insight-zone = Zone
insight-zone-unknown = not known
insight-clients = Clients
insight-unreachable = Unreachable
insight-reachable = Reachable
insight-unverified = Unverified
insight-barred = Barred
insight-no-contact = No contact
insight-by-sms = By SMS
insight-by-email = By e-mail

## Who never reads

insight-unread-title = Who never reads?
insight-unread-what = Clients of whose messages of the last { $number } days none was read, though it would be known: they did not refuse to be measured. Who reads an SMS and does nothing cannot be told from who does not read it. Counted once a day.
insight-unread-messages = Messages not read
insight-unread-at-least = { $number } or more
insight-unread-none = Nobody was found.
insight-unread-none-then = They are counted once a day; fewer unread messages find more people.
insight-unread-where = Where do they live?
insight-unread-who = Who are they?
insight-unread-since = Since
insight-unread-contacts = Contacts

## Calls avoided

insight-calls-title = Do fewer people call?
insight-calls-question = Do fewer people call about what they were told?
insight-calls-what = Contacts as your call centre counts them, beside the messages about such cases, now and in as many days before. Fewer contacts do not prove that the messages did it: there may be fewer cases, or it may be the season. To know, tell one kind of case and not another like it for some weeks, and compare the two. A dash means that nobody said how many.
insight-calls-kind = Kind of case
insight-calls-contacts = Contacts
insight-calls-contacts-before = Contacts before
insight-calls-messages = Messages
insight-calls-messages-before = Messages before
insight-calls-by-day = Day by day
insight-calls-contacts-chart = Contacts by day, by a scale of their own; the table below has the figures
insight-calls-messages-chart = Messages by day, by a scale of their own; the table below has the figures
insight-calls-none = There are neither contacts nor messages about cases in this time.
insight-calls-none-then = A program sends the contacts as CSV to /v1/contacts-per-day, with the columns day, kind and contacts.

## How cases went

insight-satisfaction-title = Are clients satisfied?
insight-satisfaction-answer = { $answered } of { $asked } who were asked about a closed case answered; the mean is { $mean } of 5.
insight-satisfaction-few = { $answered } of { $asked } who were asked about a closed case answered: too few for a mean.
insight-satisfaction-what = Of the cases that were asked about in this time, as the answers stand now. Satisfied are the scores 4 and 5. Where fewer than five answered only counts are shown, since a mean would tell of persons. What clients wrote stands with their cases.
insight-satisfaction-scores = How many gave each score?
insight-satisfaction-chart = Answers by score, from 1 to 5; the table below has the figures
insight-satisfaction-score = Score
insight-satisfaction-answers = Answers
insight-satisfaction-by-kind = With which kinds of cases?
insight-satisfaction-by-body = With which bodies?
insight-satisfaction-by-partner = With which partners?
insight-satisfaction-kind = Kind of case
insight-satisfaction-body = Body responsible
insight-satisfaction-partner = Partner
insight-satisfaction-nobody = nobody named
insight-satisfaction-none = Nobody was asked in this time.
insight-satisfaction-none-then = Say in [survey] after how long after its end a case is asked about.
