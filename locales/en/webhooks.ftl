# To whom it is posted what happens.
webhooks-title = Webhooks
webhooks-what = What happens is posted to these addresses, signed and in order: ids and times, no names and no texts.
webhooks-none = No webhook yet.
webhooks-none-then = A program that is to be told what becomes of messages gives you an address; or it reads the feed by itself.
webhooks-state = State
webhooks-next = tried again
webhooks-place = Leads to
webhooks-types = Told of
webhooks-all = everything
webhooks-cursor = Last entry told
webhooks-of = of { $name }

## What an admin does
webhooks-on = Switch on
webhooks-off = Switch off
webhooks-rotate = New secret
webhooks-rotate-hint = The secret before signs as well for two days: give the receiver the new one meanwhile.
webhooks-rotate-do = Make it
webhooks-replay = Tell again
webhooks-after = What stands behind the entry
webhooks-replay-do = Tell again from there
webhooks-no-number = Write the number of an entry: the table of tries has them.
webhooks-remove = Delete
webhooks-remove-hint = Nothing more is posted there, and its secret is gone.
webhooks-remove-do = Delete it
webhooks-add = Make or change
webhooks-name = Name
webhooks-url = Address
webhooks-types-hint = Families (message, reply, case, incident) or types such as message.delivered. Empty: everything.
webhooks-save = Save
webhooks-secret-of = Secret of { $name }
webhooks-secret-once = It is shown this once. Give it to whoever runs the receiver.
webhooks-secret = Secret

## Tries
webhooks-tries-of = The last tries of { $name }, the newest first
webhooks-when = When
webhooks-answer = Answer
webhooks-no-answer = none
webhooks-took = Took
webhooks-entry = Entry
webhooks-why = Why it failed
webhooks-no-try = Nothing was posted yet.

## How one does
webhook-state-on = on
webhook-state-failing = failing
webhook-state-off = switched off
webhook-state-given-up = given up
