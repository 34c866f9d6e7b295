//! Text as it is searched: a person who types `lukasz` finds `Łukasz`.

use unicode_normalization::UnicodeNormalization as _;

/// Lower case, without accents; apostrophes are straight. Databases fold only ASCII, or by a locale
/// nobody chose. Scripts that have no accents stay as they are.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    let bare = lower.nfd().filter(|c| !is_accent(*c)).nfc();
    let mut folded = String::with_capacity(text.len());
    for c in bare {
        match plain(c) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(c),
        }
    }
    folded
}

/// A mark over, under or through the letter before it (Combining Diacritical Marks).
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Letters that Unicode does not take apart, as they are typed on a keyboard without them.
const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'þ' => "th",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        '’' | '‘' | 'ʼ' => "'",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_searched_without_case_and_accents() {
        for (name, folded) in [
            ("NICOLÒ D’Ançona", "nicolo d'ancona"),
            ("Nicolo\u{300}", "nicolo"),
            ("Łukasz Dąbrowski", "lukasz dabrowski"),
            ("Jiří Řehoř", "jiri rehor"),
            ("Őrsi Ágnes", "orsi agnes"),
            ("Gdańsk, Şebnem, Ștefan", "gdansk, sebnem, stefan"),
            ("Đorđe Ðór", "dorde dor"),
            ("İpek Işık", "ipek isik"),
            ("Weiß, WEISS", "weiss, weiss"),
            ("Søren Ærø", "soren aero"),
            ("Андрей", "андреи"),
            ("김민준 王芳", "김민준 王芳"),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(name in "\\PC{0,12}") {
            let folded = fold(&name);
            proptest::prop_assert_eq!(fold(&folded), folded);
        }
    }
}
