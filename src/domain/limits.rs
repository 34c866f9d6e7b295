//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

use std::time::Duration;

use chrono::TimeDelta;

use super::clock::Timestamp;

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

/// Bytes of a form on a client's page: a reply of 1,000 characters and room to spare.
pub const FORM_BYTES: usize = 16 * 1024;

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

// ---- What watched systems say ----

/// Longest column name or expression of a source's mapping, in bytes.
pub const SOURCE_FIELD: usize = 2_000;
/// Records taken in one transaction.
pub const SOURCE_RECORDS: usize = 1_000;
/// The longest pause after looks that failed in a row.
pub const SOURCE_LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Records of one source that could not be taken and are kept; with more, it is not read on.
pub const SOURCE_DEAD_KEPT: i64 = 10_000;
/// Largest record that is taken, in bytes: more is a document, not a change.
pub const SOURCE_ROW: usize = 256 * 1024;
/// What records read at once may hold together, in bytes; with more, fewer are taken.
pub const SOURCE_PAGE: usize = 32 * 1024 * 1024;
/// Rows that are read when a source is asked for its present state, closed ones among them.
pub const RECONCILE_ROWS: usize = 1_000_000;
/// Things that are open, there or here, when both are compared: all of them are in memory then.
pub const RECONCILE_OPEN: usize = 200_000;
/// Differences of each sort that are named; all are counted.
pub const RECONCILE_NAMED: usize = 20;
/// Late events that one comparison makes; the next one makes more. So many records are kept meanwhile,
/// of [`SOURCE_PAGE`] bytes together.
pub const RECONCILE_LATE: usize = 1_000;
/// How long their system may take to say all that stands there now.
pub const RECONCILE_WITHIN: Duration = Duration::from_mins(10);
/// How long after a comparison that failed the next one is tried.
pub const RECONCILE_AGAIN: TimeDelta = TimeDelta::minutes(15);
/// Columns of a table of theirs: PostgreSQL has no more.
pub const TABLE_COLUMNS: u16 = 1_664;
/// Lists in lists of one column: PostgreSQL has no more.
pub const ARRAY_DEPTH: usize = 6;
/// Tables of others that are remembered while a log is read.
pub const CHANGED_TABLES: usize = 10_000;
/// Records that could not be taken, as they are shown at once.
pub const SOURCE_DEAD_SHOWN: i64 = 100;
/// Bytes of one answer of a feed, and of all pages of one look together.
pub const SOURCE_BODY: usize = SOURCE_PAGE;
/// Bytes of what a feed says of an answer (`ETag`, `Last-Modified`) and that is kept.
pub const FEED_WORDS: usize = 200;
/// How often a feed may send us on to another of its addresses.
pub const FEED_REDIRECTS: usize = 3;
/// Pages of one look at a feed: each is a request.
pub const FEED_PAGES: usize = 200;
/// Rows that are asked of a map's layer at once; most servers give 1,000 or 2,000 at most.
pub const ARCGIS_PAGE: usize = 2_000;
/// Places of one outage around which a circle is drawn; with more, its municipalities are told.
pub const ARCGIS_CIRCLES: usize = 200;
/// Things that are going on at once, of one source that shows everything that is going on.
pub const SNAPSHOT_THINGS: usize = 20_000;
/// Bytes of what is kept of such things between two looks, as JSON: it is one value in the store.
pub const SNAPSHOT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of the key by which such a thing is told from others.
pub const SNAPSHOT_KEY: usize = REFERENCE;
/// Whole looks in a row in which a thing is absent, until it has ended.
pub const SNAPSHOT_ABSENT_LOOKS: u32 = 2;
/// Whole looks in a row that hold less than half of what is going on, until that is believed.
pub const SNAPSHOT_DOUBTFUL_LOOKS: u32 = 6;
/// Things of which all may end at once; with more, a look that holds none is never believed.
pub const SNAPSHOT_FEW: usize = 3;
/// Things that ended and are remembered, so that one that comes back is told anew.
pub const SNAPSHOT_PAST: usize = 10_000;
/// States of a thing that are remembered, so that one it goes back to is told anew.
pub const SNAPSHOT_STATES: usize = 8;
/// Bytes of an alert, or of an index of alerts: each is read into a tree of five times that.
pub const CAP_BYTES: usize = 4 * 1024 * 1024;
/// Links of one index that are followed: the newest.
pub const FEED_ALERTS: usize = 500;
/// Links of an index that are followed in one look: each is a request.
pub const CAP_FOLLOWED: usize = 100;
/// Links that may fail in one look before the others are left for the next one.
pub const CAP_FAILED: usize = 5;
/// Languages and hazards of one alert (`info`).
pub const CAP_INFOS: usize = 100;
/// Areas of one alert, over all languages.
pub const CAP_AREAS: usize = 5_000;
/// Earlier alerts that one alert names.
pub const CAP_REFERENCES: usize = 500;
/// Alerts that are remembered, so that an update is known for one.
pub const CAP_REMEMBERED: usize = 2_000;
/// Nodes of one XML document: elements, and the texts between them.
pub const XML_NODES: u32 = 200_000;
/// Elements within one another in it: an alert has five.
pub const XML_DEPTH: usize = 64;
/// Attributes of one of its elements: each is held against the others.
pub const XML_ATTRIBUTES: usize = 100;
/// Namespaces that it declares, repeats included: each element holds all that stand around it.
pub const XML_NAMESPACES: usize = 1_000;
/// Bytes of a file that is put into a watched folder.
pub const FOLDER_FILE: u64 = 512 * 1024 * 1024;
/// The same of one that is JSON as a whole: it is read into memory.
pub const FOLDER_JSON: u64 = 64 * 1024 * 1024;
/// Files of a folder that are looked at.
pub const FOLDER_ENTRIES: usize = 100_000;
/// Columns of a CSV file.
pub const FOLDER_COLUMNS: usize = 500;
/// Alerts and trips of one feed of a transit agency.
pub const GTFS_ENTITIES: usize = SNAPSHOT_THINGS;
/// Bytes of one of them.
pub const GTFS_ENTITY: usize = SOURCE_ROW;
/// Lines, stops and agencies that one alert names, each of which becomes a tag.
pub const GTFS_TAGS: usize = 1_000;
/// Trips that were late and are remembered, so that one that is late again is told anew.
pub const GTFS_TRIPS: usize = 10_000;
/// Records of one request that somebody posts to a source: they are taken in one transaction.
pub const WEBHOOK_ITEMS: usize = SOURCE_RECORDS;
/// Bytes of what stands around the records of one such request, counted once for each of them.
pub const WEBHOOK_ENVELOPES: usize = 4 * 1024 * 1024;
/// Bytes of all requests together that are signed for a source, as long as it is not known by whom:
/// whoever can reach the port may begin such a request.
pub const UNPROVEN_BYTES: usize = 16 * 1024 * 1024;
/// Such requests at once.
pub const UNPROVEN_BODIES: usize = 64;
/// Records that could not be taken, tried again in one request.
pub const SOURCE_REPLAYED: i64 = 1_000;

