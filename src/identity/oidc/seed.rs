//! What binds a sign-in to the browser that began it: one random seed in a cookie, of which state, nonce and
//! verifier are derived. The store keeps nothing, so that whoever only looks at the login page writes nothing, and
//! any node can take in whom another has sent off.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::domain::Timestamp;
use crate::domain::limits::LOGIN_AT_PROVIDER;

const SEED_BYTES: usize = 32;

/// A sign-in that has begun at one provider.
pub struct SignInSeed {
    seed: [u8; SEED_BYTES],
    provider: String,
    /// When, in microseconds since 1970.
    began: i64,
}

impl SignInSeed {
    #[must_use]
    pub fn new(seed: [u8; SEED_BYTES], provider: &str, now: Timestamp) -> Self {
        Self {
            seed,
            provider: provider.to_owned(),
            began: now.as_micros(),
        }
    }

    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(self.seed), self.began)
    }

    /// Out of the cookie, for the provider that the browser comes from; none: it was too long ago.
    #[must_use]
    pub fn parse(text: &str, provider: &str, now: Timestamp) -> Option<Self> {
        let (seed, began) = text.split_once('.')?;
        let seed = URL_SAFE_NO_PAD.decode(seed).ok()?.try_into().ok()?;
        let began = Timestamp::from_micros(began.parse().ok()?);
        let is_open = began <= now && now < began + LOGIN_AT_PROVIDER;
        is_open.then(|| Self::new(seed, provider, began))
    }

    /// Whether the browser that has the cookie began what comes back with this state.
    #[must_use]
    pub fn began(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// 43 characters (RFC 7636 §4.1).
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier().as_bytes()))
    }

    /// Another for each use and for each provider.
    fn derived(&self, what: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.seed);
        let of = format!("{what}\n{}\n{}", self.began, self.provider);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, of.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn a_state_is_of_one_browser_one_provider_and_ten_minutes() {
        let mine = SignInSeed::new([1; 32], "city", NOW);
        let later = |minutes| NOW + TimeDelta::minutes(minutes);
        let back = |provider: &str, at| SignInSeed::parse(&mine.text(), provider, at);
        assert!(back("city", later(9)).unwrap().began(&mine.state()));
        assert!(!back("province", later(9)).unwrap().began(&mine.state()));
        assert!(!SignInSeed::new([2; 32], "city", NOW).began(&mine.state()));
        assert!(back("city", later(10)).is_none() && back("city", later(-1)).is_none());
        for odd in ["", ".", "AAAA.5", "x.y"] {
            assert!(SignInSeed::parse(odd, "city", NOW).is_none(), "{odd}");
        }
    }

    #[test]
    fn nothing_that_the_provider_sees_tells_the_verifier() {
        let seed = SignInSeed::new([1; 32], "city", NOW);
        let seen = [seed.state(), seed.nonce(), seed.challenge()];
        assert!(!seen.contains(&seed.verifier()));
        assert_eq!(seed.verifier().len(), 43);
        let mut all = seen.to_vec();
        all.dedup();
        assert_eq!(all.len(), 3);
    }
}
