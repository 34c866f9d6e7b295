# The words of the console's part "incidents".
incidents-title = Incidents
incidents-one-title = Incident { $incident }
incidents-none = No incident yet.
incidents-none-then = One appears here as soon as an event opens it.
incidents-caption = Incidents, newest first
incidents-older = Older
incidents-column-incident = Incident
incidents-column-state = State
incidents-column-begin = Begin
incidents-column-end = End
incidents-column-step = Step
incidents-column-changed = Changed
incidents-column-channel = Channel
incidents-column-language = Language
incidents-column-messages = Messages
incidents-column-clients = Clients
incidents-column-reason = Reason

## What an incident is about
incidents-what = What
incidents-begins = Begins
incidents-began = Began
incidents-ended = Ended
incidents-ends = Expected to end
incidents-not-said = not said
incidents-cause = Cause
incidents-next-word = Next word promised
incidents-part-of = Part of
incidents-part = Part
incidents-is-it-back = Is it back?
incidents-answers = back for { $back }, still out for { $out }
incidents-area = Area
incidents-area-unreadable = not readable: written by another version, or damaged
incidents-drawn = Drawn
incidents-drawn-circle = a circle of { $km } km around { $lat }, { $lon }
incidents-drawn-shape = a shape on the map
incidents-municipalities = Municipalities
incidents-postal-codes = Postal codes
incidents-tags = Tags
incidents-places = Places
incidents-and-more = { $list } and { $number } more
incidents-severity-minor = minor
incidents-severity-moderate = moderate
incidents-severity-severe = severe
incidents-severity-extreme = extreme
incidents-severity-unsaid = not said
incidents-language-it = Italian
incidents-language-en = English

## What was said when, and how far it got
incidents-steps = What was said when
incidents-step-opened = opened
incidents-step-updated = updated
incidents-step-resolved = resolved
incidents-step-cancelled = cancelled
incidents-step-overdue = overdue
incidents-step-reminder = reminder
incidents-step-confirm = confirm
incidents-step-reopened = reopened
incidents-step-uncovered = uncovered
incidents-step-left = left
incidents-step-compensation = compensation
incidents-step-no-rule = nobody was told: no rule matches
incidents-step-messages =
    { $count ->
        [one] { $number } message with the text { $template }
       *[other] { $number } messages with the text { $template }
    }
incidents-step-messages-but =
    { $count ->
        [one] { $number } message with the text { $template }; clients not told: { $suppressed } (each has its reason)
       *[other] { $number } messages with the text { $template }; clients not told: { $suppressed } (each has its reason)
    }
incidents-reach = How far it got
incidents-planned =
    { $count ->
        [one] { $number } message planned
       *[other] { $number } messages planned
    }
incidents-unreachable = Unreachable, without any address:
incidents-unreachable-of = { $without } of { $all }
incidents-unreachable-share = { $without } of { $all } ({ $percent } %)
incidents-its-messages = Its messages
incidents-map-both = Where: the area is shaded, each dot is a place of somebody told; north is up, the bar is { $bar }
incidents-map-dots = Where: each dot is a place of somebody told; north is up, the bar is { $bar }
incidents-map-area = Where: the area is shaded; north is up, the bar is { $bar }
incidents-map-label =
    { $count ->
        [one] The area and { $number } place of those told, north up
       *[other] The area and { $number } places of those told, north up
    }
incidents-map-area-label = The area, north up

## What is declared and not sent yet
incidents-declare = Declare an incident
incidents-declared = Declared, not sent yet
incidents-declared-caption = What is declared and not sent yet, newest first
incidents-declared-draft = draft
incidents-declared-waiting = waits for approval
incidents-declared-approved = approved
incidents-declared-returned = returned
incidents-declared-sent = sent
incidents-declared-withdrawn = given up
incidents-author = Written by
incidents-waiting =
    { $count ->
        [one] One waits for the approval of a second person.
       *[other] { $number } wait for the approval of a second person.
    }

