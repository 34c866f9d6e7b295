//! API keys: how one looks, what it allows, and how its secret is kept.
//!
//! A key reads `araldo_PREFIX_SECRET`. The prefix finds the row and may be shown; of the
//! secret only the SHA-256 is stored. It has 256 random bits, so that a slow hash, made for
//! passwords people choose, would protect nothing more. What a key may send is in `rights`.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::text::text_enum::text_enum;

mod rights;

pub use rights::{NotAllowed, Pattern, Rights, WrongPattern};

text_enum! {
    /// What a key allows.
    pub enum Scope {
        /// Read what events say, word for word.
        EventsRead => "events:read",
        /// Send events that no other scope guards: those that are neither `case.` nor `incident.`.
        EventsWrite => "events:write",
        ClientsRead => "clients:read",
        /// Create, change, import and delete clients.
        ClientsWrite => "clients:write",
        CasesRead => "cases:read",
        /// Create and change cases, also by events `case.`.
        CasesWrite => "cases:write",
        /// Read incidents and estimate their audience.
        IncidentsRead => "incidents:read",
        /// Declare and correct incidents, by events `incident.`.
        IncidentsWrite => "incidents:write",
        /// Read messages with their explanation.
        MessagesRead => "messages:read",
        /// Ask for messages and withdraw them.
        MessagesWrite => "messages:write",
        /// Ask for what passes a client's own choice: the class `safety`, the lane `urgent`.
        MessagesSafety => "messages:safety",
        /// Read what clients wrote and what was answered, with who wrote it.
        RepliesRead => "replies:read",
        /// Answer clients, and say who is to.
        RepliesWrite => "replies:write",
        /// Read how sources do, and the records that could not be taken, which name clients.
        SourcesRead => "sources:read",
        /// Take such records once more, and give them up.
        SourcesWrite => "sources:write",
        StatsRead => "stats:read",
        /// Read the feed: what happened, by ids.
        FeedRead => "feed:read",
        /// Read to whom the feed is posted, and how that goes.
        WebhooksRead => "webhooks:read",
        /// Make, change and delete webhooks; whoever may is told all that the feed tells.
        WebhooksWrite => "webhooks:write",
    }
}

/// Random bytes a new key is made of.
pub const ENTROPY: usize = PREFIX_BYTES + SECRET_BYTES;
const PREFIX_BYTES: usize = 5;
const SECRET_BYTES: usize = 32;
/// 62^8 > 2^40.
const PREFIX: usize = 8;
/// 62^43 > 2^256.
const SECRET: usize = 43;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key in clear: shown once, when it is made, and sent with every request.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    prefix: String,
    secret: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}_***)", self.prefix)
    }
}

impl ApiKey {
    /// A new key out of random bytes.
    #[must_use]
    pub fn from_entropy(random: &[u8; ENTROPY]) -> Self {
        let (prefix, secret) = random.split_at(PREFIX_BYTES);
        Self {
            prefix: base62(prefix, PREFIX),
            secret: base62(secret, SECRET),
        }
    }

    /// Reads `araldo_PREFIX_SECRET`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, secret) = text.strip_prefix("araldo_")?.split_once('_')?;
        let fits = |part: &str, length| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        (fits(prefix, PREFIX) && fits(secret, SECRET)).then(|| Self {
            prefix: prefix.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// The part that finds it and may be shown.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The whole key, for the one who asked for it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("araldo_{}_{}", self.prefix, self.secret)
    }

    /// What is stored of the secret: its SHA-256 in hexadecimal.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(&self.secret) {
            // Writing to a String cannot fail.
            write!(text, "{byte:02x}").ok();
        }
        text
    }

    /// Whether the stored hash is this key's; takes the same time wherever they differ.
    #[must_use]
    pub fn matches(&self, stored_hash: &str) -> bool {
        self.secret_hash()
            .as_bytes()
            .ct_eq(stored_hash.as_bytes())
            .into()
    }
}

/// The bytes as one large number in base 62, `length` digits, leading zeros kept.
fn base62(bytes: &[u8], length: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; length];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut number {
            let value = rest * 256 + usize::from(*byte);
            rest = value % 62;
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
        }
        *digit = DIGITS[rest];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_matches_only_its_own_hash() {
        let key = ApiKey::from_entropy(&[0xA5; ENTROPY]);
        let text = key.reveal();
        assert_eq!(text.len(), "araldo_".len() + 8 + 1 + 43);
        assert_eq!(ApiKey::parse(&text), Some(key.clone()));
        assert!(key.matches(&key.secret_hash()));
        let other = ApiKey::from_entropy(&[0xA6; ENTROPY]);
        assert!(!other.matches(&key.secret_hash()));
        assert!(!format!("{key:?}").contains(&text[16..]));
    }

    #[test]
    fn the_largest_number_fits_and_zero_keeps_its_length() {
        assert_eq!(base62(&[0; 32], SECRET), "0".repeat(43));
        assert_eq!(base62(&[0xFF; 1], 2), "47");
        let largest = base62(&[0xFF; 32], SECRET);
        assert_ne!(&largest[..1], "0");
    }

    #[test]
    fn what_is_no_key_is_not_read() {
        for text in [
            "",
            "araldo_",
            "araldo_abcdefgh_short",
            "Bearer x",
            "araldo_abc_def_ghi",
        ] {
            assert_eq!(ApiKey::parse(text), None, "{text}");
        }
    }
}
