//! What could stand for a character that GSM-7 lacks without changing what a text says: named to
//! whoever writes the text, who decides.
//!
//! One `È` turns 160 characters into 70. What has no honest replacement (another script, an
//! emoji) has none here: a dear message is better than a mutilated one.

use super::alphabet::is_gsm;
use crate::text::invisible::is_invisible;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_replacement_is_gsm_itself() {
        for c in ('\0'..='\u{ffff}').filter(|c| replacement(*c).is_some()) {
            assert!(!is_gsm(c), "{c:?}");
            let instead = replacement(c).unwrap();
            assert!(instead.chars().all(is_gsm), "{c:?} becomes {instead:?}");
        }
    }
}
