//! What managers ask: periods, lists of contacts, and how much is counted at once.

use chrono::TimeDelta;

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