## The form
incidents-declare-title = Declare an incident
incidents-edit-title = Change what is declared
incidents-declare-what = Nobody is told yet: the next page shows whom it would reach.
incidents-group-what = What
incidents-group-where = Where
incidents-group-shape = Where, by a circle or a shape
incidents-group-when = When
incidents-group-say = What clients read
incidents-field-kind = Kind
incidents-field-service = Service
incidents-service-other = another, as typed below
incidents-field-service-other = Another service
incidents-hint-service-other = Only if it is not in the list above.
incidents-field-severity = Severity
incidents-field-reference = Reference
incidents-hint-reference = Yours, if there is one. Left empty, it gets one.
incidents-field-municipalities = Municipalities
incidents-hint-municipalities = Names, or ISTAT codes of six digits such as 037006, with commas between them. Names are known once shapes of the areas were imported.
incidents-field-postal-codes = Postal codes
incidents-hint-list = With commas between them.
incidents-field-tags = Tags
incidents-hint-tags = Such as feeder:BO-12, with commas between them.
incidents-field-places = Supply points
incidents-hint-places = Codes with commas, semicolons or ends of lines between them, 20,000 at most.
incidents-field-file = Supply points from a file
incidents-hint-file = CSV or text, in UTF-8 or Latin-1. It joins what stands above.
incidents-field-lat = Centre: latitude
incidents-hint-lat = Degrees, such as 44.49.
incidents-field-lon = Centre: longitude
incidents-hint-lon = Degrees, such as 11.34.
incidents-field-km = Radius in km
incidents-field-geojson = Shape as GeoJSON
incidents-hint-geojson = A Polygon, a MultiPolygon or a Feature, 2,000 corners at most.
incidents-field-began-at = Began, or begins
incidents-hint-began-at = Left empty: now.
incidents-field-expected-end = Expected to end
incidents-hint-expected-end = Left empty if unknown.
incidents-field-next-update = Next word
incidents-hint-next-update = When clients are promised to hear more. Left empty: no promise.
incidents-field-cause = Cause
incidents-hint-cause = In a few words, for the client.
incidents-field-note = Note
incidents-hint-note = For the client, 2,000 characters at most.
incidents-field-quiet = Tell nobody
incidents-hint-quiet = It is written down and shown on the pages.
incidents-to-check = Check whom it reaches
incidents-back-to-list = Back to the incidents
incidents-back-to-one = Back to the incident
incidents-back-to-check = Back to the check
incidents-faults = This could not be taken:
incidents-fault-time = this is no time; write a day and an hour that there is
incidents-fault-past = this has passed already; write a time that lies ahead, or leave it out
incidents-fault-service = choose a service from the list, or choose another and type which
incidents-fault-nowhere = say where: municipalities, postal codes, tags, supply points, a circle or a shape
incidents-fault-places = more than { $number } supply points; name the feeder or the municipality instead
incidents-fault-circle = a circle has latitude, longitude and a radius, each a number
incidents-fault-json = this is no JSON; paste the shape as the map exports it
incidents-fault-crosses = the shape crosses itself; draw it so that no edge crosses another
incidents-fault-corners = the shape has more than { $number } corners; simplify it
incidents-fault-refused = not taken: { $detail }
incidents-fault-known = there is an incident of this reference already; open its page to say how it goes on
incidents-fault-empty = say something here that is new
incidents-form-sent-before = This form was sent once already, with other words. Send it again to declare another incident.
incidents-form-stale = Somebody changed it in the meantime. Yours is below, not saved: send it again to put it in the place of theirs.

## Before it is sent
incidents-check-title = Before it is sent
incidents-audience = Whom it reaches
incidents-check-clients =
    { $count ->
        [one] One client is concerned.
       *[other] { $number } clients are concerned.
    }
incidents-check-told =
    { $count ->
        [one] One of them gets a message.
       *[other] { $number } of them get a message.
    }
incidents-check-messages =
    { $count ->
        [one] One message goes out.
       *[other] { $number } messages go out.
    }
incidents-check-sampled =
    { $count ->
        [one] Counted among one client, taken evenly from all of them.
       *[other] Counted among { $number } clients, taken evenly from all of them.
    }
incidents-check-segments =
    { $count ->
        [one] The SMS take about one segment.
       *[other] The SMS take about { $number } segments together.
    }
incidents-check-cost = { $channel }: about { $amount } for all of them, at the price of the first provider.
incidents-check-cost-unknown = { $channel }: what it costs is not known.
incidents-check-later =
    { $count ->
        [one] Nobody is told now; what is said later (a reminder, overdue, is it back) reaches one client in these words.
       *[other] Nobody is told now; what is said later (a reminder, overdue, is it back) reaches { $number } clients in these words.
    }
incidents-check-takes = At the agreed rate the last one leaves about { $span } after the first.
incidents-nobody = Nobody is told: { $why }.
incidents-goes = Messages by channel and language
incidents-untold = Clients who get no message of their own
incidents-put-off = Messages that wait first
incidents-see-texts = Show the text of three clients
incidents-see-texts-hint = As they would get it. That you looked is written down.
incidents-texts-title = What three clients would read
incidents-texts-what = Rendered as it would be sent; addresses are masked and links lead nowhere. That you looked is written down.
incidents-given-up = It was given up. Nobody was told.
incidents-next = Next
incidents-send = Send now
incidents-send-in-vain = Send although nobody is told
incidents-ask = Ask a second person to approve it
incidents-approve = Approve
incidents-return = Return it
incidents-return-reason = What should be otherwise
incidents-edit = Change it
incidents-withdraw = Give it up
incidents-list-doubles =
    { $count ->
        [one] One supply point stood there twice.
       *[other] { $number } supply points stood there twice.
    }
