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
insight-of-reporting = whose provider reports deliveries
insight-of-measurable = reached whose client did not refuse to be measured
insight-of-opens = e-mails whose opening is kept by name
insight-of-clicks = reached whose clicks are kept
insight-of-reached = reached
insight-what = Every share says what it is a share of, and its bar shows that share. Reached are those accepted and not known to have missed their reader. Read is any sign of a person: a picture loaded, a link followed, the status page looked at, "I have read this" pressed, an answer; machines are counted apart and never as readers. An SMS cannot be opened. Cannot be measured, because their clients refused it: { $unmeasured } of those reached. Opened without saying who: { $anonymous }. The range in brackets holds the true share 95 times in 100; below 20 cases only counts are shown.

## Day by day

insight-by-day = Is it going well, day by day?
insight-chart = Accepted and reached by day; the table below has the figures
insight-figures = The figures by day
insight-day = Day
insight-by-day-caption = Rates by day, newest first

## One table for each question

insight-template-question = Which template is not read?
insight-template-answer = { $template } is read by { $percent } % of those who can be measured, at the very most.
insight-template = Template
insight-version-question = Did the new version help?
insight-version-answer = Compare only versions whose intervals do not overlap.
insight-version = Version
insight-channel-question = Which channel reaches people?
insight-channel-answer = { $channel } delivers at least { $percent } % of what was accepted by providers that report it.
insight-channel = Channel
insight-too-few = Too few messages to say.
