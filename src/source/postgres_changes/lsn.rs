//! A place in the log of a PostgreSQL, as it writes it: two hexadecimal numbers with a slash. Whole
//! numbers behind it, so that places can be compared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a log has been read, in bytes since its beginning.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub(super) struct LogPlace(pub(super) u64);

impl FromStr for LogPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = |part: &str| u32::from_str_radix(part, 16).ok().map(u64::from);
        let parts = text.split_once('/');
        let place = parts.and_then(|(high, low)| Some(read(high)? << 32 | read(low)?));
        place
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no place in a log such as 0/16B3748"))
    }
}

impl TryFrom<String> for LogPlace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<LogPlace> for String {
    fn from(place: LogPlace) -> Self {
        place.to_string()
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for text in ["0/152CA50", "1A/0", "FFFFFFFF/FFFFFFFF"] {
            assert_eq!(text.parse::<LogPlace>().unwrap().to_string(), text);
        }
        let (before, after): (LogPlace, LogPlace) =
            ("9/FFFFFFFF".parse().unwrap(), "A/0".parse().unwrap());
        assert!(before < after);
        for wrong in ["", "0", "0/", "0/x", "1/123456789"] {
            assert!(wrong.parse::<LogPlace>().is_err(), "{wrong}");
        }
    }
}
