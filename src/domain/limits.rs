//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! `watched` has those of sources, `coming_back` those of reports, answers and readers.
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

mod coming_back;
mod dialogue;
mod money;
mod own_choices;
mod sign_in;
mod surveys;
mod watched;

use std::time::Duration;

use chrono::TimeDelta;

use super::clock::Timestamp;

pub use self::coming_back::*;
pub use self::dialogue::*;
pub use self::money::*;
pub use self::own_choices::*;
pub use self::sign_in::*;
pub use self::surveys::*;
pub use self::watched::*;

// ---- Connections: whoever can reach the port ----

/// Open files that are never given to connections: the store's, the providers', the log's.
pub const FILES_OF_OUR_OWN: u64 = 256;
/// Connections that the system holds ready for each listener while we have not taken them: a
/// burst of so many loses nobody a second to a repeated SYN. The system may allow less.
pub const BACKLOG: u32 = 4_096;
/// From the first byte of a request to the end of its head.
pub const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// A request's body may keep us waiting so long, and longer by what it brought at
/// [`BODY_PACE`].
pub const BODY_WITHIN: Duration = Duration::from_secs(30);
/// The slowest line that a large body may come by, in bytes per second.
pub const BODY_PACE: u64 = 16 * 1024;
/// While all places are taken, a body that has kept us waiting for longer than this, and longer by
/// what it brought at [`BODY_PACE`], makes room for others.
pub const BODY_WITHIN_CROWD: Duration = Duration::from_secs(5);
/// A connection without a request is kept so long for the next one.
pub const IDLE_WITHIN: Duration = Duration::from_secs(60);
/// A reader who takes nothing of an answer for so long has gone.
pub const STALLED_WITHIN: Duration = Duration::from_secs(60);
/// Bytes of one request's head, and of what is read ahead on a connection.
pub const HEAD_BYTES: usize = 64 * 1024;
/// What is left of a refused body is read and dropped up to so many bytes: most programs write
/// all of a body before they read the answer.
pub const LEFTOVER_BYTES: u64 = 64 * 1024 * 1024;
/// The same in time.
pub const LEFTOVER_WITHIN: Duration = Duration::from_secs(30);

// ---- The store's file: as large as it has grown ----

/// Bytes of an SQLite file up to which its pages are checked before the daemon begins; a larger
/// one is checked while it works. Some 300 MB are read in a second.
pub const CHECKED_AT_START: u64 = 512 * 1024 * 1024;

// ---- What an SMS is from: the operator's own settings ----

/// Letters of a sender's name (3GPP TS 23.040 §9.1.2.5).
pub const SENDER_LETTERS: usize = 11;
/// Digits of a sender's number (ITU-T E.164).
pub const SENDER_DIGITS: usize = 15;

/// Letters of a sender's name at least, where names are registered (AGCOM 12/23/CIR).
pub const SENDER_LETTERS_LEAST: usize = 2;

// ---- Several providers of one channel: the operator's own settings ----

/// Points that one provider of a channel may have.
pub const WEIGHTS: std::ops::RangeInclusive<u32> = 1..=100;

// ---- Logging in: whoever can reach the console ----

