//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

use chrono::TimeDelta;

use super::clock::Timestamp;

// Requests and files.

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

// What an error repeats of what was wrong: errors are kept by the thousand.

/// Characters of a wrong value in the words of an error.
pub const QUOTED: usize = 60;
/// Characters of the pointer to the field.
pub const POINTER: usize = 200;
/// Characters of the whole sentence.
pub const DETAIL: usize = 500;

// Texts. In characters.

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

// Clients.

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

// Events.

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

// Times, which are claims until they are checked.

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
