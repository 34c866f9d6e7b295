//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.

// What keys are bound to, given on the command line.

/// Longest source or type that a key is bound to, in bytes: a source has 500 characters at most.
pub const KEY_PATTERN: usize = 500;

// What providers call back.

/// Longest words of a gateway that are kept with its report, in characters: a code and its name
/// fit, a forged text is cut.
pub const RECEIPT_WORDS: usize = 200;

// What is asked of the API.

/// Counts of an audience are rounded up to this for a key that may not read clients, so that an
/// area drawn around one house does not tell whether somebody there is a client.
pub const PREVIEW_STEP: i64 = 10;