/// Bytes of the form that logs in.
pub const LOGIN_FORM: usize = 4 * 1024;
/// Bytes of the address in it (RFC 5321 §4.5.3.1 allows 64 + 1 + 255).
pub const LOGIN_ADDRESS: usize = 320;
/// Wrong passwords for one account from one network before each try has to wait.
pub const LOGIN_FREE_TRIES: u32 = 5;
/// The longest such wait; a try is remembered for as long.
pub const LOGIN_LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Wrong passwords from one network, whatever the account: so many at once, then one in each
/// such time.
pub const LOGIN_NETWORK: (u32, TimeDelta) = (30, TimeDelta::seconds(10));
/// The same from everywhere together.
pub const LOGIN_ALL: (u32, TimeDelta) = (1_000, TimeDelta::milliseconds(200));
/// Accounts by network that are remembered: more than [`LOGIN_ALL`] lets in within
/// [`LOGIN_LONGEST_WAIT`].
pub const LOGIN_REMEMBERED: usize = 10_000;
/// Failed logins written into the audit: so many at once, then one in each such time.
pub const LOGIN_AUDIT: (u32, TimeDelta) = (60, TimeDelta::minutes(1));
/// How long a browser that logged in once is told from a stranger.
pub const DEVICE_KNOWN: TimeDelta = TimeDelta::days(180);
/// Passwords that wait to be checked, from strangers; each takes some 20 ms.
pub const PASSWORDS_WAITING: usize = 16;
/// The same from browsers that logged in before, who do not wait behind strangers' queue.
pub const PASSWORDS_WAITING_KNOWN: usize = 8;
/// Passwords checked at once: each takes 19 MiB.
pub const PASSWORDS_AT_ONCE: usize = 2;
/// Bytes of a form that sets a password: three of the longest, each byte written as three.
pub const PASSWORD_FORM: usize = 16 * 1024;
/// How long a link is good by which somebody sets their password.
pub const INVITATION_GOOD: TimeDelta = TimeDelta::hours(72);
/// People of the console: its page shows all of them at once.
pub const PEOPLE_MOST: usize = 1_000;
/// Lines of the audit in one export.
pub const AUDIT_EXPORT: i64 = 50_000;

// ---- What an operator writes: the texts of templates, and the conditions of rules ----

/// Longest source of one text of a template, in bytes: clients read on a telephone.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Longest set of texts that the editor takes, in bytes, over all languages and channels.
pub const TEXTS_BYTES: usize = 512 * 1024;
/// Longest form of the console, in bytes: the editor's, all texts, each byte written as three.
pub const EDITOR_FORM_BYTES: usize = 2 * 1024 * 1024;
/// Marks (`{{ }}`, `{% %}`) in one text. The longest text that comes with the program has 75.
pub const MARKS: usize = 1_000;
/// Statements within one another, an `elif` counting as one within its `if`: the engine calls
/// itself for each.
pub const STATEMENT_DEPTH: usize = 32;
/// Words and signs of one expression: its tree, which the engine walks by calling itself, can be
/// no deeper. The longest expression of a text or rule that comes with the program has 28.
pub const EXPRESSION_WORDS: usize = 128;
/// Brackets within one another in one expression.
pub const EXPRESSION_BRACKETS: usize = 16;
/// `~` and `+` in one expression: each can add what stands beside it.
pub const EXPRESSION_JOINS: usize = 16;
/// Characters of what somebody says about a version that they publish.
pub const PUBLISH_COMMENT: usize = 300;
/// Tests that one person may send themselves within an hour: each SMS costs money.
pub const TEST_SENDS: i64 = 20;
/// How long a test waits for a provider to take it.
pub const TEST_SEND_WAITS: TimeDelta = TimeDelta::minutes(10);
/// How long it is known what became of a test.
pub const TEST_SEND_KEPT: TimeDelta = TimeDelta::days(1);
/// Variables that one template declares.
pub const TEMPLATE_VARIABLES: usize = 100;
/// Longest condition of a rule, in bytes.
pub const CONDITION_BYTES: usize = 4 * 1024;
/// What one variable of a text may hold, and one result of a filter that can make more than it
/// was given, in bytes; a number or an entry of a list counts as eight.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Lists within one another in one variable of a text.
pub const VALUE_DEPTH: usize = 16;
/// Elements of one mail, those of HTML within a text counted as well.
pub const MAIL_ELEMENTS: usize = 1_000;
/// Elements within one another in one mail: the layout program calls itself for each.
pub const MAIL_DEPTH: usize = 40;
/// Longest styles of one mail (`<mj-style>`), in bytes, and longest defaults (`<mj-attributes>`):
/// both are repeated at every element they hold for.
pub const MAIL_STYLE_BYTES: usize = 16 * 1024;
/// Longest HTML a mail is laid out to, in bytes, before its values are put in.
pub const MAIL_LAID_OUT_BYTES: usize = 1024 * 1024;
/// What the styles of a mail may be repeated to, in bytes: their length times the elements.
pub const MAIL_STYLED_BYTES: usize = 16 * 1024 * 1024;
/// Elements within one another in a written mail that plain text is made from.
pub const PLAIN_DEPTH: usize = 400;
/// Nodes of such a mail. A program that reads HTML repeats an open `<b>` in every paragraph, so
/// the product of both kinds is what counts.
pub const PLAIN_NODES: usize = 1_000_000;
/// Addresses written out in the texts of one template: each is a row of its own.
pub const LINKS: usize = 200;

