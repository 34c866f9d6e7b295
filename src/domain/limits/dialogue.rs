//! Dialogue with clients by way of mail, and what is passed on to bodies.

use chrono::TimeDelta;

/// Mails about one conversation to whoever is to answer: one in so much time, with all that came meanwhile.
pub const STAFF_MAIL_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Mails to one of the staff within an hour; what comes beyond waits for the next, and for the inbox.
pub const STAFF_MAILS_AN_HOUR: i64 = 60;
/// Lines that nobody was mailed about for so long are left to the inbox.
pub const STAFF_MAIL_LOOKS_BACK: TimeDelta = TimeDelta::days(7);
/// Mails to the staff that one look makes.
pub const STAFF_MAILS_AT_ONCE: i64 = 100;
/// Characters of what came before that such a mail shows.
pub const STAFF_MAIL_WORDS: usize = 4_000;

/// Characters of what is passed on of one problem.
pub const FORWARDED_WORDS: usize = 1_000;
/// A problem waits so long for others of the same body.
pub const FORWARDED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// So many of one body wait for no other.
pub const FORWARDED_READY: i64 = 10;
/// Problems in one mail to a body; the rest follow in the next.
pub const FORWARDED_TOGETHER: i64 = 50;
