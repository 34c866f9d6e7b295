//! Whether a request comes from whom the settings say: it bears the secret itself, or a signature
//! that only the secret makes. All comparisons take the same time wherever two values differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::rand::SystemRandom;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::settings::{
    WebhookAlgorithm, WebhookEncoding, WebhookSettings, WebhookSignature, WebhookTimestamp,
};
use crate::domain::Timestamp;

/// The header that bears a secret.
const AUTHORIZATION: &str = "authorization";
/// Digits of a number that counts milliseconds and no seconds any more: seconds have so many in the
/// year 33658.
const MILLISECONDS: usize = 13;

/// Why a request is not let in. Whoever asks is not told more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    #[error("it does not bear the secret or the signature that this source needs")]
    Unproven,
    /// The signature is right, and so old that somebody may be repeating the request.
    #[error("its signature is right, but it was signed too long ago, or ahead of time")]
    Stale,
}

/// What the headers of a request prove, before anything of its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderProof {
    /// Where it comes from: they bear the secret.
    Whole,
    /// Nothing yet: they bear a signature, and it has to be held against the body.
    NeedsBody,
    /// That it cannot be let in, whatever its body says.
    Missing,
}

/// What a request has to bear.
pub(super) enum WebhookProof {
    /// The SHA-256 of the secret, which stands in `Authorization: Bearer`.
    Bearer([u8; 32]),
    Signed {
        key: Box<hmac::Key>,
        signature: WebhookSignature,
    },
}

impl WebhookProof {
    /// What these settings ask for.
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, String> {
        let secret = settings.secret()?;
        Ok(match &settings.signature {
            None => Self::Bearer(Sha256::digest(&secret).into()),
            Some(signature) => Self::Signed {
                key: Box::new(hmac::Key::new(
                    algorithm(signature.algorithm),
                    secret.as_bytes(),
                )),
                signature: signature.clone(),
            },
        })
    }

    /// The same with a key that nobody has: to refuse a request with as much work as one that is
    /// held against the right key. None where no body is worked upon.
    pub(super) fn decoy(&self) -> Result<Option<Self>, String> {
        let Self::Signed { signature, .. } = self else {
            return Ok(None);
        };
        let algorithm = algorithm(signature.algorithm);
        let key = hmac::Key::generate(algorithm, &SystemRandom::new());
        let key = key.map_err(|_| "the system gives no random bytes for a key".to_owned())?;
        Ok(Some(Self::Signed {
            key: Box::new(key),
            signature: signature.clone(),
        }))
    }

    /// What the headers alone prove.
    pub(super) fn weighed<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
    ) -> HeaderProof {
        match self {
            Self::Bearer(_) if self.is_borne(header) => HeaderProof::Whole,
            _ if self.is_signed(header) => HeaderProof::NeedsBody,
            _ => HeaderProof::Missing,
        }
    }

    /// Whether all headers are there that its signature needs.
    pub(super) fn is_signed<'h>(&self, header: impl Fn(&str) -> Option<&'h [u8]>) -> bool {
        let Self::Signed { signature, .. } = self else {
            return false;
        };
        let timestamp = signature.timestamp.as_ref();
        header(&signature.header).is_some()
            && timestamp.is_none_or(|it| header(&it.header).is_some())
    }

    fn is_borne<'h>(&self, header: impl Fn(&str) -> Option<&'h [u8]>) -> bool {
        let Self::Bearer(expected) = self else {
            return false;
        };
        let Some(secret) = header(AUTHORIZATION).and_then(bearer) else {
            return false;
        };
        let given: [u8; 32] = Sha256::digest(secret).into();
        given.ct_eq(expected).into()
    }

    /// Lets a request in, or says why not.
    pub(super) fn admit<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h [u8]>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), NotAdmitted> {
        let Self::Signed { key, signature } = self else {
            return match self.is_borne(header) {
                true => Ok(()),
                false => Err(NotAdmitted::Unproven),
            };
        };
        let given = header(&signature.header).and_then(|value| decoded(signature, value));
        let given = given.ok_or(NotAdmitted::Unproven)?;
        let mut made = hmac::Context::with_key(key);
        let mut signed_at = None;
        if let Some(timestamp) = &signature.timestamp {
            let at = header(&timestamp.header).ok_or(NotAdmitted::Unproven)?;
            made.update(at);
            made.update(timestamp.joined.as_bytes());
            signed_at = Some((timestamp, at));
        }
        made.update(body);
        let same: bool = made.sign().as_ref().ct_eq(&given).into();
        match (same, signed_at) {
            (false, _) => Err(NotAdmitted::Unproven),
            (true, Some((timestamp, at))) if !is_fresh(timestamp, at, now) => {
                Err(NotAdmitted::Stale)
            }
            (true, _) => Ok(()),
        }
    }
}