// ---- Which systems are watched, and how: the operator's own settings ----

/// Sources of one file of settings: each may keep a connection to its system.
pub const SOURCES: usize = 64;
/// Characters of a source's name.
pub const SOURCE_NAME: usize = 40;
/// Columns that together say how far a query was read.
pub const SOURCE_CURSOR: usize = 4;
/// Columns of their table that an outbox hands over.
pub const SOURCE_COLUMNS: usize = 100;
/// Bytes of the way to a field inside an answer of a feed.
pub const FEED_PATH: usize = 200;
/// Headers that are sent to a feed.
pub const FEED_HEADERS: usize = 20;
/// Bytes of a feed's address.
pub const FEED_URL: usize = 4_096;
/// Further hosts that an index of alerts may link to, and names of geocodes that are understood.
pub const CAP_NAMES: usize = 20;
/// Subjects that one source takes out of a stream of NATS.
pub const NATS_SUBJECTS: usize = 32;
/// Places of a stream of NATS, among those that a consumer handed out, that are called back one by one
/// when a reader begins; with more, what is out comes by itself when the consumer has waited.
pub const NATS_CALLED_BACK: u64 = 20_000;
/// Bytes of the name of a stream, a consumer or a subject of NATS.
pub const NATS_NAME: usize = 255;
/// Tables whose changes one source reads out of a log.
pub const SOURCE_TABLES: usize = 100;
/// The least and the most of their disk that may be kept for us, in bytes.
pub const SLOT_RETAINED: (u64, u64) = (1 << 20, 4 << 40);
/// Bytes of a name in their database: PostgreSQL cuts longer ones.
pub const SQL_NAME: usize = 63;
/// The shortest and the longest time that a signature of a request may be old, or ahead.
pub const WEBHOOK_WITHIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(24));
/// The shortest and the longest time that a file must have stood still.
pub const FOLDER_SETTLE: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_hours(1));
/// The shortest and the longest delay that is told.
pub const GTFS_DELAY: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(24));
/// The shortest and the longest time after which a feed that says nothing new is out of date.
pub const GTFS_STALE: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(7 * 24));
/// The shortest and the longest time from one look to the next.
pub const LOOK_EVERY: (TimeDelta, TimeDelta) = (TimeDelta::milliseconds(100), TimeDelta::days(7));
/// The shortest and the longest time that their system may take for an answer.
pub const LOOK_TIMEOUT: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_mins(10));
/// How far a look may go back behind the last one.
pub const LOOK_OVERLAP: Duration = Duration::from_hours(24);

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

