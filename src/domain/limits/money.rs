//! What is said of prices, and whom the week is told to.

/// Digits of a price behind the point: millionths.
pub const PRICE_DIGITS: usize = 6;
/// The highest price of one segment or e-mail, in units of the currency: above it a sum could not be held.
pub const DEAREST: i64 = 10_000;
/// Prefixes of numbers that one provider has prices for.
pub const PRICE_PREFIXES: usize = 500;
/// Digits of a country code and what follows it: the longest number there is (E.164).
pub const PREFIX_DIGITS: usize = 15;
/// Templates that the mail of the week names as those that are read least.
pub const WEEK_TEMPLATES: usize = 3;
/// Findings that the mail of the week names; the console has the rest.
pub const WEEK_FINDINGS: usize = 10;
