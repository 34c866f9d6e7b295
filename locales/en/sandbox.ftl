# The words of the console's part "sandbox".

sandbox-title = Sandbox
sandbox-what = Virtual handsets and mailboxes of the sandbox providers. What you see is what arrived; links are the real ones.
sandbox-wall = What arrived
sandbox-arrived = { $sms } SMS and { $mails } mails arrived, { $doubles } of them twice.
sandbox-none = Nothing has arrived yet.
sandbox-none-then = Send an event: its messages appear here.
sandbox-handsets = Handsets
sandbox-mailboxes = Mailboxes
sandbox-back = Back to the wall
sandbox-reply = Write back from this handset
sandbox-reply-send = Send
sandbox-answer = Answer this mail
sandbox-answer-text = Answer, from this mailbox
sandbox-answered = The answer is on its way, as a mail.
