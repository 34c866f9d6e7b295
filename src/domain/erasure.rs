//! What is remembered of the erased: keyed hashes, so that a STOP outlives its address and events
//! about somebody who is gone are known for what they are. `store::people::erasure` keeps them.
//!
//! The key (the pepper) is kept in the store's keyring. A copy of one table therefore says nothing;
//! who has the whole store can still try a number they already know, and nothing more.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Address, Channel};

/// Makes the hashes of one store.
#[derive(Clone)]
pub struct Pepper {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(***)")
    }
}

impl Pepper {
    /// `secret`: at least 32 random bytes.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length (RFC 2104 §2).
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "HMAC takes keys of any length (RFC 2104 §2)"
    )]
    pub fn new(secret: &[u8]) -> Self {
        Self {
            keyed: Hmac::new_from_slice(secret).expect("any length is right"),
        }
    }

    /// What is kept of an address.
    #[must_use]
    pub fn of_address(&self, address: &Address) -> String {
        match address.channel() {
            Channel::Sms => self.hash(b's', address.as_str()),
            Channel::Email => self.hash(b'e', address.as_str()),
        }
    }

    /// What is kept of a client's reference.
    #[must_use]
    pub fn of_reference(&self, reference: &str) -> String {
        self.hash(b'r', reference)
    }

    fn hash(&self, kind: u8, text: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(&[kind]);
        keyed.update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(keyed.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_hash_and_another_key_or_kind_another() {
        let number = Address::from_stored(Channel::Sms, String::from("+393331234567"));
        let [pepper, other] = [Pepper::new(&[7; 32]), Pepper::new(&[8; 32])];
        let hash = pepper.of_address(&number);
        assert_eq!(hash, pepper.of_address(&number));
        assert_ne!(hash, other.of_address(&number));
        assert_ne!(hash, pepper.of_reference("+393331234567"));
        assert!(!hash.contains("333"), "{hash}");
    }
}
