//! The private key of a signature: an RSA key in PEM form, or an Ed25519 key in PEM form or as its
//! seed in base64.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::error::KeyRejected;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::der;
use super::sign::SigningFailed;

/// A private key, ready to sign.
pub enum PrivateKey {
    /// RSA, 2048 to 4096 bits.
    Rsa(Box<RsaKeyPair>),
    /// Ed25519.
    Ed25519(Ed25519KeyPair),
}

/// A file that holds no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not there or may not be read.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// Receivers need not trust such a key any more (RFC 8301 §3.2).
    #[error(
        "the RSA key is too short: make one of 2048 bits with `openssl genrsa -out dkim.pem 2048`"
    )]
    Short,
    /// Something else than a key, or a key of another kind, or one with a password.
    #[error(
        "it holds no key to sign with: want an RSA key of 2048 to 4096 bits (`openssl genrsa -out \
         dkim.pem 2048`) or an Ed25519 key (`openssl genpkey -algorithm ed25519 -out dkim.pem`, or \
         its seed in base64), without a password"
    )]
    NoKey,
}

impl PrivateKey {
    /// Reads the key in a file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(path)?;
        if !text.contains("-----BEGIN") {
            let seed = STANDARD.decode(text.trim()).map_err(|_| KeyError::NoKey)?;
            return Ed25519KeyPair::from_seed_unchecked(&seed)
                .map(Self::Ed25519)
                .map_err(refused);
        }
        match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
            Ok(PrivateKeyDer::Pkcs1(key)) => RsaKeyPair::from_der(key.secret_pkcs1_der())
                .map(|key| Self::Rsa(Box::new(key)))
                .map_err(refused),
            Ok(PrivateKeyDer::Pkcs8(key)) => Self::of_either_kind(key.secret_pkcs8_der()),
            _ => Err(KeyError::NoKey),
        }
    }

    fn of_either_kind(key: &[u8]) -> Result<Self, KeyError> {
        match Ed25519KeyPair::from_pkcs8_maybe_unchecked(key) {
            Ok(key) => Ok(Self::Ed25519(key)),
            Err(_other_kind) => RsaKeyPair::from_pkcs8(key)
                .map(|key| Self::Rsa(Box::new(key)))
                .map_err(refused),
        }
    }

    /// The word for it in a record in DNS (`k=`); with `-sha256`, that in a signature (`a=`).
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// The TXT record to publish for it.
    #[must_use]
    pub fn record(&self) -> String {
        let public = match self {
            Self::Rsa(key) => der::wrapped(key.public_key().as_ref()),
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
        };
        format!("v=DKIM1; k={}; p={}", self.kind(), STANDARD.encode(public))
    }

    /// Signs the hash of a text.
    pub(super) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    text,
                    &mut signature,
                )
                .map_err(|_| SigningFailed)?;
                Ok(signature)
            }
            // Of the hash, not of the text (RFC 8463 §3).
            Self::Ed25519(key) => Ok(key.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec()),
        }
    }
}

fn refused(error: KeyRejected) -> KeyError {
    // `ring` gives its reasons as words only.
    if error.to_string() == "TooSmall" {
        KeyError::Short
    } else {
        KeyError::NoKey
    }
}
