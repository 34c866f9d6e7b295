//! How much may come from outside: every length, count, depth and time that somebody else chooses
//! has its limit here, so that one page answers "how large may it be?".
//!
//! A limit that an operator may change stands in `config` and begins with the one here. Nothing
//! is checked here: whoever reads the thing checks it, and its error names field, value and limit.
