# The words of the console's part "replies". How one reply is shown is in "shell".

replies-title = Replies to answer
replies-what = What clients wrote on their status page, by SMS or by e-mail and nobody has answered yet, the newest first. Answer in the inbox; whoever answered by telephone says so here.
replies-none = Everybody has an answer.
replies-none-then = What clients write on their status page, by SMS or by e-mail appears here.
replies-erased = (erased)

## Questions of partners
replies-partners = Questions of partners
replies-partners-what = What people of a partner ask about the cases of its clients. They read the answer on the case's page.
replies-partner-case = case { $case }
replies-partner-answer = Answer
replies-partner-send = Send the answer
replies-partner-fault = Write an answer of at most { $most } characters.
replies-partner-late = This question was answered meanwhile, or is no longer there: what you typed was not sent. The case's page has the answer.
replies-partner-unsent = What you typed, not sent

# What the message was about that is answered; a name follows.
replies-about-case = case
replies-about-incident = incident
replies-about-event = event
replies-about-body = body
# What the clock says of a case.
replies-about-case-stalled = case.stalled
replies-about-case-due-soon = case.due_soon
replies-about-case-silent = case.silent
replies-about-case-survey-due = case.survey_due
replies-about-case-survey-reminder = case.survey_reminder
