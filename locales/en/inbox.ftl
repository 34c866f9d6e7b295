# The words of the console's part "inbox": conversations with clients.

inbox-title = Inbox
inbox-one = Conversation
inbox-what = What clients wrote by SMS, by e-mail and on their status page, and what was answered. Whoever waits longest stands first.
inbox-replies = Replies by message, and questions of partners
inbox-whose = Whose conversations
inbox-all = All
inbox-mine = Mine
inbox-nobodys = Nobody's
inbox-waiting = Waiting for an answer
inbox-answered = Answered and closed
inbox-none = Nobody waits for an answer.
inbox-none-then = What clients write back appears here.
inbox-who = Client
inbox-about = About
inbox-about-nothing = nothing that is known
inbox-channel = Answered by
inbox-status = State
inbox-since = Since
inbox-due = Promised by
inbox-assigned = For
inbox-nobody = nobody
inbox-erased = (erased)
inbox-hidden = (for those who may answer)
inbox-lines = What was written
inbox-theirs = From the client
inbox-ours = Answered by { $person }
inbox-answers = the message it answers
inbox-sent = the message that carries it
inbox-segments =
    { $count ->
        [one] 1 SMS, besides who writes
       *[other] { $count } SMS, besides who writes
    }
inbox-answer = Answer
inbox-text = Your answer
inbox-text-hint = It goes to the client ({ $channel }), as a message that is followed like any other.
inbox-ready = Or a ready answer
inbox-ready-none = none
inbox-send = Send the answer
inbox-barred = The client wants nothing more by this channel ({ $channel }), or has no address there. Call, then close the conversation.
inbox-stranger = This address is barred, or there is none any more: nothing can be sent. Call, then close the conversation.
inbox-assign = Who answers
inbox-to = Person
inbox-assign-do = Assign
inbox-end = Close
inbox-reason = Why nothing more is to be done
inbox-close = Close
inbox-reopen = Open again

inbox-by-mail = by mail
inbox-unknown = unknown writer
inbox-identify = Who wrote this
inbox-identify-what = Nobody knows whose number or address this is. Once it is known, what was written and sent is that client's.
inbox-identify-client = The client's reference
inbox-identify-do = It was this client
inbox-fault-client = There is no client of this reference.
inbox-fault-known = It is known who wrote this.

# What clients report, passed on to a body.
inbox-forward = This is for a body
inbox-forward-what = The body gets it with others in one mail, within the hour, and is written to once more when it does not say that it has it. The client hears once that it was passed on.
inbox-forward-names = Name and address of the client go along.
inbox-forward-nameless = Name and address of the client do not go along.
inbox-forward-nobody = The settings name no body to write to: [clock] bodies.
inbox-forward-do = Pass it on
inbox-body = Body
inbox-kind = Problem
inbox-words = What the body reads
inbox-words-hint = As the client wrote it. Take out what the body need not know.
inbox-fault-body = The settings name nobody for this body.
inbox-fault-words = Write a text of at most { $most } characters.
inbox-fault-waits = This waits for the next mail to the body already.
inbox-problem-outage = fault
inbox-problem-delay = delay
inbox-problem-works = works or damage
inbox-problem-billing = billing
inbox-problem-other = other
inbox-forwardings = Passed on to bodies
inbox-forwardings-what = What clients reported and was passed on to a body, the newest first.
inbox-forwardings-none = Nothing was passed on.
inbox-forwardings-then = What is marked for a body in a conversation or on a message appears here.
inbox-forwarded-waiting = waiting
inbox-forwarded-sent = sent
inbox-forwarded-chased = sent again
inbox-forwarded-acknowledged = acknowledged
inbox-marked = Marked by { $person }
inbox-list = list
inbox-chased = sent again
inbox-acknowledged = acknowledged

# What an answer lacks.
inbox-fault-unfit = Write an answer of at most { $most } characters.
inbox-fault-stale = Somebody wrote meanwhile: read the newest line, then send your answer again. What you typed is still here.
inbox-fault-no-client = The client was erased: there is nobody to answer.
inbox-fault-barred = The client wants nothing more by this channel: nothing was sent.
inbox-fault-no-template = The template reply-answer is not published: nothing was sent.
inbox-fault-person = This person may not answer; choose one of the list.
inbox-fault-reason = Write a reason of at most { $most } characters.

# Where a conversation stands.
inbox-state-waiting = waiting
inbox-state-overdue = waiting too long
inbox-state-answered = answered
inbox-state-closed = closed
