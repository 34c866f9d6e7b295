//! Name and password in the address of a web hook, which arrive as HTTP Basic (RFC 7617). Of both only a
//! hash is kept, and compared in the same time wherever they differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::document;
use super::settings::WebhookKeys;
use crate::channel::callback::{CallRefused, ProviderCall};
use crate::channel::settings::SetupError;

/// The SHA-256 of the whole header `Authorization`.
pub(super) struct BasicProof([u8; 32]);

impl BasicProof {
    pub(super) fn new(keys: &WebhookKeys<'_>) -> Result<Self, SetupError> {
        let name = keys.username();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(fits) {
            return Err(keys.fault("username", "is letters, digits, `-` and `_`"));
        }
        let pair = format!("{name}:{}", keys.password()?.expose());
        Ok(Self(hashed(&format!("Basic {}", STANDARD.encode(pair)))))
    }

    /// What a call says that bears them.
    pub(super) fn proven(&self, call: &ProviderCall<'_>) -> Result<Value, CallRefused> {
        let given = call.headers.get(AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok());
        let given = hashed(given.unwrap_or_default());
        match bool::from(given.ct_eq(&self.0)) {
            true => document(call.body),
            false => Err(CallRefused::Unproven),
        }
    }
}

fn hashed(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
