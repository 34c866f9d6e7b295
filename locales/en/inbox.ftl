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
inbox-stranger = No client has this number. Call it, or write a client down with it; then close the conversation.
inbox-assign = Who answers
inbox-to = Person
inbox-assign-do = Assign
inbox-end = Close
inbox-reason = Why nothing more is to be done
inbox-close = Close
inbox-reopen = Open again

# What an answer lacks.
inbox-fault-unfit = Write an answer of at most { $most } characters.
inbox-fault-stale = Somebody wrote meanwhile: read the newest line, then send your answer again. What you typed is still here.
inbox-fault-no-client = No client is known with this number: an answer cannot be sent.
inbox-fault-barred = The client wants nothing more by this channel: nothing was sent.
inbox-fault-no-template = The template reply-answer is not published: nothing was sent.
inbox-fault-person = This person may not answer; choose one of the list.
inbox-fault-reason = Write a reason of at most { $most } characters.

# Where a conversation stands.
inbox-state-waiting = waiting
inbox-state-overdue = waiting too long
inbox-state-answered = answered
inbox-state-closed = closed
