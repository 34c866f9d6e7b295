//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

use std::time::Duration;

use chrono::TimeDelta;

// ---- Connections: whoever can reach the port ----

/// Connections at once, unless `[http] connections` says otherwise or the machine's limit of
/// open files is lower.
pub const CONNECTIONS: usize = 10_000;
/// Open files that are never given to connections: the store's, the providers', the log's.
pub const FILES_OF_OUR_OWN: u64 = 256;
/// From the first byte of a request to the end of its head.
pub const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// A request's body may keep us waiting so long, and longer by what it brought at
/// [`BODY_PACE`].
pub const BODY_WITHIN: Duration = Duration::from_secs(30);
/// The slowest line that a large body may come by, in bytes per second.
pub const BODY_PACE: u64 = 16 * 1024;
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