// ---- What the clock looks at ----

/// The longest that a case may be said to stand in a state, in working days.
pub const STATE_WORKING_DAYS: u16 = 400;
/// The same by the clock: some seconds, for a demonstration, to a year.
pub const STATE_TIME: (TimeDelta, TimeDelta) =
    (TimeDelta::milliseconds(3_600), TimeDelta::days(365));
/// Cases of which the clock thinks in one transaction, and incidents besides.
pub const CLOCK_BATCH: i64 = 500;
/// Cases that a report to a body names; more are only counted.
pub const BODY_CASES: usize = 100;

// ---- What keys are bound to, given on the command line ----

/// Longest source or type that a key is bound to, in bytes: a source has 500 characters at most.
pub const KEY_PATTERN: usize = 500;

// ---- What people of partners ask ----

/// The longest question of a partner and the longest answer to one, in characters.
pub const LONGEST_QUESTION: usize = 2_000;
/// Questions about one case that wait for an answer at once; whoever has more should telephone.
pub const QUESTIONS_OPEN: i64 = 5;
/// Cases that one digest names; of more it says that there are more.
pub const DIGEST_CASES: i64 = 100;
/// People whose digests are made at once; the rest follow in the next hour. The same of the week's mail.
pub const DIGEST_PEOPLE: i64 = 1_000;
/// Characters of a search among a partner's cases; what follows is passed over.
pub const PARTNER_SEARCH: usize = 200;

// ---- What clients write ----

/// The longest reply that is kept, in characters.
pub const LONGEST_REPLY: usize = 1_000;
/// Replies to one message that are taken; whoever writes more should be called.
pub const MOST_REPLIES: i64 = 10;
/// How long after it was asked by SMS whether it is back a yes or a no is taken for the answer.
pub const QUESTION_OPEN: TimeDelta = TimeDelta::hours(72);
/// How often a client may change the answer to "is it back for you?" of one incident.
pub const BACK_CHANGES: i64 = 20;

// ---- Municipalities and zones as shapes: a file of the organisation's ----

/// Bytes of a file of shapes: those of all Italy, somewhat simplified, have half of it.
pub const AREA_FILE_BYTES: u64 = 128 * 1024 * 1024;
/// Shapes of one kind: Italy has some 7,900 municipalities.
pub const AREA_SHAPES: usize = 10_000;
/// Corners of one shape as it comes, before it is simplified.
pub const SHAPE_CORNERS: usize = 200_000;
/// Corners of one shape as it is kept and drawn.
pub const SHAPE_CORNERS_KEPT: usize = 120;
/// Characters of a shape's name.
pub const SHAPE_NAME: usize = 100;
/// Shapes on the map of a form: each is a box to tick and a path of its own, and the page stays below
/// 100 KB.
pub const SHAPES_DRAWN: usize = 120;
/// Corners of all shapes on one map together, for the same reason.
pub const CORNERS_DRAWN: usize = 3_000;

// ---- What was wrong and is put right: a person at the console, or a program ----

/// Plans that one rectification puts right.
pub const RECTIFIED_PLANS: usize = 10_000;
/// Characters of what was wrong, and of what holds: both go into one SMS.
pub const RECTIFIED_TEXT: usize = 300;

// ---- What is answered to clients ----

