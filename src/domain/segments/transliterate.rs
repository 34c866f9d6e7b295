//! Replacements that keep a text within GSM-7 without changing what it says.
//!
//! One `È` turns 160 characters into 70. What has no honest replacement (another script, an
//! emoji) is left as it is: a dear message is better than a mutilated one.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::alphabet::is_gsm;
use crate::text::folded::is_accent;
use crate::text::invisible::{is_invisible, joints};

/// The text with every replaceable character replaced; invisible marks are dropped, save those
/// that hold an emoji together.
#[must_use]
pub fn transliterate(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut replaced = false;
    for (c, joint) in joints(&composed(text)) {
        // An accent on a letter that has just lost its own would give it another.
        if replaced && is_accent(c) {
            continue;
        }
        let instead = replacement(c).filter(|_| !joint);
        replaced = instead.is_some();
        match instead {
            Some(instead) => plain.push_str(instead),
            None => plain.push(c),
        }
    }
    plain
}

/// What may stand for a character that GSM-7 lacks; `None` when nothing can, or need not.
#[must_use]
pub fn replacement(c: char) -> Option<&'static str> {
    if is_gsm(c) {
        return None;
    }
    punctuation(c)
        .or_else(|| letter(c))
        .or_else(|| invisible(c))
}

const fn punctuation(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => "\"",
        '‹' => "<",
        '›' => ">",
        '‐'..='―' | '−' | '•' | '‣' | '◦' => "-",
        '…' => "...",
        '·' => ".",
        '×' => "x",
        '°' | 'º' => "o",
        'ª' => "a",
        '²' => "2",
        '³' => "3",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        '№' => "n.",
        '©' => "(C)",
        '®' => "(R)",
        '™' => "(TM)",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        _ => return None,
    })
}

/// Italian capitals keep their accent as an apostrophe, as everyone writes them; the letters of
/// other languages lose theirs, which their readers are used to.
const fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'À' => "A'",
        'È' => "E'",
        'Ì' => "I'",
        'Ò' => "O'",
        'Ù' => "U'",
        'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' => "A",
        'á' | 'â' | 'ã' | 'ā' | 'ă' | 'ą' => "a",
        'Ć' | 'Č' | 'Ĉ' => "C",
        'ç' | 'ć' | 'č' | 'ĉ' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'Ê' | 'Ë' | 'Ē' | 'Ę' | 'Ě' | 'Ė' => "E",
        'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'ė' => "e",
        'Ğ' | 'Ģ' => "G",
        'ğ' | 'ģ' => "g",
        'Í' | 'Î' | 'Ï' | 'Ī' | 'İ' => "I",
        'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'Ķ' => "K",
        'ķ' => "k",
        'Ł' | 'Ľ' | 'Ĺ' | 'Ļ' => "L",
        'ł' | 'ľ' | 'ĺ' | 'ļ' => "l",
        'Ń' | 'Ň' | 'Ņ' => "N",
        'ń' | 'ň' | 'ņ' => "n",
        'Ó' | 'Ô' | 'Õ' | 'Ō' => "O",
        'ó' | 'ô' | 'õ' | 'ō' => "o",
        'Ő' => "Ö",
        'ő' => "ö",
        'Œ' => "OE",
        'œ' => "oe",
        'Ŕ' | 'Ř' => "R",
        'ŕ' | 'ř' => "r",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'Ţ' | 'Ț' | 'Ť' => "T",
        'ţ' | 'ț' | 'ť' => "t",
        'Ú' | 'Û' | 'Ū' | 'Ů' => "U",
        'ú' | 'û' | 'ū' | 'ů' => "u",
        'Ű' => "Ü",
        'ű' => "ü",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        'ẞ' => "SS",
        _ => return None,
    })
}

/// Zero-width marks, direction marks and control characters: nothing to read, and some deceive.
fn invisible(c: char) -> Option<&'static str> {
    (c.is_control() || is_invisible(c)).then_some("")
}

/// Letter and combining mark become one letter: some systems store `è` as `e` and U+0300.
fn composed(text: &str) -> Cow<'_, str> {
    if !text.contains(is_accent) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_italian_becomes_gsm_and_reads_the_same() {
        for (text, plain) in [
            ("È tornata la luce", "E' tornata la luce"),
            ("l’energia – domani…", "l'energia - domani..."),
            ("«Città» “sicura”", "\"Città\" \"sicura\""),
            ("10\u{a0}° piano", "10 o piano"),
            ("perche\u{301} no", "perché no"),
            ("E\u{300} cosi\u{300}", "E' così"),
            ("Garçon Çelik", "Garcon Çelik"),
            ("Gda\u{144}sk Gdan\u{301}sk o\u{30b}", "Gdansk Gdansk ö"),
            ("Jiří Łukasz Ștefan", "Jiri Lukasz Stefan"),
            ("a\u{200b}b\u{202e}c\u{feff}\0d", "abcd"),
            ("Già GSM: € [ok]\nà", "Già GSM: € [ok]\nà"),
            ("Привет 😀", "Привет 😀"),
            (
                "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
                "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            ),
            ("©\u{fe0f} 2026™\u{fe0f}", "(C) 2026(TM)"),
        ] {
            assert_eq!(transliterate(text), plain, "{text}");
        }
    }

    #[test]
    fn every_replacement_is_gsm_itself() {
        for c in ('\0'..='\u{ffff}').filter(|c| replacement(*c).is_some()) {
            assert!(!is_gsm(c), "{c:?}");
            let instead = replacement(c).unwrap();
            assert!(instead.chars().all(is_gsm), "{c:?} becomes {instead:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn replacing_twice_changes_nothing(
            text in "[a1…©◦™°e\u{301}\u{200b}\u{200d}\u{fe0f}\u{20e3}👨👩❤☎è\u{0}]{0,12}"
        ) {
            let plain = transliterate(&text);
            proptest::prop_assert_eq!(transliterate(&plain), plain);
        }
    }
}
