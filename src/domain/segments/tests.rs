//! Known lengths, and what holds for every text.

use proptest::prelude::*;

use super::*;

fn cost(text: &str) -> (Alphabet, usize, usize, usize) {
    let measured = measure(text);
    (
        measured.alphabet,
        measured.units,
        measured.count,
        measured.left_in_last,
    )
}

/// The texts of the segments, in order; together they are `text`.
fn split(text: &str) -> Vec<String> {
    cut(text).into_iter().map(str::to_owned).collect()
}

#[test]
fn the_limits_are_160_153_and_70_67() {
    use Alphabet::{Gsm7, Ucs2};
    for (text, expected) in [
        (String::new(), (Gsm7, 0, 0, 160)),
        ("a".repeat(160), (Gsm7, 160, 1, 0)),
        ("a".repeat(161), (Gsm7, 161, 2, 145)),
        ("a".repeat(306), (Gsm7, 306, 2, 0)),
        ("a".repeat(307), (Gsm7, 307, 3, 152)),
        ("à".repeat(160), (Gsm7, 160, 1, 0)),
        ("€".repeat(80), (Gsm7, 160, 1, 0)),
        ("È".repeat(70), (Ucs2, 70, 1, 0)),
        ("È".repeat(71), (Ucs2, 71, 2, 63)),
        ("È".repeat(134), (Ucs2, 134, 2, 0)),
        ("È".repeat(135), (Ucs2, 135, 3, 66)),
        ("😀".repeat(35), (Ucs2, 70, 1, 0)),
    ] {
        assert_eq!(cost(&text), expected, "{} characters", text.chars().count());
    }
}

#[test]
fn an_escape_pair_is_never_cut() {
    let text = format!("{}€{}", "a".repeat(152), "b".repeat(20));
    let parts = split(&text);
    assert_eq!(parts[0], "a".repeat(152));
    assert!(parts[1].starts_with('€'));
    // 81 pairs: 76 fit a segment of 153, so that one septet of it stays empty.
    assert_eq!(cost(&"€".repeat(81)), (Alphabet::Gsm7, 162, 2, 143));
    assert_eq!(split(&"€".repeat(153)).len(), 3);
}

#[test]
fn a_surrogate_pair_is_never_cut() {
    let text = format!("{}😀{}", "è".repeat(66), "b".repeat(20));
    let parts = split(&text);
    assert_eq!(parts[0], "è".repeat(66));
    assert!(parts[1].starts_with('😀'));
}

#[test]
fn the_character_that_makes_it_dear_is_named_with_its_replacement() {
    assert_eq!(measure("La luce è tornata").first_foreign, None);
    let named = |text| measure(text).first_foreign;
    assert_eq!(named("È tornata"), Some(('È', Some("E'"))));
    assert_eq!(named("l’energia"), Some(('’', Some("'"))));
    assert_eq!(named("Grazie 😀"), Some(('😀', None)));
    assert_eq!(named("perche\u{200b}"), Some(('\u{200b}', Some(""))));
}

fn any_sms() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zàèéìòù€\\[\\]{}|~^\n ]{0,700}",
        "[a-zÈ😀€’ ]{0,300}",
        "\\PC{0,200}",
    ]
}

proptest! {
    #[test]
    fn the_parts_are_the_whole_and_each_fits(text in any_sms()) {
        let measured = measure(&text);
        let parts = split(&text);
        prop_assert_eq!(parts.concat(), text.as_str());
        prop_assert_eq!(parts.len(), measured.count);
        let size = |part: &str| part.chars().map(|c| measured.alphabet.units(c)).sum::<usize>();
        for part in &parts {
            prop_assert!(!part.is_empty() && size(part) <= measured.per_segment);
        }
        // All but the last are as full as a pair allows.
        for part in parts.iter().rev().skip(1) {
            prop_assert!(size(part) + 1 >= measured.per_segment);
        }
        let last = parts.last().map_or(0, |part| size(part));
        prop_assert_eq!(measured.left_in_last, measured.per_segment - last);
        prop_assert_eq!(measured.first_foreign.is_some(), measured.alphabet == Alphabet::Ucs2);
    }
}
