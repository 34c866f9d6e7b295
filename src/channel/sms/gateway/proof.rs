//! Whether a call comes from the gateway: by a secret in the address, by HTTP Basic or Bearer, or by
//! a signature over the body. All comparisons take the same time wherever two values differ.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderName};
use ring::hmac;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::settings::{ReceiptSettings, SignatureForm};
use crate::channel::callback::ProviderCall;
use crate::channel::sms::{address_secret, from_hex};
use crate::channel::{Secret, SetupError};

/// What a call has to bear.
pub(super) enum GatewayProof {
    /// A token of ours alone, which names the attempt.
    Token,
    /// The SHA-256 of a secret in the address.
    InAddress([u8; 32]),
    /// The SHA-256 of the whole header `Authorization`.
    InHeader([u8; 32]),
    Signed {
        key: Box<hmac::Key>,
        header: String,
        prefix: String,
        form: SignatureForm,
    },
}

impl GatewayProof {
    /// What these settings ask for: one way, or the token alone.
    pub(super) fn new(provider: &str, settings: &ReceiptSettings) -> Result<Self, SetupError> {
        let wrong = |problem: &str| SetupError::new(provider, format!("`receipts`: {problem}"));
        let file = |key: &str, path: &PathBuf| {
            Secret::read(path).map_err(|error| SetupError::file(provider, key, path, &error))
        };
        let in_address = address_secret(
            provider,
            ("secret", settings.secret.as_ref()),
            ("secret_file", settings.secret_file.as_ref()),
        )?;
        let basic = match (&settings.username, &settings.password_file) {
            (Some(username), Some(path)) => {
                let password = file("password_file", path)?;
                let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
                Some(format!("Basic {pair}"))
            }
            (None, None) => None,
            _ => return Err(wrong("`username` and `password_file` go together")),
        };
        let bearer = match &settings.bearer_file {
            Some(path) => Some(format!("Bearer {}", file("bearer_file", path)?.expose())),
            None => None,
        };
        let hmac = match &settings.hmac_file {
            Some(path) => Some(file("hmac_file", path)?),
            None => None,
        };
        if settings.hmac_header.parse::<HeaderName>().is_err() {
            return Err(wrong("`hmac_header` is no name of a header"));
        }
        let keep_one =
            || wrong("keep one of `secret_file`, `username`, `bearer_file` and `hmac_file`");
        let header = match (basic, bearer) {
            (Some(_), Some(_)) => return Err(keep_one()),
            (basic, bearer) => basic.or(bearer),
        };
        match (in_address, header, hmac) {
            (None, None, None) => Ok(Self::Token),
            (Some(secret), None, None) => Ok(Self::InAddress(hashed(secret.expose()))),
            (None, Some(header), None) => Ok(Self::InHeader(hashed(&header))),
            (None, None, Some(secret)) => Ok(Self::signed(settings, &secret)),
            _ => Err(keep_one()),
        }
    }

    fn signed(settings: &ReceiptSettings, secret: &Secret) -> Self {
        let algorithm = settings.hmac_hash.algorithm();
        Self::Signed {
            key: Box::new(hmac::Key::new(algorithm, secret.expose().as_bytes())),
            header: settings.hmac_header.clone(),
            prefix: settings.hmac_prefix.clone(),
            form: settings.hmac_form,
        }
    }

    /// Whether the call bears it. `by_token`: a token of ours stands in the address.
    pub(super) fn is_borne(&self, call: &ProviderCall<'_>, by_token: bool) -> bool {
        match self {
            Self::Token => by_token,
            Self::InAddress(expected) => by_token || same(call.key, expected),
            Self::InHeader(expected) => {
                let given = call.headers.get(AUTHORIZATION);
                let given = given.and_then(|value| value.to_str().ok());
                same(given.unwrap_or_default(), expected)
            }
            Self::Signed {
                key,
                header,
                prefix,
                form,
            } => {
                // The signature covers the body alone: a query beside it proves nothing.
                if call.body.is_empty() {
                    return false;
                }
                let given = call.headers.get(header.as_str());
                let given = given.and_then(|value| value.to_str().ok());
                let given = given.and_then(|value| value.trim().strip_prefix(prefix.as_str()));
                let given = given.and_then(|text| decoded(text, *form));
                given.is_some_and(|given| hmac::verify(key, call.body, &given).is_ok())
            }
        }
    }
}

fn hashed(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn same(given: &str, expected: &[u8; 32]) -> bool {
    hashed(given).ct_eq(expected).into()
}

fn decoded(text: &str, form: SignatureForm) -> Option<Vec<u8>> {
    match form {
        SignatureForm::Base64 => STANDARD.decode(text).ok(),
        SignatureForm::Hex => from_hex(text.as_bytes()),
    }
}
