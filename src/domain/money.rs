//! Money, in millionths of a unit of one currency, never as a fraction that is rounded in passing: an SMS
//! costs a few hundredths, and a year has millions of them. A price is read at the border and written out
//! exactly; how people of a language write an amount is the console's matter.

use std::collections::BTreeMap;

use super::limits::{DEAREST, PRICE_DIGITS};

/// Millionths of a unit.
const UNIT: i64 = 1_000_000;

/// An amount: 45,000 is 0.045 of the currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceFault {
    #[error("write digits with a point, such as \"0.045\"")]
    NotANumber,
    #[error("write at most {PRICE_DIGITS} digits behind the point")]
    TooFine,
    #[error("write at most {DEAREST}")]
    TooDear,
}

impl Money {
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths of a unit.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// So many times as much; what cannot be held stays the most that can.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Of `count` things that cost this much together, what `of` such things cost; none of none.
    #[must_use]
    pub fn share(self, of: i64, count: i64) -> Option<Self> {
        let whole = i128::from(self.0) * i128::from(of);
        let each = whole.checked_div(i128::from(count))?;
        i64::try_from(each).ok().map(Self)
    }

    /// Whole units, and the millionths behind them.
    #[must_use]
    pub const fn parts(self) -> (i64, u64) {
        (self.0 / UNIT, (self.0 % UNIT).unsigned_abs())
    }
}

/// For programs: `0.045`, exact and without needless noughts.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (units, behind) = self.parts();
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = units.unsigned_abs();
        if behind == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{behind:06}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a price: `0.045`, `1`, `12.5`. No sign, no comma, no exponent.
impl std::str::FromStr for Money {
    type Err = PriceFault;

    fn from_str(text: &str) -> Result<Self, PriceFault> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
        if !is_number(whole) || !is_number(behind) {
            return Err(PriceFault::NotANumber);
        }
        if behind.len() > PRICE_DIGITS {
            return Err(PriceFault::TooFine);
        }
        let units: i64 = whole.parse().map_err(|_| PriceFault::TooDear)?;
        let fine: i64 = format!("{behind:0<PRICE_DIGITS$}")
            .parse()
            .map_err(|_| PriceFault::NotANumber)?;
        let micros = units.checked_mul(UNIT).and_then(|it| it.checked_add(fine));
        micros
            .filter(|micros| *micros <= DEAREST * UNIT)
            .map(Self)
            .ok_or(PriceFault::TooDear)
    }
}

/// Three capital letters (ISO 4217), such as `EUR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency(String);

/// A text that names no currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the three capital letters of a currency, such as EUR")]
pub struct NoCurrency;

impl Currency {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The euro, until the settings name another.
impl Default for Currency {
    fn default() -> Self {
        Self("EUR".to_owned())
    }
}

impl std::str::FromStr for Currency {
    type Err = NoCurrency;

    fn from_str(text: &str) -> Result<Self, NoCurrency> {
        let is_code = text.len() == 3 && text.bytes().all(|c| c.is_ascii_uppercase());
        is_code.then(|| Self(text.to_owned())).ok_or(NoCurrency)
    }
}

/// What a provider charges: for each segment of an SMS, or for each e-mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList {
    /// Where no prefix says another.
    pub each: Option<Money>,
    /// By the beginning of the number, with its `+`; the longest that fits counts.
    pub by_prefix: BTreeMap<String, Money>,
}

impl PriceList {
    /// For one segment to this number; none: it is not known.
    #[must_use]
    pub fn of_number(&self, number: &str) -> Option<Money> {
        let prefixes = self.by_prefix.iter();
        prefixes
            .filter(|(prefix, _)| number.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, price)| *price)
            .or(self.each)
    }

    /// For one segment to a number that begins so, or of what is listed the cheapest: for what nobody has
    /// a number of yet.
    #[must_use]
    pub fn usual(&self, prefix: &str) -> Option<Money> {
        let listed = self.by_prefix.values().min().copied();
        self.of_number(prefix).or(listed)
    }
}

/// What a text or an audience costs at the preferred provider of each channel, before anything is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitPrices {
    pub currency: Currency,
    /// One segment to a number of the organisation's own country; none: not known.
    pub segment: Option<Money>,
    pub email: Option<Money>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Result<Money, PriceFault> {
        text.parse()
    }

    #[test]
    fn a_price_is_read_and_written_to_the_last_digit() {
        for (text, micros, written) in [
            ("0.045", 45_000, "0.045"),
            ("0.000001", 1, "0.000001"),
            ("1", 1_000_000, "1"),
            ("12.50", 12_500_000, "12.5"),
            ("0", 0, "0"),
        ] {
            let read = price(text).unwrap();
            assert_eq!(read, Money::from_micros(micros), "{text}");
            assert_eq!(read.to_string(), written);
        }
        assert_eq!(Money::from_micros(-45_000).to_string(), "-0.045");
    }

    #[test]
    fn what_is_no_price_is_refused_and_never_rounded() {
        for text in [
            "", ".", "0,045", "-1", "+1", "1e3", " 1", "1.", ".5", "NaN", "0.04 €",
        ] {
            assert_eq!(price(text), Err(PriceFault::NotANumber), "{text:?}");
        }
        assert_eq!(price("0.0000001"), Err(PriceFault::TooFine));
        assert_eq!(price("10000.01"), Err(PriceFault::TooDear));
        assert_eq!(price("99999999999999999999"), Err(PriceFault::TooDear));
        assert_eq!("euro".parse::<Currency>(), Err(NoCurrency));
    }

    #[test]
    fn the_longest_prefix_says_the_price() {
        let list = PriceList {
            each: None,
            by_prefix: [("+3", 1), ("+39", 2), ("+393", 3), ("+41", 7)]
                .map(|(prefix, micros)| (prefix.to_owned(), Money(micros)))
                .into(),
        };
        assert_eq!(list.of_number("+393331234567"), Some(Money(3)));
        assert_eq!(list.of_number("+39051000"), Some(Money(2)));
        assert_eq!(list.of_number("+33612345678"), Some(Money(1)));
        assert_eq!(list.of_number("+4917012345"), None);
        assert_eq!(list.usual("+44"), Some(Money(1)), "the cheapest there is");
        let all = PriceList {
            each: Some(Money(9)),
            ..list
        };
        assert_eq!(all.of_number("+4917012345"), Some(Money(9)));
        assert_eq!(all.of_number("+41791234567"), Some(Money(7)));
    }

    #[test]
    fn an_amount_that_is_too_large_stays_the_largest() {
        assert_eq!(Money(i64::MAX).times(2), Money(i64::MAX));
        assert_eq!(Money(90).share(2, 3), Some(Money(60)));
        assert_eq!(Money(90).share(2, 0), None);
    }
}
