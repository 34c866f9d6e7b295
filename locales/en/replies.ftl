# The words of the console's part "replies". How one reply is shown is in "shell".

replies-title = Replies to answer
replies-what = What clients wrote on their status page or by SMS and nobody has answered yet, the newest first. Answer by telephone or mail, then say so here.
replies-none = Everybody has an answer.
replies-none-then = What clients write on their status page or by SMS appears here.
replies-erased = (erased)

# What the message was about that is answered; a name follows.
replies-about-case = case
replies-about-incident = incident
replies-about-event = event
replies-about-body = body
# What the clock says of a case.
replies-about-case-stalled = case.stalled
replies-about-case-due-soon = case.due_soon
replies-about-case-silent = case.silent
