# The words of the console's part "templates".

## The list, and a new template
templates-title = Templates
templates-empty = No template yet.
templates-empty-then = They are taken in from templates/messages when the daemon starts, or by araldo template push.
templates-caption = Templates by name
templates-column-template = Template
templates-column-when = When it is sent
templates-column-topic = Topic
templates-column-published = Published
templates-column-draft = Draft
templates-none-published = none
templates-new = New template
templates-new-fault = The template is not made yet: correct what is marked.
templates-new-name = Name
templates-new-name-hint = Small letters, digits and dashes, such as case-documents. Rules call it by this name.
templates-new-name-fault = This name cannot be used.
templates-new-taken = There is a template { $name } already.
templates-new-description = When is it sent?
templates-new-description-hint = One sentence for your colleagues, such as: A document is missing, says which and how to send it.
templates-new-description-fault = Say it in one sentence.
templates-new-topic = Topic
templates-new-topic-hint = What a client may choose not to receive, such as cases or outages.
templates-new-topic-fault = One word of letters and digits.
templates-new-about = What is it about?
templates-new-about-hint = This says which values the text may use. The first text is written for you.
templates-new-about-fault = Choose one of the list.
templates-new-languages = Languages
templates-new-languages-fault = Choose at least one.
templates-new-copy = Copy of
templates-new-no-copy = no other template
templates-new-copy-hint = With a copy, texts, languages and values are those of the other template.
templates-new-do = Make the draft
templates-about-case = A case of one client
templates-about-incident = An outage, as it goes on
templates-about-planned = Works that are planned
templates-about-delay = A delay, of a line or a service
templates-about-notice = A notice with a title

## The page of one template
templates-editing = Topic: { $topic }. You see { $state } v{ $version }.
templates-state-draft = draft
templates-state-published = published
templates-state-retired = retired
templates-created = The draft is made, with a first text. Nothing is sent from it yet.
templates-discarded = The draft is discarded.
templates-same = This text is the published one already.
templates-saved = The draft is saved. Nothing is sent from it yet.
templates-published = Published: new messages use this version.
templates-rolled-back = Rolled back: a copy is published as a new version.
templates-tabs = Language and channel
templates-unsaved = not saved
templates-field-sms = Text message
templates-field-subject = Subject
templates-field-markdown = Mail
templates-field-mjml = Mail (MJML)
templates-field-text = Plain text (made from the mail when empty)
templates-sample = Sample
templates-sample-everything = every variable is known
templates-sample-least = only what must be there
templates-width = Shown
templates-width-inbox = beside a list of mails
templates-width-phone = on a phone
templates-theme = Light
templates-theme-light = on a light screen
templates-theme-dark = on a dark screen
templates-preview = Preview
templates-save = Save draft
templates-publish = Publish ...
templates-discard = Discard draft ...
templates-as-markdown = Write it without MJML
templates-as-markdown-what = The words of the plain text become a mail in the layout of the house.
templates-as-mjml = Write it in MJML
templates-as-mjml-what = For who wants a layout of their own. Nothing is lost.
templates-stale = { $person } saved another text in the meantime. Yours is below, not saved: save again to put it in place of theirs.
templates-theirs = What they saved (-), and what you typed (+)
templates-too-large = the texts have { $size } bytes together; keep them below { $most }
templates-unnamed = { $locale } · { $channel }: the text names neither case nor supply nor place. A client with two must know which one it is about: put in its number.

## How a mail is written
templates-help = How a mail is written
templates-help-lines = An empty line begins a new paragraph. A link alone in a paragraph becomes a button; lines that begin with > become a box.
templates-help-conditions = A sentence that holds only where something is known stands between {"{% if ... %}"} and {"{% endif %}"}. On lines of their own, they hold whole paragraphs.
templates-help-house = Who writes, why, and where to choose what comes are added to every mail.
templates-piece-heading = Heading
templates-piece-list = List
templates-piece-bold = Important
templates-piece-link = Link
templates-piece-button = Button
templates-piece-contact = Contact box

## Variables
templates-variables = Variables
templates-variable-must = must be there
templates-variable-may = not always known
templates-variable-such-as = Such as: { $example }
templates-variable-forget = Forget
templates-insert = Insert
templates-insert-if-known = Insert only if known
templates-variable-new = A variable more
templates-variable-name = Name
templates-variable-meaning = What it says
templates-variable-example = Example
templates-variable-required = Messages without it are held back
templates-variable-add = Save with this variable
templates-variable-name-fault = The variable needs a name of letters and digits joined by dots, such as case.documents.
templates-variable-example-fault = The variable needs an example: previews and checks are made with it.
templates-variable-long-fault = What the variable says, or its example, is too long.
templates-variable-many-fault = The template has as many variables as it may have: forget one first.
templates-builtin-client-ref = the client's reference
templates-builtin-client-name = the client's name, as in a salutation
templates-builtin-organisation-name = who writes
templates-builtin-contact-name = the person who looks after the client (the tutor)
templates-builtin-contact-phone = a telephone number at normal cost
templates-builtin-contact-phone-free = the toll-free number
templates-builtin-contact-email = where mail is answered
templates-builtin-contact-hours = when the telephone is answered
templates-builtin-links-status = the client's own page on this case or incident
templates-builtin-links-unsubscribe = where the client chooses what to receive

