//! The signature of Vonage's calls (developer.vonage.com, "Signing messages"): the fields in the order
//! of their names, each as `&name=value` with `&` and `=` of a value replaced, under HMAC.

use ring::hmac;

use crate::channel::Secret;
use crate::channel::sms::{SignatureHash, from_hex};

/// Checks signatures under one secret.
pub(super) struct VonageSignature(hmac::Key);

impl VonageSignature {
    pub(super) fn new(secret: &Secret, hash: SignatureHash) -> Self {
        Self(hmac::Key::new(hash.algorithm(), secret.expose().as_bytes()))
    }

    /// Whether the field `sig` is made for the others.
    pub(super) fn is_right(&self, fields: &[(String, String)]) -> bool {
        let given = fields.iter().find(|(name, _)| name == "sig");
        let given = given.and_then(|(_, sig)| from_hex(sig.as_bytes()));
        let signed = joined(fields);
        given.is_some_and(|given| hmac::verify(&self.0, signed.as_bytes(), &given).is_ok())
    }
}

fn joined(fields: &[(String, String)]) -> String {
    let mut fields: Vec<_> = fields.iter().filter(|(name, _)| name != "sig").collect();
    fields.sort();
    let mut joined = String::new();
    for (name, value) in fields {
        joined.push('&');
        joined.push_str(name);
        joined.push('=');
        joined.push_str(&value.replace(['&', '='], "_"));
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str, sig: &str) -> Vec<(String, String)> {
        [
            ("messageId", "0A1"),
            ("msisdn", "393331234567"),
            ("text", text),
            ("timestamp", "1796084549"),
            ("sig", sig),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// The tag is what Python's `hmac` makes of the same key and fields.
    #[test]
    fn it_covers_every_field_but_itself() {
        let secret = Secret::new("s1gn".to_owned());
        let signature = VonageSignature::new(&secret, SignatureHash::Sha256);
        let tag = "F5A0601AD844B128C7609B462295796DC969F4794D5AA93046DA8E5AD65C1D2C";
        assert!(signature.is_right(&fields("a=b&c", tag)));
        assert!(!signature.is_right(&fields("a=b&d", tag)));
        assert!(!signature.is_right(&fields("a=b&c", "")));
        assert!(!signature.is_right(&fields("a=b&c", "00")));
        let other = VonageSignature::new(&secret, SignatureHash::Sha512);
        assert!(!other.is_right(&fields("a=b&c", tag)));
    }
}
