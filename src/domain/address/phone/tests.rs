//! What people write, and what must come of it.

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<String, PhoneFault> {
    parse(text, &PhonePolicy::default()).map(|number| number.as_str().to_owned())
}

#[test]
fn every_way_of_writing_an_italian_mobile_number_gives_one_form() {
    for text in [
        "3331234567",
        "333 1234567",
        "333-123.45.67",
        "00393331234567",
        "0039 333 1234567",
        "+39 333-1234567",
        "(+39) 333/1234567",
        "+39\u{a0}333\u{a0}1234567",
        " +393331234567 ",
        "\u{202a}+39 333 1234567\u{202c}",
        "\u{663}\u{663}\u{663}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}",
        "\u{ff0b}\u{ff13}\u{ff19}3331234567",
    ] {
        assert_eq!(parsed(text), Ok("+393331234567".to_owned()), "{text}");
    }
}

#[test]
fn a_number_that_begins_with_39_is_taken_for_what_its_length_says() {
    assert_eq!(parsed("393 1234567"), Ok("+393931234567".to_owned()));
    assert_eq!(parsed("39 333 1234567"), Ok("+393331234567".to_owned()));
    assert_eq!(parsed("+39 393 1234567"), Ok("+393931234567".to_owned()));
}

#[test]
fn numbers_of_other_countries_keep_their_code() {
    for (text, normal) in [
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0044 7912 345678", "+447912345678"),
        ("+44 (0)7912 345678", "+447912345678"),
        ("+1 650 253 0000", "+16502530000"),
        ("+41 79 123 45 67", "+41791234567"),
        ("+40 712 034 567", "+40712034567"),
    ] {
        assert_eq!(parsed(text), Ok(normal.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_ones_own_mobile_number_is_refused_with_its_reason() {
    use PhoneFault as F;
    for (text, fault) in [
        ("", F::Empty),
        ("  ", F::Empty),
        ("+", F::Empty),
        ("112", F::Emergency),
        ("118", F::Emergency),
        ("+39118", F::Emergency),
        ("0039 115", F::Emergency),
        ("116117", F::Emergency),
        ("187", F::Short),
        ("48123", F::Short),
        ("899 123456", F::Premium),
        ("+39 892 100 100", F::Premium),
        ("199 123 456", F::Premium),
        ("+1 900 234 5678", F::Premium),
        ("+979 123456789", F::Premium),
        ("800 123456", F::Service),
        ("+44 70 1234 5678", F::Service),
        ("+870 773 123 456", F::WorldWide),
        ("+8816 1234 5678", F::WorldWide),
        ("051 123456", F::FixedLine),
        ("+39 06 6982 1234", F::FixedLine),
        ("333 123456x", F::Character('x')),
        ("tel:+393331234567", F::Character('t')),
        ("333\n1234567", F::Character('\n')),
        ("3331234567, 3337654321", F::MoreThanOne),
        ("3331234567 int. 12", F::Character('i')),
        ("33312345673337654321999", F::MoreThanOne),
        ("+999 123 456 789", F::UnknownCountry),
        ("333 123", F::Short),
        ("333 12345", F::NotANumber(country::IT)),
    ] {
        assert_eq!(parsed(text), Err(fault), "{text}");
    }
}

#[test]
fn numbers_that_cannot_be_real_are_the_sandbox() {
    for text in [
        "+390000001",
        "+39000123401",
        "0039 000 123 401",
        "+39000000000002",
    ] {
        let number = parsed(text).unwrap();
        assert!(number.starts_with("+39000"), "{number}");
    }
    assert!(parsed("+3900012345678901").is_err(), "E.164 has 15 digits");
}

#[test]
fn the_error_names_the_value_and_what_would_be_right() {
    let error = PhoneNumber::parse("118", &PhonePolicy::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`118` cannot be used for SMS: it is an emergency number; give the client's own mobile number"
    );
    let error = PhoneNumber::parse("333\r\n\u{202e}x", &PhonePolicy::default()).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains(['\r', '\n', '\u{202e}']), "{text}");
}

#[test]
fn only_allowed_countries_are_let_in() {
    let policy = PhonePolicy::new("IT", &["IT", "CH"]).unwrap();
    assert!(PhoneNumber::parse("3331234567", &policy).is_ok());
    assert!(PhoneNumber::parse("+41791234567", &policy).is_ok());
    assert!(PhoneNumber::parse("+39000123401", &policy).is_ok());
    assert_eq!(
        parse("+447912345678", &policy),
        Err(PhoneFault::CountryNotAllowed)
    );
    let caribbean = "+18765551234";
    assert_eq!(
        parse(caribbean, &policy),
        Err(PhoneFault::CountryNotAllowed)
    );
    let swiss = PhonePolicy::new("CH", &[] as &[&str]).unwrap();
    assert_eq!(
        parse("079 123 45 67", &swiss).unwrap().as_str(),
        "+41791234567"
    );
    assert!(PhonePolicy::new("Italy", &[] as &[&str]).is_err());
}

#[test]
fn the_mask_hides_at_least_three_digits() {
    for (stored, masked) in [
        ("+393331234567", "+39 333 ••• 4567"),
        ("+16502530000", "+1 650 ••• 0000"),
        ("+39000123401", "+39 000 ••• 01"),
        ("+390000001", "+39 ••• 01"),
        ("", "+ •••"),
        ("+1", "+1 •••"),
    ] {
        assert_eq!(PhoneNumber::from_stored(stored.to_owned()).masked(), masked);
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_number_or_a_reason(text in "\\PC{0,40}") {
        if let Ok(number) = parsed(&text) {
            prop_assert!(number.starts_with('+') && (8..=16).contains(&number.len()));
            prop_assert!(number[1..].bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn an_italian_mobile_number_is_the_same_with_and_without_its_code(
        mobile in "3[2-9][0-9]{8}",
    ) {
        let normal = Ok(format!("+39{mobile}"));
        for prefix in ["", "39", "+39", "0039"] {
            prop_assert_eq!(parsed(&format!("{prefix}{mobile}")), normal.clone());
        }
    }

    #[test]
    fn what_was_let_in_once_is_let_in_again_unchanged(digits in "(\\+|00)?[0-9 -]{6,16}") {
        if let Ok(number) = parsed(&digits) {
            prop_assert_eq!(parsed(&number), Ok(number.clone()));
        }
    }
}
