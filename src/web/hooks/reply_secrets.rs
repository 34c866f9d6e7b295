//! Which gateways may bring what clients write, each with a secret of its own in the address. Only a
//! hash is kept, and compared in the same time wherever two secrets differ.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Held against a secret for a provider that takes no texts: that takes as long, and never fits.
const NOBODYS: [u8; 32] = [0; 32];

/// The secrets by the names of their providers.
#[derive(Debug, Default)]
pub struct ReplySecrets(BTreeMap<String, [u8; 32]>);

impl ReplySecrets {
    /// Lets a provider bring texts that come with this secret.
    pub fn admit(&mut self, provider: &str, secret: &str) {
        let hash = Sha256::digest(secret).into();
        self.0.insert(provider.to_owned(), hash);
    }

    /// Whether the secret is this provider's.
    #[must_use]
    pub fn is_right(&self, provider: &str, secret: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(secret).into();
        let own = self.0.get(provider).unwrap_or(&NOBODYS);
        given.ct_eq(own).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_provider_alone() {
        let mut secrets = ReplySecrets::default();
        secrets.admit("gateway", "0123456789abcdef");
        secrets.admit("other", "fedcba9876543210");
        assert!(secrets.is_right("gateway", "0123456789abcdef"));
        assert!(!secrets.is_right("other", "0123456789abcdef"));
        assert!(!secrets.is_right("gateway", "0123456789abcde"));
        assert!(!secrets.is_right("nobody", ""));
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("0123456789abcdef"));
    }
}
