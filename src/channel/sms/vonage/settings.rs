//! The keys of a provider with `kind = "vonage"`.

use std::path::PathBuf;

use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError};
use crate::channel::sms::SignatureHash;

http_settings! {
    /// An account of Vonage as configured.
    pub struct VonageSettings {
        /// The account's API key.
        pub key: String,
        /// Its API secret, for trials.
        pub secret: Option<Secret>,
        pub secret_file: Option<PathBuf>,
        /// Proves what is called back. Without it a report is proven by its address alone, and what clients
        /// write is not taken.
        pub signature_secret: Option<Secret>,
        pub signature_secret_file: Option<PathBuf>,
        /// The account's signature method.
        #[serde(default = "sha256")]
        pub signature_hash: SignatureHash,
        /// A number or a registered name.
        pub from: String,
        #[serde(default = "global")]
        pub base_url: String,
        /// Ask for reports, called back to `{public_url}/hooks/NAME/...`.
        #[serde(default = "yes")]
        pub receipts: bool,
    }
}

impl VonageSettings {
    pub(super) fn api_secret(&self, provider: &str) -> Result<Secret, SetupError> {
        let given = one_of(
            provider,
            ("secret", self.secret.as_ref()),
            ("secret_file", self.secret_file.as_ref()),
        )?;
        given.ok_or_else(|| SetupError::new(provider, "no secret: give `secret_file`"))
    }

    pub(super) fn signing_secret(&self, provider: &str) -> Result<Option<Secret>, SetupError> {
        one_of(
            provider,
            ("signature_secret", self.signature_secret.as_ref()),
            ("signature_secret_file", self.signature_secret_file.as_ref()),
        )
    }
}

fn one_of(
    provider: &str,
    (key, inline): (&str, Option<&Secret>),
    (file_key, file): (&str, Option<&PathBuf>),
) -> Result<Option<Secret>, SetupError> {
    match (inline, file) {
        (Some(_), Some(_)) => {
            let both = format!("`{key}` and `{file_key}` are both given: keep one");
            Err(SetupError::new(provider, both))
        }
        (Some(secret), None) => Ok(Some(secret.clone())),
        (None, Some(path)) => match Secret::read(path) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) => Err(SetupError::file(provider, file_key, path, &error)),
        },
        (None, None) => Ok(None),
    }
}

fn global() -> String {
    "https://rest.nexmo.com".to_owned()
}

const fn sha256() -> SignatureHash {
    SignatureHash::Sha256
}

const fn yes() -> bool {
    true
}
