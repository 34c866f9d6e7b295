//! The GSM default alphabet and its extension table (3GPP TS 23.038 §6.2.1 and §6.2.1.1).

/// One septet each. Escape (0x1B) is not a character and stands in neither list.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Two septets each: escape and a code.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// What stands before a code of the extension table.
const ESCAPE: u8 = 0x1b;
/// The codes of [`EXTENSION`], in its order.
const EXTENSION_CODES: [u8; 10] = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];

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

/// One septet in each octet; a question mark for what the alphabet lacks.
pub(super) fn write(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Some(code) = code(c) {
            octets.push(code);
        } else if let Some(at) = EXTENSION.chars().position(|its| its == c) {
            octets.extend([ESCAPE, EXTENSION_CODES[at]]);
        } else {
            octets.push(b'?');
        }
    }
    octets
}

/// The reverse of [`write`]. An escape before what the extension table lacks is passed over, as handsets
/// do (3GPP TS 23.038 §6.2.1.1); the eighth bit says nothing.
pub(super) fn read(octets: &[u8]) -> String {
    let letters: Vec<char> = BASIC.chars().collect();
    let mut text = String::with_capacity(octets.len());
    let mut escaped = false;
    for octet in octets.iter().map(|octet| octet & 0x7f) {
        if octet == ESCAPE {
            escaped = true;
            continue;
        }
        let extension = EXTENSION_CODES.iter().position(|code| *code == octet);
        let dear = extension.and_then(|at| EXTENSION.chars().nth(at));
        let at = usize::from(octet) - usize::from(octet > ESCAPE);
        let basic = letters.get(at).copied().unwrap_or('?');
        text.push(dear.filter(|_| escaped).unwrap_or(basic));
        escaped = false;
    }
    text
}

fn code(c: char) -> Option<u8> {
    // These stand where ASCII has them.
    if c.is_ascii_alphanumeric() || c == ' ' {
        return u8::try_from(c).ok();
    }
    let at = BASIC.chars().position(|its| its == c)?;
    // The escape stands among them and is no character.
    let code = u8::try_from(at).ok()?;
    Some(code + u8::from(code >= ESCAPE))
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
    fn each_character_has_the_code_of_the_standard_and_is_read_back() {
        assert_eq!(
            write("@è\nÉ A€"),
            [0x00, 0x04, 0x0a, 0x1f, 0x20, 0x41, 0x1b, 0x65]
        );
        assert_eq!(
            write("ÆÜ§¿zäà[]"),
            [28, 94, 95, 96, 122, 123, 127, 27, 60, 27, 62]
        );
        assert_eq!(write("È"), b"?");
        let all: String = BASIC.chars().chain(EXTENSION.chars()).collect();
        assert_eq!(read(&write(&all)), all);
        assert_eq!(read(&[0x1b, 0x41, 0x1b]), "A");
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