## The preview, and how the text reads
templates-mail-facts = { $bytes } bytes of HTML
templates-mail-frame = The mail
templates-plain-text = Plain text
templates-sms-facts = { $characters } characters · { $alphabet } · { $segments }, room for { $left } more in the last
templates-segments = { $count ->
    [one] 1 segment
   *[other] { $number } segments
    }
templates-dear = `{ $letter }` makes the message longer and dearer
templates-dear-instead = `{ $letter }` makes the message longer and dearer; write `{ $instead }` instead
templates-remarks = How it reads
templates-lint-unknown = Line { $line }: nobody knows { $name }. Choose a variable from the list, or add it there.
templates-lint-unknown-nearest = Line { $line }: nobody knows { $name }. Do you mean { $nearest }?
templates-lint-names-nothing = The text names neither case nor supply nor place: a client with two cannot tell which one it is about.
templates-lint-no-contact = The text says nobody whom a client could turn to.
templates-lint-empty-link = Line { $line }: a link without a text. Write between [ and ] what one finds there.
templates-lint-unclosed = Line { $line }: { $sign } is not closed and is shown as it is.
templates-lint-shouting = Words in capitals are shouted: { $words }
templates-ease-easy = Reads easily ({ $score } of 100).
templates-ease-fair = Reads with some attention ({ $score } of 100).
templates-ease-hard = Hard to read ({ $score } of 100): make two sentences of one.
templates-ease-hardest = The hardest sentence: { $sentence }

## A test to oneself
templates-test = Test
templates-test-do = Send this to me
templates-test-look = Look again
templates-test-to = The mail goes to { $address }, as it stands here, saved or not.
templates-test-number = Number of your phone
templates-test-number-hint = The SMS goes there as it stands here, saved or not. The number is not kept.
templates-test-number-fault = No SMS can go to this number: write a mobile number, such as +39 333 1234567.
templates-test-address-fault = No mail can go to the address that you log in with.
templates-test-barred = This address must not be used: whoever has it refused messages, or mail came back.
templates-test-many = You have sent { $most } tests within an hour: wait before you send the next one.
templates-test-asked = The test is on its way. Beside the preview you see what becomes of it.
templates-test-known = This test was asked for already.
templates-test-state-waiting = waiting
templates-test-state-sent = sent
templates-test-state-refused = refused
templates-test-state-unknown = unknown
templates-test-state-expired = not sent
templates-test-waiting = it waits for a provider.
templates-test-sent = { $provider } took it.
templates-test-refused = it did not go: { $detail }
templates-test-unknown = handed to { $provider }, which has not answered. It may have arrived; it is not sent again.
templates-test-expired = no provider took it within { $minutes } minutes.

## Versions
templates-versions = Versions
templates-versions-caption = Versions, newest first
templates-version = Version
templates-version-state = State
templates-version-by = By
templates-version-when = When
templates-version-delivered = Delivered
templates-version-read = Read
templates-roll-back-to = Roll back to v{ $version } ...

## What is asked first
templates-live = v{ $version } is live
templates-nothing-live = nothing is live
templates-publish-question = Publish draft v{ $version }?
templates-publish-follows = Now { $live }. After a yes every new message uses v{ $version }.
templates-publish-do = Publish
templates-roll-back-question = Roll back to v{ $version }?
templates-roll-back-follows = Now { $live }. After a yes every new message uses a copy of v{ $version }.
templates-roll-back-do = Roll back
templates-discard-question = Discard draft v{ $version }?
templates-discard-follows = Now { $live }, and stays so. The draft is gone after a yes.
templates-discard-do = Discard
templates-question-again = Something changed since you opened this page: look at it again.
templates-lost-links = No text leads any more to
templates-new-links = New: texts lead to
templates-lost-names = No longer in this text:
templates-new-names = New in this text:
templates-no-difference = No text differs.
templates-back-to-editor = Back to the editor
templates-rules = Rules that use it
templates-no-rule = No rule uses this template yet: it is sent only where a program asks for it.
templates-rule-breaks = Its events do not know { $variable }, which must be there: every message would be held.
templates-comment = What changed, and why?
templates-comment-hint = For your colleagues. It is kept with who published and when.
