//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! The rooms go by who chooses: whoever reaches a port (`connections`, `requests`) or signs in (`sign_in`),
//! what a client or an event holds (`records`), what people write at the console (`texts`, `rules`,
//! `declared`), sources (`watched`), reports and readers (`coming_back`), the feed (`passed_on`). Here
//! stands what has no room.
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

mod coming_back;
mod connections;
mod declared;
mod dialogue;
mod insight;
mod money;
mod own_choices;
mod passed_on;
mod records;
mod requests;
mod rules;
mod sign_in;
mod surveys;
mod texts;
mod watched;

use chrono::TimeDelta;

use super::clock::Timestamp;

pub use self::coming_back::*;
pub use self::connections::*;
pub use self::declared::*;
pub use self::dialogue::*;
pub use self::insight::*;
pub use self::money::*;
pub use self::own_choices::*;
pub use self::passed_on::*;
pub use self::records::*;
pub use self::requests::*;
pub use self::rules::*;
pub use self::sign_in::*;
pub use self::surveys::*;
pub use self::texts::*;
pub use self::watched::*;

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
