//! What gateways sign their calls with (HMAC, RFC 2104).

use ring::hmac;

use crate::text::text_enum::text_enum;

text_enum! {
    /// The hash under a signature.
    pub enum SignatureHash {
        Sha1 => "sha1",
        Sha256 => "sha256",
        Sha512 => "sha512",
    }
}

impl SignatureHash {
    pub(super) fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// The bytes of a signature in hexadecimal digits, small or capital.
pub(in crate::channel) fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}
