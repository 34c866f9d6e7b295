//! The keys by which a provider's tokens are proven (RFC 7517): RSA for RS256 and P-256 for ES256. What else is
//! published there is passed over, so that a new kind of key of theirs shuts nobody out.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::fault::OidcFault;
use super::id_token::TokenHead;
use crate::domain::limits::OIDC_KEYS;

pub(super) struct ProviderKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// A key as it is published.
#[derive(Deserialize)]
struct PublishedKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Those that can prove a token.
pub(super) fn read(said: &Value) -> Result<Vec<ProviderKey>, OidcFault> {
    let keys = said.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or_else(|| OidcFault::Away("its keys are no list `keys`".to_owned()))?;
    let published = keys.iter().take(OIDC_KEYS);
    let readable = published.filter_map(|key| PublishedKey::deserialize(key).ok());
    Ok(readable.filter_map(PublishedKey::usable).collect())
}

/// The key of this token: by its name, or the only one of its kind where the token names none.
pub(super) fn find(keys: &[ProviderKey], head: &TokenHead) -> Option<DecodingKey> {
    let mut fit = keys.iter().filter(|key| {
        let named = head.kid.is_none() || key.id == head.kid;
        named && key.algorithm == head.algorithm
    });
    let first = fit.next()?;
    let is_only_one = head.kid.is_some() || fit.next().is_none();
    is_only_one.then(|| first.key.clone())
}

impl PublishedKey {
    fn usable(self) -> Option<ProviderKey> {
        if self.purpose.is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let (algorithm, word, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let key = DecodingKey::from_rsa_components(&self.n?, &self.e?).ok()?;
                (Algorithm::RS256, "RS256", key)
            }
            ("EC", Some("P-256")) => {
                let key = DecodingKey::from_ec_components(&self.x?, &self.y?).ok()?;
                (Algorithm::ES256, "ES256", key)
            }
            _ => return None,
        };
        let fits = self.alg.is_none_or(|alg| alg == word);
        fits.then_some(ProviderKey {
            id: self.kid,
            algorithm,
            key,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_of_a_strange_kind_is_passed_over() {
        let keys = json!({ "keys": [
            { "kty": "oct", "k": "c2VjcmV0", "kid": "a" },
            { "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "b" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "c", "use": "enc" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "d", "alg": "RSA-OAEP" },
            { "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "e" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "f", "use": "sig", "x5c": [] },
            7,
        ]});
        let usable = read(&keys).unwrap();
        let ids: Vec<_> = usable.iter().filter_map(|key| key.id.as_deref()).collect();
        assert_eq!(ids, ["e", "f"]);
        let head = |kid: Option<&str>, algorithm| TokenHead {
            algorithm,
            kid: kid.map(str::to_owned),
        };
        assert!(find(&usable, &head(Some("f"), Algorithm::RS256)).is_some());
        assert!(find(&usable, &head(Some("f"), Algorithm::ES256)).is_none());
        assert!(find(&usable, &head(None, Algorithm::ES256)).is_some());
        assert!(find(&usable, &head(Some("z"), Algorithm::RS256)).is_none());
        assert!(read(&json!([])).is_err());
    }
}
