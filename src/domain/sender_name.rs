//! What an SMS may say it is from. Italy registers names (AGCOM, delibera 12/23/CIR): what does not
//! fit the register's rules is replaced by a number or dropped on the way, and nobody is told.
//!
//! That a name is registered cannot be known here, nor that it names the company and no person; both
//! are asked by the provider when the name is registered.

use super::limits::{SENDER_DIGITS, SENDER_LETTERS, SENDER_LETTERS_LEAST};

/// Names that say nothing about who sends.
const GENERIC: [&str; 8] = [
    "alert",
    "avviso",
    "info",
    "message",
    "messaggio",
    "news",
    "notice",
    "sms",
];

/// Why networks would not show a sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SenderFault {
    #[error("it is a number of {0} digits; write 1 to {SENDER_DIGITS}, or a name")]
    Digits(usize),
    #[error("it holds {0:?}; a registered name has letters A-Z, digits, blanks and `/` only")]
    Character(char),
    #[error(
        "it has {0} characters; a registered name has {SENDER_LETTERS_LEAST} to {SENDER_LETTERS}"
    )]
    Length(usize),
    #[error("a registered name begins with a letter, not with a digit")]
    Digit,
    #[error("a registered name does not begin or end with a blank or `/`")]
    Edge,
    #[error("`{0}` names nobody; a registered name names the company or its brand")]
    Generic(String),
}

/// Whether a number, or a name, can be the sender of an SMS.
pub fn check_sender(from: &str) -> Result<(), SenderFault> {
    let digits = from.strip_prefix('+').unwrap_or(from);
    if digits.chars().all(|c| c.is_ascii_digit()) {
        let fits = (1..=SENDER_DIGITS).contains(&digits.len());
        return match fits {
            true => Ok(()),
            false => Err(SenderFault::Digits(digits.len())),
        };
    }
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '/');
    if let Some(odd) = from.chars().find(|c| !fits(c)) {
        return Err(SenderFault::Character(odd));
    }
    if !(SENDER_LETTERS_LEAST..=SENDER_LETTERS).contains(&from.len()) {
        return Err(SenderFault::Length(from.len()));
    }
    if from.starts_with([' ', '/']) || from.ends_with([' ', '/']) {
        return Err(SenderFault::Edge);
    }
    if from.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(SenderFault::Digit);
    }
    match GENERIC.contains(&from.to_ascii_lowercase().as_str()) {
        true => Err(SenderFault::Generic(from.to_owned())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_a_name_of_the_register_is_taken() {
        for right in [
            "ARALDO",
            "Comune Roma",
            "Q8",
            "A2A",
            "+390512345678",
            "3399",
            "Gas/Luce",
        ] {
            assert_eq!(check_sender(right), Ok(()), "{right}");
        }
    }

    #[test]
    fn each_rule_of_the_register_is_said_by_itself() {
        use SenderFault::{Character, Digit, Digits, Edge, Generic, Length};
        for (wrong, fault) in [
            ("", Digits(0)),
            ("1234567890123456", Digits(16)),
            ("Città", Character('à')),
            ("A2A-Info", Character('-')),
            ("ServizioClienti", Length(15)),
            ("A", Length(1)),
            ("3 Italia", Digit),
            (" Araldo", Edge),
            ("Araldo/", Edge),
            ("Info", Generic("Info".to_owned())),
        ] {
            assert_eq!(check_sender(wrong), Err(fault), "{wrong}");
        }
    }
}