// ---- What providers call back ----

/// Longest words of a gateway that are kept with its report, in characters: a code and its name
/// fit, a forged text is cut.
pub const RECEIPT_WORDS: usize = 200;

/// Bytes of a text that a gateway brings from a handset, put together: some twenty-five SMS.
pub const INBOUND_SMS_BYTES: usize = 4 * 1024;
/// Bytes of the query in which it comes: each byte of the text takes three there, and there is more.
pub const INBOUND_QUERY_BYTES: usize = 3 * INBOUND_SMS_BYTES + 2 * 1024;
/// Characters of what a gateway calls such a text.
pub const INBOUND_SMS_ID: usize = 100;
/// The shortest and the longest secret in the address where a gateway hands in such texts.
pub const REPLY_SECRET: (usize, usize) = (16, 200);
/// Numbers of no client that a STOP bars at one node: so many within such a time.
pub const STRANGERS_BARRED: (u32, TimeDelta) = (1_000, TimeDelta::hours(1));

// ---- What clients write ----

/// The longest reply that is kept, in characters.
pub const LONGEST_REPLY: usize = 1_000;
/// Replies to one message that are taken; whoever writes more should be called.
pub const MOST_REPLIES: i64 = 10;
/// How long after it was asked by SMS whether it is back a yes or a no is taken for the answer.
pub const QUESTION_OPEN: TimeDelta = TimeDelta::hours(72);
/// How often a client may change the answer to "is it back for you?" of one incident.
pub const BACK_CHANGES: i64 = 20;

// ---- What an operator declares at the console ----

/// Clients that are looked at one by one to say what an event would come to. Of a larger audience
/// every so many of them are: the share of each channel is as exact as anybody needs it.
pub const FORETOLD_CLIENTS: usize = 100_000;
/// Corners of a shape that is pasted: each edge is held against each other.
pub const PASTED_CORNERS: usize = 2_000;
/// Parts of a form with a file.
pub const FORM_PARTS: usize = 64;
/// Entries of a pasted list of which the store is asked whether they are known.
pub const ENTRIES_KNOWN: usize = 60_000;
/// Entries of a pasted list that could not be taken, and are shown.
pub const LEFT_OUT_SHOWN: usize = 20;
/// How long these are kept of a draft that nobody touches: names of people may be among them.
pub const NOTES_KEPT: TimeDelta = TimeDelta::days(1);
/// What is declared and still open, as it is listed.
pub const DECLARED_SHOWN: i64 = 50;

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
