# The words of the console's part "sources". What a source or a record says of its faults keeps its
# own text.

## The list

sources-title = Sources
sources-none = No source.
sources-none-then = A system that cannot post is watched once the settings describe it as [source.NAME].
# Stands before and behind the name of a command.
sources-watched = Systems that are watched, as
sources-watched-end = {" "}shows them.
sources-caption = Sources and how they do
sources-source = Source
sources-kind = Kind
sources-state = State
sources-looked = Last look
sources-record = Last record
sources-lag = Lag
sources-records = Records
sources-dead = Not taken
sources-dead-of = records of { $name }
sources-none-yet = none yet

sources-state-new = new
sources-state-reading = reading
sources-state-up = up
sources-state-silent = silent
sources-state-doubtful = doubtful
sources-state-failing = cannot be read
sources-state-waiting = waits for you
sources-state-gone = not in the settings

sources-sentence-new = Nobody has looked at it yet, or nothing was posted to it.
sources-sentence-reading = What stands there already is being read; nobody is told of it, unless the settings say so.
sources-sentence-silent = It has brought nothing for longer than it may.
sources-sentence-waiting = Records that could not be taken wait until somebody has seen to them.
sources-sentence-gone = The settings of this node have no such source.
# What the source says itself.
sources-fault = { $said }
sources-doubt = { $said }

## One source

sources-all = All sources
sources-lag-what = from their change to here
sources-lag-unknown = not known
sources-reading = How it is read
sources-reading-when = Looked at
sources-every = every { $every }
sources-when-posted = when their system posts
sources-reading-alarm = An alarm after
sources-reading-alarm-what = without a record
sources-reading-zone = Times without a zone
sources-reading-baseline = What stands there at first
sources-baseline-silent = silent
sources-baseline-tell = tell
sources-reading-about = Its records are about
sources-about-whatever = whatever its events say
sources-about-cases = cases
sources-about-incidents = incidents
sources-try = Try a record ...
# Stands before and behind the name of a command.
sources-look = What it says this moment is shown by the command
sources-look-end = : this page does not look over there.

sources-mapping = What a record becomes
sources-mapping-caption = Our fields and where they come from
sources-mapping-ours = Our field
sources-mapping-theirs = Theirs: a column, or an expression over the record
sources-states = Words for states
sources-states-caption = Their words for states and ours
sources-states-theirs = Theirs
sources-states-ours = Ours

## Records that could not be taken

sources-dead-title = Records that could not be taken
sources-dead-hidden = Operators and managers see which they are.
sources-dead-nothing = None.
sources-dead-none = Every record could be taken.
sources-dead-none-then = One that cannot be is kept here with the reason.
sources-dead-what = The newest hundred. Mend the mapping and restart the node, then take them again. What is forgotten is told to nobody. Both are written down, and so is who looks at what they say.
sources-dead-caption = Records that could not be taken, newest first
sources-replay-rest = Take the rest again
sources-replay-all = Take all again
sources-replay = Take again
sources-forget = Forget
sources-forget-what = Nobody is told of it
sources-the-record = the record { $place }
sources-show = Show what they say
sources-show-noted = This is written down
sources-where = Where
sources-since = Since
sources-why = Why not
sources-do = What to do
sources-says = What it says

sources-taken = Taken: { $taken }.
sources-taken-left = Taken: { $taken }. Still not to be taken, with the reason of now: { $left }.
sources-forgotten = Forgotten: { $forgotten }; nobody is told.

## A record that is tried

sources-try-title = Try a record of { $name }
sources-back = Back to { $name }
# Stands before the name of a command; behind it stands sources-look-end.
sources-try-look = What { $name } says this moment is shown by the command
sources-try-what = Nothing is taken and nobody is told: what would come of the record is worked out and thrown away.
sources-try-record = A record (a JSON object) as their system says it
sources-try-most = One record, of { $most } bytes at most.
sources-try-do = Try it
sources-try-become = What it would become
sources-try-cannot = It cannot be taken: { $fault }
sources-try-event = Event
sources-try-about = About
sources-try-happened = Happened
sources-try-id = Its id
sources-try-data = Its data
sources-try-whom = Whom it would tell
sources-try-caption = Rules that match, and how many clients each would tell
sources-try-rule = Rule
sources-try-clients = Clients
sources-try-nobody = Nobody would be told: { $why }.
sources-try-too-slow = Whom it would tell takes longer to find out than { $seconds } s, in which others wait; the command araldo source try takes its time.
sources-try-unlisted = the state `{ $word }` is not listed in `states`; it is passed on as it is
sources-try-undescribed = its kind or state is not among the kinds of cases: clients read the word as it is

# Why a text is no record.
sources-try-empty = paste a record: a JSON object, as their system says it
sources-try-too-long = the record has { $length } bytes; at most { $most } are taken
sources-try-unreadable = { $fault }
sources-try-list = this is a list: paste one record of it, in {"{ }"}
sources-try-no-object = a record is an object in {"{ }"}
sources-try-late = the text was not ready within { $seconds } s: make it shorter, or try again
sources-try-failed = the text could not be worked on; the log says why

## Whether anything is missing

sources-reconcile = Is anything missing?
sources-reconcile-not-yet = It was not compared yet; it is asked for its present state once a night.
sources-reconcile-cases = { $count ->
    [one] It says { $theirs } open case, we know { $ours }.
   *[other] It says { $theirs } open cases, we know { $ours }.
}
sources-reconcile-incidents = { $count ->
    [one] It says { $theirs } incident that goes on, we know { $ours }.
   *[other] It says { $theirs } incidents that go on, we know { $ours }.
}
sources-reconcile-late = { $count ->
    [one] { $number } became a late event; only rules that want such tell it.
   *[other] { $number } became late events; only rules that want such tell them.
}
sources-reconcile-more = { $count ->
    [one] and { $number } more
   *[other] and { $number } more
}
sources-reconcile-doubt = Not compared in full: { $why }
sources-reconcile-fault = It could not be asked since: { $why }
sources-reconcile-caption = What differs between their system and Araldo
sources-reconcile-name = Which
sources-reconcile-how = How it differs
sources-reconcile-theirs = There
sources-reconcile-ours = Here
sources-reconcile-sort-missing = missing here
sources-reconcile-sort-other = in another state
sources-reconcile-sort-gone = open here, not named there
# Stands before the name of a command.
sources-reconcile-now = It is asked at this moment by the command
