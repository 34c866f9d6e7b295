//! What a network carries with coding 0: the GSM alphabet (3GPP TS 23.038 §6.2.1), and a question
//! mark for the rest. Written apart from Araldo's own table, which it is there to judge.

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// A text as a handset shows it.
pub(super) fn shown(text: &str, coding: u8) -> String {
    let carried = |c| coding != 0 || BASIC.contains(c) || EXTENSION.contains(c);
    text.chars()
        .map(|c| if carried(c) { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_128_characters_without_the_escape_and_ten_more() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        assert_eq!(shown("Perché È 5€?", 0), "Perché ? 5€?");
        assert_eq!(shown("È già 👍", 2), "È già 👍");
    }
}
