//! What was sent and may be a secret, taken out of what a server said: some repeat the whole query, as it
//! came or in a form of their own. It is found however its letters are written.

use url::Url;

use super::in_clear::names_a_secret;
use crate::source::fault::SourceFault;
use crate::text::sanitize;

/// What stands in its place.
const MASK: &str = "***";
/// A part of an address that is as long as this may be a token, whatever it is called.
const LONG: usize = 16;
/// So many letters at the end of a quote that was cut are taken for the beginning of a secret.
const CUT: usize = 4;
/// The longest way in which one byte is written, in bytes.
const LONGEST_ESCAPE: usize = 6;
/// A fault repeats no more than this, in characters.
const QUOTED: usize = 1_000;

/// A fault without what may be secret in the address that was asked.
pub(in crate::source) fn without_secrets(fault: SourceFault, asked: &str) -> SourceFault {
    let secrets = secrets(asked);
    let clean = |why: &str| {
        let masked = secrets
            .iter()
            .fold(why.to_owned(), |text, secret| masked(&text, secret));
        sanitize::excerpt(&masked, QUOTED)
    };
    match fault {
        SourceFault::Away(why) => SourceFault::Away(clean(&why)),
        SourceFault::Refused(why) => SourceFault::Refused(clean(&why)),
        SourceFault::Unexpected(why) => SourceFault::Unexpected(clean(&why)),
    }
}

/// The longest first: one may be a part of another.
fn secrets(asked: &str) -> Vec<String> {
    let Ok(url) = Url::parse(asked) else {
        return Vec::new();
    };
    let is_secret = |name: &str, value: &str| match names_a_secret(name) {
        true => !value.is_empty(),
        false => value.len() >= LONG,
    };
    let in_query = url.query_pairs();
    let in_query = in_query.filter(|(name, value)| is_secret(name, value));
    let in_path = url.path_segments().into_iter().flatten();
    let in_path = in_path.filter(|part| part.len() >= LONG);
    let mut all: Vec<String> = in_query
        .map(|(_, value)| value.into_owned())
        .chain(in_path.map(str::to_owned))
        .collect();
    all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    all
}

fn masked(text: &str, secret: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let written = length(rest.as_bytes(), secret.as_bytes());
        if let Some(behind) = written.and_then(|length| rest.get(length..)) {
            clean.push_str(MASK);
            rest = behind;
        } else {
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    clean
}

/// How long the secret is that stands at the beginning of a text, if it does, or as much of it as there is.
fn length(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (known, wanted) in secret.iter().enumerate() {
        let rest = text.get(at..)?;
        match written(rest, *wanted) {
            Some(length) => at += length,
            None => return (known >= CUT && is_cut(rest)).then_some(text.len()),
        }
    }
    Some(at)
}

/// Whether a text ends here, in the midst of a letter at most.
fn is_cut(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [first, ..] => rest.len() < LONGEST_ESCAPE && matches!(first, b'%' | b'\\' | b'&'),
    }
}

/// How many bytes write this one: as it is, in an address, in a form, in JSON, or in a page.
fn written(text: &[u8], wanted: u8) -> Option<usize> {
    let is_hex = |high: u8, low: u8| {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        digit(high)
            .zip(digit(low))
            .map(|(high, low)| high * 16 + low)
            == Some(u32::from(wanted))
    };
    match text {
        [b'%', b'2', b'5', high, low, ..] if is_hex(*high, *low) => Some(5),
        [b'%', high, low, ..] if is_hex(*high, *low) => Some(3),
        [b'\\', b'u', b'0', b'0', high, low, ..] if is_hex(*high, *low) => Some(6),
        [b'&', b'a', b'm', b'p', b';', ..] if wanted == b'&' => Some(5),
        [b'\\', next, ..] if *next == wanted => Some(2),
        [b'+', ..] if wanted == b' ' => Some(1),
        [first, ..] if *first == wanted => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(why: &str) -> String {
        let asked = "https://a.example/v2?api_key=c4n%26a%2Fry+%C3%A8&open=1";
        let fault = SourceFault::Refused(why.to_owned());
        without_secrets(fault, asked).to_string()
    }

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        for written in [
            "c4n&a/ry è",
            "c4n%26a%2Fry+%C3%A8",
            "c4n%26a%2fry%20%c3%a8",
            "c4n%26a/ry%20è",
            "c4n%2526a%252Fry%2520%25C3%25A8",
            "c4n\\u0026a\\/ry è",
            "c4n&amp;a/ry è",
        ] {
            let said = said(&format!("GET ?api_key={written}&open=1 is wrong"));
            assert_eq!(said, "it refuses: GET ?api_key=***&open=1 is wrong");
        }
        assert_eq!(said("the key c4n%26a%2"), "it refuses: the key ***");
        assert_eq!(said("403 c4n is no key"), "it refuses: 403 c4n is no key");
    }

    #[test]
    fn a_long_part_of_an_address_is_a_secret_whatever_it_is_called() {
        let fault = SourceFault::Unexpected("no /c4nary-c4nary-c4nary for t=1".to_owned());
        let asked = "https://a.example/c4nary-c4nary-c4nary/feed?t=1";
        let said = without_secrets(fault, asked).to_string();
        assert_eq!(said, "no /*** for t=1");
    }

    #[test]
    fn no_more_than_a_short_piece_of_an_answer_is_repeated() {
        let said = without_secrets(SourceFault::Away("x".repeat(100_000)), "https://a.example/");
        assert!(said.to_string().len() < 2 * QUOTED);
    }
}