/// The longest answer that is sent, in characters: some four SMS.
pub const LONGEST_ANSWER: usize = 600;
/// The longest reason for lifting the bar of an address, in characters.
pub const LIFTING_REASON: usize = 200;
/// The longest reason for closing a conversation, in characters.
pub const CLOSING_REASON: usize = 200;
/// A client's line goes on with a conversation about the same whose last line is no older; it begins
/// another one else.
pub const CONVERSATION_GOES_ON: TimeDelta = TimeDelta::days(14);
/// Conversations with numbers of no client that wait at once; what comes beyond is counted only.
pub const STRANGERS_WAITING: i64 = 200;
/// Lines of one such conversation.
pub const STRANGER_LINES: i64 = 20;
/// Conversations that the inbox shows of those that wait, the longest first.
pub const INBOX_WAITING: i64 = 200;
/// Lines of a conversation that are shown, the newest.
pub const LINES_SHOWN: i64 = 200;
/// People to whom a conversation may be given that a form names.
pub const ANSWERERS: i64 = 200;
/// Ready answers of the settings.
pub const READY_ANSWERS: usize = 30;
/// The longest time to answer that may be promised, in working days.
pub const ANSWER_DAYS: u32 = 30;
/// Whoever has waited for so long has waited too long by every promise.
pub const ANSWER_LOOKS_BACK: TimeDelta = TimeDelta::days(120);

// ---- What an operator declares at the console ----

/// Clients that are looked at one by one to say what an event would come to. Of a larger audience
/// every so many of them are: the share of each channel is as exact as anybody needs it.
pub const FORETOLD_CLIENTS: usize = 100_000;
/// Corners of a shape that is pasted: each edge is held against each other.
pub const PASTED_CORNERS: usize = 2_000;
/// Parts of a form with a file: the fields, and a part for each municipality that is chosen on the map.
pub const FORM_PARTS: usize = 256;
/// Entries of a pasted list of which the store is asked whether they are known.
pub const ENTRIES_KNOWN: usize = 60_000;
/// Entries of a pasted list that could not be taken, and are shown.
pub const LEFT_OUT_SHOWN: usize = 20;
/// How long these are kept of a draft that nobody touches: names of people may be among them.
pub const NOTES_KEPT: TimeDelta = TimeDelta::days(1);
/// What is declared and still open, as it is listed.
pub const DECLARED_SHOWN: i64 = 50;

// ---- Rules, and what is tried with them ----

/// How far back rules are held against what came: plans that they made, events that they heard.
pub const RULES_LOOK_BACK: TimeDelta = TimeDelta::days(30);
/// Plans of that time that are counted: the newest.
pub const RULE_PLANS_COUNTED: i64 = 200_000;
/// Messages of one plan that are read for why a rule told nobody.
pub const RULE_MESSAGES_READ: i64 = 1_000;
/// Events of that time whose type is looked at: the newest.
pub const RULE_EVENTS_SAMPLED: i64 = 20_000;
/// Events that are read to say why rules were not set going: the newest of their types.
pub const RULE_EVENTS_READ: i64 = 500;
/// Values of one field that are named as those that came.
pub const RULE_VALUES_NAMED: usize = 5;
/// Days that can be replayed against changed rules.
pub const REPLAY_DAYS: i64 = 7;
/// Events of them that are looked at: the newest.
pub const REPLAY_EVENTS: usize = 10_000;
/// Events of them that are read at once.
pub const REPLAY_PAGE: i64 = 500;
/// Clients of all audiences together whose messages are worked out, and messages that are read, each.
pub const REPLAY_CLIENTS: usize = 50_000;
/// How long a replay may take; what is done by then is shown.
pub const REPLAY_TIME: Duration = Duration::from_secs(15);
/// Clients that are named of those who would newly be told, and of those who would not be any more.
pub const REPLAY_NAMED: usize = 20;
/// Rules that are pasted together.
pub const RULES_PASTED: usize = 50;
/// Versions of one rule that are shown: the newest.
pub const RULE_VERSIONS_SHOWN: i64 = 20;
/// Bytes of rules, or of an event, that are pasted.
pub const PASTED_BYTES: usize = 65_536;

// ---- What is asked of the API ----

/// Counts of an audience are rounded up to this for a key that may not read clients, so that an
/// area drawn around one house does not tell whether somebody there is a client.
pub const PREVIEW_STEP: i64 = 10;

// ---- Requests and files ----

