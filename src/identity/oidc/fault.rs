//! Why nobody came in by a provider. Words of claims stand here, values never.

/// Characters of a provider's word for a fault.
const LONGEST_WORD: usize = 60;

/// Why a sign-in by a provider came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcFault {
    /// It does not answer, or not as one of its kind.
    #[error("it cannot be asked: {0}")]
    Away(String),
    /// It gives no token for this code, or the person turned back; its own word for that.
    #[error("it refuses: {0}")]
    Refused(String),
    #[error("the claim `{0}` is missing in the ID token")]
    Missing(String),
    #[error("the claim `{claim}` of the ID token is not right: {why}")]
    Wrong { claim: String, why: &'static str },
    /// The token does not prove that it comes from there.
    #[error("the ID token is not proven: {0}")]
    Unproven(&'static str),
    #[error("`iss` of the answer names another provider")]
    OtherIssuer,
}

impl OidcFault {
    /// It sent the person back with this word instead of a code.
    #[must_use]
    pub fn refused(word: &str) -> Self {
        Self::Refused(readable(word))
    }

    pub(super) fn wrong(claim: &str, why: &'static str) -> Self {
        Self::Wrong {
            claim: claim.to_owned(),
            why,
        }
    }

    pub(super) fn missing(claim: &str) -> Self {
        Self::Missing(claim.to_owned())
    }
}

/// A provider's word for a fault, such as `invalid_grant`; nothing else of what it says is repeated.
fn readable(word: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c == '_';
    match (1..=LONGEST_WORD).contains(&word.len()) && word.chars().all(fits) {
        true => word.to_owned(),
        false => "without a word that could be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_providers_words_only_a_word_is_repeated() {
        assert_eq!(
            OidcFault::refused("invalid_grant").to_string(),
            "it refuses: invalid_grant"
        );
        for odd in ["<b>", "", "anna@example.it", &"x".repeat(61)] {
            let said = OidcFault::refused(odd).to_string();
            assert!(said.starts_with("it refuses: without"), "{said}");
        }
    }
}