incidents-list-left-out =
    { $count ->
        [one] One entry is no supply point and was left out: { $list }
       *[other] { $number } entries are no supply points and were left out: { $list }
    }
incidents-list-unknown =
    { $count ->
        [one] One supply point is not known here, mistyped perhaps: { $list }
       *[other] { $number } supply points are not known here, mistyped perhaps: { $list }
    }
incidents-approval-needed =
    { $count ->
        [0] A second person has to approve it before it is sent.
       *[other] It reaches more than { $number } clients: a second person has to approve it before it is sent.
    }
incidents-approval-waits = It waits for the approval of a second person.
incidents-approval-asked = { $by } asks you to approve it.
incidents-approval-given = Approved by { $by }, for exactly this text and this audience.
incidents-approval-returned = Returned by { $by }: { $reason }
incidents-approval-changed = The text or the audience is another than the one that approval was asked for: ask again.
incidents-fault-stale = Somebody changed this in the meantime. Look at it again; nothing was done.
incidents-fault-over = The incident is over by now: nothing was sent. If what is said of it is wrong, correct it on its page.
incidents-fault-moved = Somebody else changed the incident in the meantime: nothing was sent. Look at its page, and write it again if it is still true.
incidents-fault-nobody = Nobody would be told. Look at it again, and send it only if that is right.
incidents-fault-void = The approval is void: the text or the audience is another by now. Ask again.
incidents-fault-unapproved = A second person has to approve it first.
incidents-fault-no-reason = Say what should be otherwise, in 2,000 characters at most.
incidents-planning-title = Sent
incidents-planning = It is sent and is being planned. The page of the incident opens in a moment.
incidents-planning-again = Open the incident

## How it goes on
incidents-goes-on = How it goes on
incidents-change-title = Incident { $incident }
incidents-change-update = Update
incidents-change-extend = It takes longer
incidents-change-restore = It is over
incidents-change-cancel = Cancel
incidents-change-again = Tell it again
incidents-change-correct = Correct quietly
incidents-change-hint-update = Everybody in the area as it is now is told, if something differs enough.
incidents-change-hint-extend = Everybody in the area as it is now is told of the new end, if it differs enough.
incidents-change-hint-restore = Those who were told before are told that it is over.
incidents-change-hint-cancel = It was announced in error, or does not take place. What waits is withdrawn; those who were told before are told so.
incidents-change-hint-again = Everybody in the area as it is now is told once more, though nothing changed.
incidents-change-hint-correct = Pages show it at once, and nobody is told. What waits to be sent goes out as it was written.
incidents-remainder = Before it was cancelled
incidents-remainder-now =
    { $gone ->
        [one] One message has left
       *[other] { $goneNumber } messages have left
    }{ $waiting ->
        [0] , and none waits.
        [one] , one still waits.
       *[other] , { $waitingNumber } still wait.
    }
incidents-remainder-then =
    { $gone ->
        [one] one message had left
       *[other] { $goneNumber } messages had left
    }{ $withdrawn ->
        [0] , none was withdrawn
        [one] , one was withdrawn
       *[other] , { $withdrawnNumber } were withdrawn
    }
incidents-stop-what = Stop its messages
incidents-stop = Take back what has not left
incidents-stop-hint = Of all that was said of it so far. The incident goes on, and nobody is told of this.
incidents-done-sent = Sent.
incidents-done-corrected = Corrected; nobody is told.
incidents-done-stopped =
    { $count ->
        [one] { $stopped } message withdrawn; { $left } could not be stopped.
       *[other] { $stopped } messages withdrawn; { $left } could not be stopped.
    }
incidents-chooser = On the map: tick the municipalities, here or in the list; drawn on top is what the shape's fields say
incidents-chooser-towns = Municipalities on the map
incidents-chooser-zones = Zones on the map
incidents-chooser-more = Not all municipalities are drawn. The others are chosen by name in the field Municipalities.
incidents-draw-polygon = Draw a polygon
incidents-draw-circle = Draw a circle
incidents-draw-clear = Remove what is drawn
incidents-draw-polygon-said = Click the corners, or move the cross-hair with the arrow keys and set a corner with Enter. Backspace removes the last corner, Escape ends.
incidents-draw-circle-said = Click the centre, then the edge; or move the cross-hair with the arrow keys and set each with Enter. Backspace removes the last point, Escape ends.
incidents-draw-points = Points set:
incidents-draw-done = Drawn. The fields of the shape hold it now.
incidents-fault-several = several municipalities are called { $name }; write the code of the one that is meant: { $codes }
