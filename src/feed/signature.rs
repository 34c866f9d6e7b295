//! The signature of a webhook, by the recipe of Standard Webhooks: HMAC-SHA256 over the message's id, the
//! seconds of its sending and the body, with full stops between; in base64, one for each secret that
//! holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What a secret begins with, so that it is known for what it is.
const PREFIX: &str = "whsec_";

/// A secret that signs.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(String);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(***)")
    }
}

impl WebhookSecret {
    /// A new one out of random bytes.
    #[must_use]
    pub fn from_entropy(random: &[u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", STANDARD.encode(random)))
    }

    /// One of the store.
    pub(super) fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// In clear: for the store, and once for whoever asked for it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The signature of this body; none when the secret is none, because a foreign hand was in the store.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> Option<String> {
        let key = STANDARD.decode(self.0.strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_recipe_has_its_signature() {
        let secret = WebhookSecret::stored("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(
            signed.unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn what_is_no_secret_signs_nothing_and_none_is_printed() {
        assert_eq!(WebhookSecret::stored("c4nary").sign("a", 1, ""), None);
        let secret = WebhookSecret::from_entropy(&[7; 32]);
        assert!(!format!("{secret:?}").contains("BwcH"));
        assert!(secret.sign("a", 1, "").is_some());
    }
}
