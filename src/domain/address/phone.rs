//! Telephone numbers: E.164, mobile, and not a way to lose money.
//!
//! What people write (`333 1234567`, `0039…`, `+39 333-…`) becomes `+393331234567`. Emergency,
//! short, premium, toll-free, satellite and Italian fixed numbers are refused. Whether the
//! number is in use only its network knows; that comes back as a receipt.
//!
//! Numbers of the form `+39000…` pass without any check: no Italian number begins with three
//! zeros, so the range is reserved here for the sandbox and the demo.

mod refuse;

use phonenumber::country;
use phonenumber::metadata::DATABASE;

use super::error::{AddressError, PhoneFault};
use crate::text::invisible::{harmless, is_invisible};

/// A telephone number in E.164 form, such as `+393331234567`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(String);

/// Which numbers are let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhonePolicy {
    /// The country of a number written without one.
    default_country: country::Id,
    /// Where SMS may go; empty means every country.
    allowed_countries: Vec<country::Id>,
}

impl PhonePolicy {
    /// Countries are two letters of ISO 3166-1; an empty list allows every country.
    pub fn new<S: AsRef<str>>(default: &str, allowed: &[S]) -> Result<Self, AddressError> {
        Ok(Self {
            default_country: country_id(default)?,
            allowed_countries: allowed
                .iter()
                .map(|text| country_id(text.as_ref()))
                .collect::<Result<_, _>>()?,
        })
    }

    /// How numbers of the default country begin: `+39`.
    #[must_use]
    pub fn home_prefix(&self) -> String {
        format!("+{}", self.home_code())
    }

    fn home_code(&self) -> u16 {
        DATABASE
            .by_id(self.default_country.as_ref())
            .map_or(0, phonenumber::Metadata::country_code)
    }

    fn allows(&self, country: Option<country::Id>) -> bool {
        self.allowed_countries.is_empty()
            || country.is_some_and(|id| self.allowed_countries.contains(&id))
    }
}

impl Default for PhonePolicy {
    fn default() -> Self {
        Self {
            default_country: country::IT,
            allowed_countries: Vec::new(),
        }
    }
}

impl PhoneNumber {
    /// Parses what a person wrote.
    pub fn parse(text: &str, policy: &PhonePolicy) -> Result<Self, AddressError> {
        parse(text, policy).map_err(|fault| AddressError::Phone {
            given: harmless(text),
            fault,
        })
    }

    /// Takes back what the store kept: it was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Country, first three and last four digits: `+39 333 ••• 4567`. Short numbers show less.
    #[must_use]
    pub fn masked(&self) -> String {
        let digits: Vec<char> = self.0.chars().skip(1).collect();
        let (country, national) = digits.split_at(country_code_length(&digits).min(digits.len()));
        let (first, last) = match national.len() {
            10.. => (3, 4),
            9 => (3, 2),
            5..=8 => (0, 2),
            _ => (0, 0),
        };
        let part = |digits: &[char]| digits.iter().collect::<String>();
        [
            format!("+{}", part(country)),
            part(&national[..first]),
            "•••".to_owned(),
            part(&national[national.len() - last..]),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl serde::Serialize for PhoneNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

fn country_id(text: &str) -> Result<country::Id, AddressError> {
    text.parse().map_err(|_| AddressError::Country {
        given: harmless(text),
    })
}

fn parse(text: &str, policy: &PhonePolicy) -> Result<PhoneNumber, PhoneFault> {
    let plain = plain(text)?;
    if plain.starts_with("+39000") && (9..=16).contains(&plain.len()) {
        return Ok(PhoneNumber(plain));
    }
    refuse::short(plain.trim_start_matches("+39"))?;
    let number = if plain.starts_with('+') {
        international(&plain, policy)?
    } else {
        local(&plain, policy)?
    };
    let normal = format!("+{}{}", number.code().value(), number.national());
    refuse::kind(&number, &normal, policy)?;
    if policy.allows(number.country().id()) {
        Ok(PhoneNumber(normal))
    } else {
        Err(PhoneFault::CountryNotAllowed)
    }
}

fn international(
    plain: &str,
    policy: &PhonePolicy,
) -> Result<phonenumber::PhoneNumber, PhoneFault> {
    phonenumber::parse(None, plain).map_err(|error| match error {
        phonenumber::ParseError::InvalidCountryCode => PhoneFault::UnknownCountry,
        _ => PhoneFault::NotANumber(policy.default_country),
    })
}

/// Without a `+` the digits may or may not begin with the country code: `393 1234567` is a
/// mobile number and `39 333 1234567` another. The first reading that exists is the right one.
/// The library's own guess would take the 39 off both.
fn local(digits: &str, policy: &PhonePolicy) -> Result<phonenumber::PhoneNumber, PhoneFault> {
    let home = policy.home_code();
    let whole = international(&format!("+{home}{digits}"), policy);
    if whole.as_ref().is_ok_and(phonenumber::PhoneNumber::is_valid) {
        return whole;
    }
    if digits.starts_with(&home.to_string()) {
        let with_code = international(&format!("+{digits}"), policy)?;
        if with_code.is_valid() {
            return Ok(with_code);
        }
    }
    whole
}

/// Digits alone, with a `+` in front when a country code follows.
fn plain(text: &str) -> Result<String, PhoneFault> {
    let mut plain = String::with_capacity(16);
    for c in text.trim().chars() {
        match digit(c) {
            Some(digit) => plain.push(digit),
            None if matches!(c, '+' | '\u{ff0b}') && plain.is_empty() => plain.push('+'),
            None if c == ' ' || "-./()\u{a0}\u{2007}\u{202f}".contains(c) || is_dash(c) => {}
            // Copied from an address book, a number often brings such marks along.
            None if is_invisible(c) && !matches!(c, '\u{2028}' | '\u{2029}') => {}
            None if matches!(c, '+' | ',' | ';' | '#' | '*') => {
                return Err(PhoneFault::MoreThanOne);
            }
            None => return Err(PhoneFault::Character(c)),
        }
    }
    if let Some(rest) = plain.strip_prefix("00") {
        plain = format!("+{rest}");
    }
    match plain.len() {
        0 | 1 => Err(PhoneFault::Empty),
        2..=20 => Ok(plain),
        _ => Err(PhoneFault::MoreThanOne),
    }
}

/// Western digits, and the Arabic, Persian and full-width ones that mean the same.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 4] = [0x30, 0x660, 0x6f0, 0xff10];
    let value = ZEROS.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(zero)?;
        (value < 10).then_some(value)
    })?;
    char::from_digit(value, 10)
}

const fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// How many of the first digits are the country code (E.164 list of assigned codes).
fn country_code_length(digits: &[char]) -> usize {
    match digits {
        ['1' | '7', ..] => 1,
        ['2', '0' | '7', ..]
        | ['3', '0'..='4' | '6' | '9', ..]
        | ['4', '0' | '1' | '3'..='9', ..]
        | ['5', '1'..='8', ..]
        | ['6', '0'..='6', ..]
        | ['8', '1' | '2' | '4' | '6', ..]
        | ['9', '0'..='5' | '8', ..] => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests;
