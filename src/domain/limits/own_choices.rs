//! What clients decide themselves: whoever has a link, and whoever acts for a client.

use chrono::TimeDelta;

/// Deputies of one client who act at a time.
pub const DEPUTIES: usize = 5;
/// Topics, or cases, that one mandate names.
pub const MANDATE_PARTS: usize = 50;
/// Characters of what proves a mandate: the document, and who saw it.
pub const MANDATE: usize = 500;
/// How long it is known who acted for somebody, by which document.
pub const DEPUTY_KEPT: TimeDelta = TimeDelta::days(365);
/// How long a code that proves an address is good.
pub const CODE_GOOD: TimeDelta = TimeDelta::minutes(15);
/// Codes that may be typed for one that was sent.
pub const CODE_TRIES: i64 = 5;
/// Codes that one client may have sent within [`CODES_COUNTED`]: with [`CODE_TRIES`] at most 25 guesses
/// at a million.
pub const CODES_BY_CLIENT: i64 = 5;
/// Codes that go to one address in that time, whoever asks.
pub const CODES_TO_ADDRESS: i64 = 3;
/// Over how long codes are counted; they are forgotten afterwards.
pub const CODES_COUNTED: TimeDelta = TimeDelta::days(1);
/// Characters of a client's first name in the text that asks somebody to get the copy: one SMS holds it.
pub const FIRST_NAME: usize = 20;
/// Rows of one table that a copy of one's data has at most, the newest.
pub const COPY_ROWS: i64 = 1_000;
