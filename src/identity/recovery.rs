//! Codes for the day on which the second factor is lost: each opens once in the place of one of its codes.
//! They are 80 random bits each, so that a plain hash keeps them as safe as the password's slow one would.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::text::base32;

/// Bytes of chance in a code.
pub const RECOVERY_BYTES: usize = 10;
const LETTERS: usize = 16;

/// A code to be shown once; only its hash is kept.
pub struct RecoveryCode(String);

impl RecoveryCode {
    #[must_use]
    pub fn from_entropy(bytes: &[u8; RECOVERY_BYTES]) -> Self {
        Self(base32::encode(bytes))
    }

    /// In four groups, to be written down.
    #[must_use]
    pub fn shown(&self) -> String {
        let Self(letters) = self;
        let groups = (0..LETTERS).step_by(4).map(|at| &letters[at..at + 4]);
        groups.collect::<Vec<_>>().join("-")
    }

    /// What the store keeps of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hashed(&self.0)
    }
}

/// The hash of what was typed, if it can be such a code: in letters of either case, with or without hyphens
/// and blanks.
#[must_use]
pub fn hash_of(typed: &str) -> Option<String> {
    let plain = |c: &char| !c.is_whitespace() && *c != '-';
    let letters: String = typed.chars().filter(plain).collect();
    let letters = letters.to_ascii_lowercase();
    let is_one = letters.len() == LETTERS && base32::decode(&letters).is_some();
    is_one.then(|| hashed(&letters))
}

fn hashed(letters: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(letters.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed_and_nothing_else_is() {
        let code = RecoveryCode::from_entropy(&[7; RECOVERY_BYTES]);
        let shown = code.shown();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3));
        for typed in [
            shown.clone(),
            shown.to_uppercase(),
            shown.replace('-', " "),
            shown.replace('-', ""),
        ] {
            assert_eq!(hash_of(&typed), Some(code.hash()), "{typed}");
        }
        let other = RecoveryCode::from_entropy(&[8; RECOVERY_BYTES]);
        assert_ne!(other.hash(), code.hash());
        for wrong in ["", "123456", "abcd-efgh-ijkl-mno1", "abcd-efgh-ijkl-mnopq"] {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
    }
}
