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

cases-messages-caption = Messages about this case, newest first
cases-untold = Nobody was told.
cases-untold-planning = Its newest event is being planned.
cases-untold-because = Of its newest event: { $detail }.
cases-untold-rule = No rule matched the events of this case.
