//! Sizes as PostgreSQL's own settings write them: `500MB`, `2GB`, each step 1024 times the one before.

use serde::{Deserialize as _, Deserializer, de::Error as _};

const UNITS: [(&str, u64); 3] = [("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];

/// Reads `500MB`, `2GB` and the like; in bytes.
pub(super) fn byte_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not a size such as `500MB` or `2GB`")))
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))?;
    let number: u64 = number.trim().parse().ok()?;
    number.checked_mul(factor)
}

/// A size for people, in the largest unit of which there is at least one.
pub(super) fn shown(bytes: u64) -> String {
    let unit = UNITS.iter().rev().find(|(_, factor)| bytes >= *factor);
    match unit {
        None => format!("{} kB", bytes >> 10),
        Some((unit, factor)) => {
            let tenths = bytes / (factor / 10);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_postgresql_writes_it() {
        assert_eq!(parse("2GB"), Some(2 << 30));
        assert_eq!(parse(" 500 MB "), Some(500 << 20));
        for wrong in ["", "2", "GB", "2gb", "-1GB", "1.5GB", "99999999999TB"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_size_is_shown_in_words_that_people_compare() {
        assert_eq!(shown(900 << 10), "900 kB");
        assert_eq!(shown(3 << 29), "1.5 GB");
        assert_eq!(shown(2 << 40), "2.0 TB");
    }
}