/// Bytes of a request with one document: a client with 500 places has some 100 KB.
pub const DOCUMENT_BYTES: usize = 1 << 20;
/// Bytes of a batch of events.
pub const BATCH_BYTES: usize = 8 << 20;
/// Events of a batch; each of 400 bytes, they fill it.
pub const BATCH_EVENTS: usize = 20_000;
/// Bytes of a line of an import: a client each.
pub const LINE_BYTES: usize = 1 << 20;
/// Bytes from which a body is read away from the threads that answer requests: reading so much
/// takes a millisecond or more.
pub const LONG_BODY_BYTES: usize = 1 << 16;
/// Rejected lines named one by one in an answer; further ones are only counted.
pub const NAMED_LINES: usize = 10_000;
/// Warnings named one by one in an answer.
pub const NAMED_WARNINGS: usize = 20;
/// Faults of one file of settings that are named in one run: each costs another reading.
pub const NAMED_FAULTS: usize = 50;
/// Bytes of a file of settings or of rules.
pub const SETTINGS_BYTES: u64 = 1 << 18;

// ---- What an error repeats of what was wrong: errors are kept by the thousand ----

/// Characters of a wrong value in the words of an error.
pub const QUOTED: usize = 60;
/// Characters of the pointer to the field.
pub const POINTER: usize = 200;
/// Characters of the whole sentence.
pub const DETAIL: usize = 500;

// ---- Texts. In characters ----

/// A reference: client, case, incident, place, template, topic.
pub const REFERENCE: usize = 200;
/// A free text: note, remark.
pub const PROSE: usize = 2_000;
/// `source` and `subject` of an event.
pub const SOURCE: usize = 500;
/// A path of a request with its query, in bytes, as it is sent.
pub const ADDRESS_LINE_BYTES: usize = 8_192;
/// One value in a path or a query.
pub const ASKED: usize = 1_000;
/// Words of a search that are looked for in the names of clients: each is held against every name.
/// Those behind them are passed over, so that more is found and nothing is missed.
pub const SEARCH_WORDS: usize = 8;

// ---- Clients ----

/// A name in characters.
pub const NAME: usize = 200;
/// Contact points of one client.
pub const CONTACTS: usize = 20;
/// Places of one client: each is compared with the others.
pub const PLACES: usize = 500;
/// Tags of one place.
pub const TAGS: usize = 50;
/// Topics one client may have an opinion on.
pub const TOPICS: usize = 100;
/// Characters of the kind of a place.
pub const PLACE_KIND: usize = 50;
/// Characters of a postal code.
pub const POSTAL_CODE: usize = 12;
/// Octets of a mailbox's name (RFC 5321 §4.5.3.1.1).
pub const EMAIL_LOCAL: usize = 64;
/// Octets of a mail domain (RFC 5321 §4.5.3.1.2).
pub const EMAIL_DOMAIN: usize = 255;

// ---- Events ----

/// Variables of one message that is asked for.
pub const VARIABLES: usize = 100;
/// Channels named by one request for a message.
pub const CHANNELS: usize = 3;
/// Items in each list of an area: more than a town has streets, and than a feeder has meters.
pub const AREA_ITEMS: usize = 20_000;
/// Corners of all polygons of an area together: each is looked at for every place.
pub const AREA_CORNERS: usize = 10_000;
/// Kilometres of the radius of a circle: half of Italy.
pub const RADIUS_KM: f64 = 500.0;
/// A wider incident of which nothing was heard for so long, after its end if one was expected, keeps
/// no narrower one from anybody: its end may have been forgotten.
pub const WIDER_SILENCE: TimeDelta = TimeDelta::hours(24);
/// Incidents that are looked at when one is planned, whether it is a part of them: the newest.
pub const WIDER_LOOKED_AT: i64 = 500;
/// Plans about one incident that are looked at for what its clients heard last: the newest.
pub const INCIDENT_TELLINGS: i64 = 500;
/// Places in the area of an outage that are looked at for the municipalities that it hits.
pub const COMPENSATION_PLACES: i64 = 100_000;
/// Classes of `[incidents] compensation`.
pub const COMPENSATION_CLASSES: usize = 20;
/// So long the first page shows that an outage lasted longer than it may.
pub const COMPENSATION_SHOWN: TimeDelta = TimeDelta::days(30);
/// Earlier areas of an incident that are looked at for those whom it does not cover any more: the newest.
pub const LEFT_AREAS: usize = 20;

