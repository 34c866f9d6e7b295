//! The GSM default alphabet and its extension table (3GPP TS 23.038 §6.2.1 and §6.2.1.1).

/// One septet each. Escape (0x1B) is not a character and stands in neither list.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Two septets each: escape and a code.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets of a character below U+0080; 0 where the alphabet lacks it. Most texts need no more.
const ASCII: [u8; 128] = ascii();

/// Whether the alphabet has this character.
#[must_use]
pub(super) fn is_gsm(c: char) -> bool {
    septets(c).is_some()
}

/// Septets the character takes, or `None` when the alphabet lacks it.
pub(super) fn septets(c: char) -> Option<usize> {
    if c.is_ascii() {
        let septets = ASCII[c as usize];
        (septets > 0).then_some(usize::from(septets))
    } else if BASIC.contains(c) {
        Some(1)
    } else {
        EXTENSION.contains(c).then_some(2)
    }
}

const fn ascii() -> [u8; 128] {
    let mut table = [0; 128];
    mark(&mut table, BASIC.as_bytes(), 1);
    mark(&mut table, EXTENSION.as_bytes(), 2);
    table
}

const fn mark(table: &mut [u8; 128], text: &[u8], septets: u8) {
    let mut at = 0;
    while at < text.len() {
        // Bytes of longer characters are 0x80 and above, and are not meant here.
        if text[at] < 128 {
            table[text[at] as usize] = septets;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_the_size_the_standard_gives_them() {
        assert_eq!(BASIC.chars().count(), 127, "128 less escape");
        assert_eq!(EXTENSION.chars().count(), 10);
        let all: std::collections::BTreeSet<char> =
            BASIC.chars().chain(EXTENSION.chars()).collect();
        assert_eq!(all.len(), 137, "no character twice");
    }

    #[test]
    fn the_traps_of_everyday_italian_are_known() {
        for c in "àèéìòùÉÇ€@\n\r".chars() {
            assert!(is_gsm(c), "{c}");
        }
        for c in "ÈÀÌÒÙç’‘“”«»–—…°áíóú`\t\u{a0}\u{1b}\0\u{7f}".chars() {
            assert!(!is_gsm(c), "{c:?}");
        }
    }
}