fn algorithm(word: WebhookAlgorithm) -> hmac::Algorithm {
    match word {
        WebhookAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        WebhookAlgorithm::Sha256 => hmac::HMAC_SHA256,
        WebhookAlgorithm::Sha512 => hmac::HMAC_SHA512,
    }
}

/// The secret behind the scheme's name, which has no case (RFC 9110 §11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, secret) = value.split_at_checked("bearer ".len())?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| secret.trim_ascii())
}

/// The bytes of a signature as they stand in its header.
fn decoded(signature: &WebhookSignature, value: &[u8]) -> Option<Vec<u8>> {
    let written = value
        .trim_ascii()
        .strip_prefix(signature.prefix.as_bytes())?;
    match signature.encoding {
        WebhookEncoding::Base64 => STANDARD.decode(written).ok(),
        WebhookEncoding::Hex => from_hex(written),
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

/// Whether a signed time is near enough to now.
fn is_fresh(timestamp: &WebhookTimestamp, at: &[u8], now: Timestamp) -> bool {
    let at = std::str::from_utf8(at)
        .ok()
        .and_then(|at| moment(at.trim()));
    at.is_some_and(|at| {
        let away = now.as_micros().abs_diff(at.as_micros());
        u128::from(away) <= timestamp.within.as_micros()
    })
}

/// Seconds or milliseconds since 1970, or a time as RFC 3339 writes it.
fn moment(text: &str) -> Option<Timestamp> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::parse(text).ok();
    }
    let number: i64 = text.parse().ok()?;
    let micros = match text.len() {
        ..MILLISECONDS => number.checked_mul(1_000_000)?,
        _ => number.checked_mul(1_000)?,
    };
    Some(Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-24T12:00:00Z";

    fn proof(settings: &str) -> WebhookProof {
        WebhookProof::new(&toml::from_str(settings).unwrap()).unwrap()
    }

    fn admitted(
        proof: &WebhookProof,
        headers: &[(&str, &'static str)],
        body: &str,
    ) -> Result<(), NotAdmitted> {
        let header = |name: &str| {
            let found = headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_bytes())
        };
        proof.admit(header, body.as_bytes(), Timestamp::parse(NOW).unwrap())
    }

    #[test]
    fn a_secret_is_borne_whole_or_not_at_all() {
        let proof = proof("secret = \"s3cret\"");
        for right in ["Bearer s3cret", "bearer  s3cret "] {
            assert_eq!(admitted(&proof, &[("Authorization", right)], ""), Ok(()));
        }
        for wrong in [
            "Bearer s3cre",
            "Bearer s3crets",
            "Basic s3cret",
            "s3cret",
            "Bearer",
        ] {
            let headers = [("Authorization", wrong)];
            assert_eq!(admitted(&proof, &headers, ""), Err(NotAdmitted::Unproven));
        }
        assert_eq!(admitted(&proof, &[], ""), Err(NotAdmitted::Unproven));
    }

    #[test]
    fn a_body_is_asked_for_only_where_all_headers_of_a_signature_are_there() {
        let weighed = |proof: &WebhookProof, names: &[&str]| {
            proof.weighed(|name: &str| names.contains(&name).then_some(&b"Bearer s3cret"[..]))
        };
        let bearer = proof("secret = \"s3cret\"");
        assert_eq!(weighed(&bearer, &["authorization"]), HeaderProof::Whole);
        assert_eq!(weighed(&bearer, &["S"]), HeaderProof::Missing);
        let other = proof("secret = \"another\"");
        assert_eq!(weighed(&other, &["authorization"]), HeaderProof::Missing);
        let timed = proof(
            "secret = \"s3cret\"\nsignature = { header = \"S\", timestamp = { header = \"T\" } }",
        );
        assert_eq!(weighed(&timed, &["S", "T"]), HeaderProof::NeedsBody);
        for missing in [&["S"][..], &["T"], &["authorization"], &[]] {
            assert_eq!(weighed(&timed, missing), HeaderProof::Missing);
        }
    }

    #[test]
    fn a_decoy_lets_nobody_in() {
        let real = proof("secret = \"Jefe\"\nsignature = { header = \"S\" }");
        let decoy = real.decoy().unwrap().unwrap();
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let said = "what do ya want for nothing?";
        assert_eq!(admitted(&real, &[("S", tag)], said), Ok(()));
        assert_eq!(
            admitted(&decoy, &[("S", tag)], said),
            Err(NotAdmitted::Unproven)
        );
        assert!(proof("secret = \"Jefe\"").decoy().unwrap().is_none());
    }

    /// RFC 2202 §3 case 2 and RFC 4231 §4.3: the key is `Jefe`.
    #[test]
    fn a_signature_is_that_of_its_algorithm_and_encoding() {
        let said = "what do ya want for nothing?";
        let sha1 = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let sha256 = "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843";
        let base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        for (more, header) in [
            ("algorithm = \"sha1\", prefix = \"sha1=\"", sha1),
            ("prefix = \"sha256=\"", sha256),
            ("encoding = \"base64\"", base64),
        ] {
            let proof = proof(&format!(
                "secret = \"Jefe\"\nsignature = {{ header = \"X-Hub-Signature\", {more} }}"
            ));
            let headers = [("x-hub-signature", header)];
            assert_eq!(admitted(&proof, &headers, said), Ok(()), "{more}");
            let other = admitted(&proof, &headers, "what do ya want for nothing!");
            assert_eq!(other, Err(NotAdmitted::Unproven), "{more}");
            for wrong in [
                "",
                "sha256=",
                "sha256=5b",
                "sha1=zz",
                "5bdc",
                "sha256=5bdcc",
            ] {
                let headers = [("x-hub-signature", wrong)];
                assert_eq!(admitted(&proof, &headers, said), Err(NotAdmitted::Unproven));
            }
        }
    }

    #[test]
    fn an_old_signature_is_no_use_even_to_who_has_seen_it() {
        let proof = proof(
            "secret = \"Jefe\"\nsignature = { header = \"S\", timestamp = { header = \"T\", joined = \":\" }, encoding = \"base64\" }",
        );
        let signed = |at: &'static str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
            let tag = hmac::sign(&key, format!("{at}:{{}}").as_bytes());
            let written: &'static str = STANDARD.encode(tag).leak();
            admitted(&proof, &[("T", at), ("S", written)], "{}")
        };
        for fresh in ["2026-11-24T11:56:00Z", "1795521300", "1795521500123"] {
            assert_eq!(signed(fresh), Ok(()), "{fresh}");
        }
        for stale in [
            "2026-11-24T11:54:00Z",
            "2026-11-24T12:06:00Z",
            "0",
            "9999999999999999",
            "99999999999999999999",
            "yesterday",
        ] {
            assert_eq!(signed(stale), Err(NotAdmitted::Stale), "{stale}");
        }
        assert_eq!(
            admitted(&proof, &[("S", "00")], "{}"),
            Err(NotAdmitted::Unproven)
        );
    }
}
