//! Which language a page is in before anybody is known: the reader's browser says it.

use axum::http::{HeaderMap, header};

use crate::domain::language::Language;

/// Languages of the header that are looked at; browsers send a handful.
const LOOKED_AT: usize = 20;

/// The language that the browser wants most of those the console speaks; nothing: it wants others.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?;
    header.to_str().ok().and_then(wanted)
}

/// The best of `it-IT,it;q=0.9,en;q=0.8`. Of two that are wanted alike, the first.
fn wanted(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for part in header.split(',').take(LOOKED_AT) {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let Some(language) = Language::of(&tag.trim().to_ascii_lowercase()) else {
            continue;
        };
        let weight = thousandths(weight);
        if weight > best.map_or(0, |(most, _)| most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// `q=0.8` as 800; without it 1000, and what cannot be read counts as not wanted.
fn thousandths(weight: &str) -> u16 {
    let Some(number) = weight.trim().strip_prefix("q=") else {
        return 1_000;
    };
    let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    if whole == "1" {
        return 1_000;
    }
    let part: u16 = format!("{part:0<3}").parse().unwrap_or(0);
    part.min(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wanted_most_and_spoken_is_taken() {
        for (header, language) in [
            ("it-IT,it;q=0.9,en;q=0.8", Some(Language::Italian)),
            ("en-GB, it;q=0.9", Some(Language::English)),
            ("de-AT,de;q=0.9,it;q=0.4,en;q=0.5", Some(Language::English)),
            ("IT", Some(Language::Italian)),
            ("it;q=0,en;q=0.1", Some(Language::English)),
            ("it;q=0", None),
            ("fr,de", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(wanted(header), language, "{header}");
        }
    }
}
