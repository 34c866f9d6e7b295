# The words of the console's part "partner": the pages of an agency's people.

## The list

partner-title = Your clients' cases
partner-of = Cases of the clients that { $partner } looks after.
partner-filters = Filters
partner-search = Client or case
partner-state = State
partner-any = any
partner-which = Which
partner-open = open
partner-stalled = standing still
partner-all = all, closed too
partner-show = Show
partner-none = No case here.
partner-none-then = Take a filter away. A client's cases stand here once the client is registered with you as its partner.
partner-caption = Cases of your clients, newest first
partner-case = Case
partner-client = Client
partner-since = Since
partner-with = With
partner-told = Told last
partner-told-nothing = Nothing was told.
partner-read = Read
partner-closed = closed
partner-stands-still = stands still
partner-satisfaction = How cases went
partner-satisfaction-what = Of cases of your clients that they were asked about in the last 90 days. Satisfied are the scores 4 and 5; where fewer than five answered only counts are shown.
partner-satisfaction-whose = Partner

# Whether a message was read.
partner-read-yes = yes
partner-read-no = no
partner-read-unknowable = cannot be known
partner-read-not-there = has not reached them
partner-read-what = "Yes": a person opened it, followed a link or answered. "No": nothing shows it, though it would be noticed. "Cannot be known": the client did not agree to be measured, or the provider says nothing.

## One case

partner-case-title = Case { $case }
partner-kind = Kind
partner-with-nobody = nobody named
partner-expected = Expected by
partner-expected-unsaid = not said
partner-opened = Opened
partner-closed-at = Closed
partner-steps = What happened
partner-was-told = What the client was told
partner-told-nothing-then = What the client is told about this case appears here.
partner-delivered = delivered

## Asking the staff

partner-ask = Ask the tutor
partner-ask-text = Your question
partner-ask-what = The staff reads it and answers here. The client hears nothing of it.
partner-ask-send = Send the question
partner-ask-fault = Write a question of at most { $most } characters.
partner-ask-enough = { $most } questions about this case wait for an answer: please telephone.
partner-answered = Answered
partner-answer-awaited = No answer yet.
