//! What stands in DNS for a signature (RFC 6376 §3.6.1), and whether it fits what we sign with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::der;
use super::sign::taken_apart;

/// Bits of an RSA key that receivers take at least (RFC 8301 §3.2).
const RSA_LEAST: usize = 1_024;

/// A public key as published.
#[derive(Debug)]
pub struct Record {
    kind: Kind,
    key: Vec<u8>,
    testing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    Ed25519,
}

/// What is wrong with a record: no signature holds against it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// Of no version we know.
    #[error("it says v={0}, which receivers do not know: want v=DKIM1")]
    Version(String),
    /// Not for SHA-256.
    #[error("it says h={0}, and we sign with sha256: take h= out")]
    Hash(String),
    #[error("it says s={0}, so it is not for e-mail: take s= out")]
    Service(String),
    /// `p=` without a key.
    #[error("its p= is empty: the key is revoked")]
    Revoked,
    /// Of another kind than the one we sign with.
    #[error("it says k={0}, and the key in `key_file` is {1}")]
    OtherKind(String, &'static str),
    /// `p=` with something else.
    #[error("its p= cannot be read as a key of kind {0}")]
    Unreadable(&'static str),
    #[error("its key has {0} bits and receivers refuse it: want at least 2048")]
    Short(usize),
    /// Our signature does not hold.
    #[error(
        "another key stands there ({0} bits) than the one in `key_file`: what we sign does not verify"
    )]
    OtherKey(usize),
}

impl Record {
    /// Reads a record; `ours` is the kind of key we sign with.
    pub fn parse(text: &str, ours: &'static str) -> Result<Self, RecordFault> {
        let tag = |name: &str| {
            let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
            let found = tags.find(|(tag, _)| tag.trim() == name)?;
            Some(found.1.split_ascii_whitespace().collect::<String>())
        };
        let has = |list: &str, words: &[&str]| list.split(':').any(|word| words.contains(&word));
        if let Some(version) = tag("v").filter(|version| version != "DKIM1") {
            return Err(RecordFault::Version(version));
        }
        let public = tag("p").unwrap_or_default();
        if public.is_empty() {
            return Err(RecordFault::Revoked);
        }
        let kind = tag("k").unwrap_or_else(|| "rsa".to_owned());
        if kind != ours {
            return Err(RecordFault::OtherKind(kind, ours));
        }
        if let Some(hashes) = tag("h").filter(|hashes| !has(hashes, &["sha256"])) {
            return Err(RecordFault::Hash(hashes));
        }
        if let Some(services) = tag("s").filter(|services| !has(services, &["*", "email"])) {
            return Err(RecordFault::Service(services));
        }
        let kind = if ours == "rsa" {
            Kind::Rsa
        } else {
            Kind::Ed25519
        };
        let key = kind.key(&public).ok_or(RecordFault::Unreadable(ours))?;
        let testing = tag("t").is_some_and(|flags| has(&flags, &["y"]));
        let record = Self { kind, key, testing };
        match record.bits() {
            short @ ..RSA_LEAST if kind == Kind::Rsa => Err(RecordFault::Short(short)),
            _ => Ok(record),
        }
    }

    /// Whether it marks its domain as testing DKIM (`t=y`).
    #[must_use]
    pub const fn is_testing(&self) -> bool {
        self.testing
    }

    /// Whether the signature that a mail of ours carries holds against this key.
    pub fn verify(&self, mail: &[u8]) -> Result<(), RecordFault> {
        let other = RecordFault::OtherKey(self.bits());
        let (text, signature) = taken_apart(mail).ok_or_else(|| other.clone())?;
        let (algorithm, text): (&dyn VerificationAlgorithm, _) = match self.kind {
            Kind::Rsa => (&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, text),
            Kind::Ed25519 => {
                let hash = ring::digest::digest(&ring::digest::SHA256, &text);
                (&ED25519, hash.as_ref().to_vec())
            }
        };
        UnparsedPublicKey::new(algorithm, &self.key)
            .verify(&text, &signature)
            .map_err(|_| other)
    }

    fn bits(&self) -> usize {
        match self.kind {
            Kind::Rsa => der::modulus_bits(&self.key).unwrap_or(0),
            Kind::Ed25519 => self.key.len() * 8,
        }
    }
}

impl Kind {
    fn key(self, public: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(public).ok()?;
        match self {
            Self::Rsa => der::bare(&bytes).map(<[u8]>::to_vec),
            Self::Ed25519 => (bytes.len() == 32).then_some(bytes),
        }
    }
}
