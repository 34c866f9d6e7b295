//! Who an SMS says it is from. Networks drop, or replace, what they cannot show; and they do so
//! without a word, so it is refused here.

use crate::channel::SetupError;
use crate::domain::limits::{SENDER_DIGITS, SENDER_LETTERS};

/// Whether networks take it: a number, or a name with at least one letter (3GPP TS 23.040
/// §9.1.2.5 leaves room for eleven).
pub(super) fn check(provider: &str, from: &str) -> Result<(), SetupError> {
    let problem = match from.trim_start_matches('+') {
        digits if digits.chars().all(|c| c.is_ascii_digit()) => number(digits.len()),
        _ => name(from),
    };
    match problem {
        None => Ok(()),
        Some(problem) => Err(SetupError::new(provider, problem)),
    }
}

fn number(digits: usize) -> Option<String> {
    let fits = (1..=SENDER_DIGITS).contains(&digits);
    (!fits).then(|| {
        format!("`from` is a number of {digits} digits; write 1 to {SENDER_DIGITS}, or a name")
    })
}

fn name(from: &str) -> Option<String> {
    let fits = |c: &char| c.is_ascii_alphanumeric() || " .-_&+".contains(*c);
    if let Some(odd) = from.chars().find(|c| !fits(c)) {
        return Some(format!(
            "`from` holds {odd:?}, which networks do not take; use letters A-Z, digits, blanks and .-_&+"
        ));
    }
    let length = from.len();
    (length > SENDER_LETTERS).then(|| {
        format!("`from` has {length} characters; networks take {SENDER_LETTERS} of a name at most")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_networks_show_is_taken() {
        for right in [
            "ARALDO",
            "Enel Energia",
            "3399",
            "+390512345678",
            "A2A-Info",
        ] {
            let length = right.len();
            let outcome = check("g", right).is_ok();
            assert_eq!(outcome, length <= 11 || right.starts_with('+'), "{right}");
        }
        let said = |from| check("g", from).unwrap_err().to_string();
        assert!(said("ServiziEsempioSpaIta").contains("has 20 characters"));
        assert!(said("Città").contains("'à'"));
        assert!(said("").contains("0 digits"));
        assert!(said("1234567890123456").contains("16 digits"));
    }
}
