# Telling those who got a wrong message that it was wrong.

rectify-title = A message was wrong
rectify-one-title = Rectification
rectify-what = Tells exactly those who got the wrong message, or may have got it, what was wrong and what holds. What had not left yet is taken back. Each message is put right once.
rectify-reach = Who got it
rectify-clients = Clients: { $number }
rectify-taken =
    { $count ->
        [one] Put right before, or waiting for it: { $number } plan. It is not counted here.
       *[other] Put right before, or waiting for it: { $number } plans. They are not counted here.
    }
rectify-column-channel = Channel
rectify-column-sure = Accepted or delivered
rectify-column-doubtful = In doubt
rectify-field-wrong = What was wrong
rectify-hint-wrong = As clients read it after "our earlier message was wrong:". In the language of most of them.
rectify-field-holds = What holds
rectify-hint-holds = As clients read it after "What holds:".
rectify-needs-approval = This reaches so many that a second person has to approve it.
rectify-ask = Ask for approval
rectify-send = Tell them now
rectify-approve = Approve and tell them now
rectify-withdraw = Give it up
rectify-choose = Messages of a version of a template
rectify-field-template = Template
rectify-field-version = Version
rectify-field-from = From
rectify-field-to = Up to and with
rectify-look = See who got them
rectify-waiting = Waiting for a second person
rectify-author = Written by
rectify-decided-by = Decided by
rectify-changed = Last change
rectify-state-waiting = waits for approval
rectify-state-sent = sent
rectify-state-withdrawn = given up
rectify-fault-choice = Choose a template, its version and two days.
rectify-fault-text = Say what was wrong and what holds, each in at most 300 characters.
rectify-message = This message was wrong: { $wrong }. What holds: { $holds }.
rectify-message-link = What was told about it
rectify-this = This was wrong: tell those who got it
rectify-step = Something we said was wrong
rectify-reason = Why not
rectify-refuse = Refuse it