// ---- Insight: what managers ask ----

/// Days of one period: two years, and the two before are compared with them.
pub const PERIOD_DAYS: i64 = 731;
/// Codes of one question whom we could reach.
pub const REACH_CODES: usize = 20_000;
/// Characters of one such code.
pub const REACH_CODE: usize = 100;
/// A first sign of a reader that comes later than this is not in the hours and times of reading: so
/// many days are counted anew every day.
pub const READING_DAYS: i64 = 14;
/// Whoever read nothing for so long, of at least [`UNREAD_MESSAGES`], never reads.
pub const UNREAD_WITHIN: TimeDelta = TimeDelta::days(180);
/// Fewer messages that were not read say nothing of a client.
pub const UNREAD_MESSAGES: i64 = 3;
/// Lines of one list of contacts per day: fifty kinds for a year.
pub const CONTACT_LINES: usize = 20_000;
/// Days that a line of it may lie back: ten years.
pub const CONTACT_DAYS_BACK: i64 = 3_660;
/// Bytes of such a list.
pub const CONTACT_BYTES: usize = 2 * 1024 * 1024;
/// Contacts of one day about one kind of case.
pub const CONTACTS_A_DAY: i64 = 10_000_000;
/// Zones of one page: those where most cannot be reached.
pub const ZONES_SHOWN: usize = 50;
/// Messages, and clients, that the insight counts in one transaction.
pub const COUNTED_AT_ONCE: i64 = 5_000;

// ---- The feed and webhooks out ----

/// Entries of the feed in one answer.
pub const FEED_PAGE: i64 = 1_000;
/// Entries numbered in one transaction.
pub const FEED_NUMBERED: i64 = 5_000;
/// Types, or families of types, that one reader names.
pub const FEED_TYPES: usize = 30;
/// Characters of one such type.
pub const FEED_TYPE: usize = 60;
/// Seconds that a reader of the feed may wait for something new.
pub const FEED_WAIT: u64 = 20;
/// Webhooks there may be.
pub const WEBHOOKS: usize = 20;
/// Characters of a webhook's name.
pub const WEBHOOK_NAME: usize = 40;
/// Bytes of a webhook's address.
pub const WEBHOOK_URL: usize = 2_000;
/// Entries that one webhook is sent before it is written down how far it came.
pub const WEBHOOK_BATCH: i64 = 50;
/// How long a receiver may take to answer, the connection included.
pub const POSTING_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read, so that the connection can be used again.
pub const ANSWER_READ: usize = 4 * 1024;
/// So long they are waited for; what the answer means is known before.
pub const ANSWER_READ_WITHIN: Duration = Duration::from_millis(300);
/// A batch ends after so long, though there is more.
pub const WEBHOOK_TURN: Duration = Duration::from_secs(20);
/// How long a node may send to one without writing down how far it came: longer than a batch and its last
/// answer take.
pub const WEBHOOK_LEASE: TimeDelta = TimeDelta::minutes(2);
/// So long the secret before signs as well.
pub const WEBHOOK_FORMER: TimeDelta = TimeDelta::hours(48);
/// Characters of the sentence why a try failed.
pub const WEBHOOK_FAULT: usize = 300;

// ---- Times, which are claims until they are checked ----

/// How far the clocks of two machines may be apart without anybody being told.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// How far a clock, or the time zone somebody took it for, may be wrong at all. A time further
/// ahead is no clock's: a year or a month is mistyped.
pub const CLOCK_ERROR: TimeDelta = TimeDelta::hours(24);
/// Nothing happened before 2000-01-01: clocks that lost their battery show such times.
pub const EARLIEST: Timestamp = Timestamp::from_micros(946_684_800_000_000);
/// Nothing is foreseen after 2100-01-01: `9999-12-31` means "I do not know", which is said by
/// leaving the field out.
pub const LATEST: Timestamp = Timestamp::from_micros(4_102_444_800_000_000);
