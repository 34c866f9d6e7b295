# The words of the console's part "cases".

## The list

cases-title = Cases
cases-which = Which cases
cases-open = open
cases-all = all
cases-none = No case here.
cases-none-then = Cases begin with an event case.opened.
cases-caption = Cases, newest first

## One case

cases-case-title = Case { $case }
cases-client = Client
cases-kind = Kind
cases-state = State
cases-with = With
cases-with-nobody = nobody named
cases-expected = Expected by
cases-expected-unsaid = not said
cases-opened = Opened
cases-closed = Closed
cases-steps = Steps

# In the place of a state that is no news.
cases-step-stalled = takes too long
cases-step-due-soon = due soon
cases-step-silent = nothing said for long
cases-step-survey-due = asked how it went
cases-step-survey-reminder = asked once more how it went

# How it went, among the steps; and why nobody was asked.
cases-answered = How it went: { $score } of 5
cases-answer-changed = changed later
cases-not-asked = Not asked how it went
cases-untold-survey = no rule asks of such cases, or the client could not be written to
cases-unasked-quiet = its source was new when it said that the case is closed
cases-unasked-reopened = it was opened again before
cases-unasked-no-client = the client is not known
cases-unasked-talking = a conversation with the client is going on
cases-unasked-other-case = the client waits for another case of this kind
cases-unasked-often = the client was asked often enough

cases-messages-caption = Messages about this case, newest first
cases-untold = Nobody was told.
cases-untold-planning = Its newest event is being planned.
cases-untold-because = Of its newest event: { $detail }.
cases-untold-rule = No rule matched the events of this case.
