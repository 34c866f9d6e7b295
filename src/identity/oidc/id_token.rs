//! The ID token: first its head, which says by what it is to be proven, then its signature, then what it claims
//! (OpenID Connect Core 1.0 §3.1.3.7). Only RS256 and ES256: a token that is proven by nothing, or by a secret
//! that everybody can read, is one that anybody can write.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::fault::OidcFault;
use crate::domain::Timestamp;
use crate::domain::limits::{OIDC_SKEW, OIDC_SUB, OIDC_TOKEN_AGE};

pub(super) type Claims = Map<String, Value>;

/// By what a token is to be proven.
pub(super) struct TokenHead {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
}

#[derive(Deserialize)]
struct WrittenHead {
    alg: String,
    kid: Option<String>,
    /// Extensions that have to be understood, and are not.
    crit: Option<Value>,
}

impl TokenHead {
    pub(super) fn of(token: &str) -> Result<Self, OidcFault> {
        let unreadable = OidcFault::Unproven("its head cannot be read");
        let head = token.split('.').next().unwrap_or_default();
        let Ok(head) = URL_SAFE_NO_PAD.decode(head) else {
            return Err(unreadable);
        };
        let Ok(head) = serde_json::from_slice::<WrittenHead>(&head) else {
            return Err(unreadable);
        };
        let algorithm = match head.alg.as_str() {
            "RS256" => Algorithm::RS256,
            "ES256" => Algorithm::ES256,
            _ => return Err(OidcFault::Unproven("its `alg` is neither RS256 nor ES256")),
        };
        match head.crit {
            Some(_) => Err(OidcFault::Unproven("it asks for extensions by `crit`")),
            None => Ok(Self {
                algorithm,
                kid: head.kid,
            }),
        }
    }
}

/// What a token claims, if this key signed it. Whom and when it concerns is looked at by [`ExpectedClaims`], by
/// our clock.
pub(super) fn signed(
    token: &str,
    head: &TokenHead,
    key: &DecodingKey,
) -> Result<Claims, OidcFault> {
    let mut only_signature = Validation::new(head.algorithm);
    only_signature.required_spec_claims.clear();
    only_signature.validate_exp = false;
    only_signature.validate_aud = false;
    let read = jsonwebtoken::decode::<Claims>(token, key, &only_signature);
    let read =
        read.map_err(|_| OidcFault::Unproven("its signature is not of the provider's key"))?;
    Ok(read.claims)
}

/// What a token has to say, besides who somebody is.
pub(super) struct ExpectedClaims<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

impl ExpectedClaims<'_> {
    pub(super) fn are_met_by(&self, claims: &Claims) -> Result<(), OidcFault> {
        if text(claims, "iss")? != self.issuer {
            return Err(OidcFault::wrong("iss", "it is of another issuer"));
        }
        self.is_for_us(claims)?;
        self.is_of_now(claims)?;
        let nonce = text(claims, "nonce")?.as_bytes();
        if !bool::from(nonce.ct_eq(self.nonce.as_bytes())) {
            return Err(OidcFault::wrong("nonce", "it belongs to another sign-in"));
        }
        match text(claims, "sub")? {
            "" => Err(OidcFault::wrong("sub", "it is empty")),
            sub if sub.chars().count() > OIDC_SUB => {
                Err(OidcFault::wrong("sub", "it is longer than 255 characters"))
            }
            _ => Ok(()),
        }
    }

    fn is_for_us(&self, claims: &Claims) -> Result<(), OidcFault> {
        let for_others = || OidcFault::wrong("aud", "the token is for another client");
        let several = match claims.get("aud").ok_or_else(|| OidcFault::missing("aud"))? {
            Value::String(one) if one == self.client_id => false,
            Value::Array(list) if list.iter().any(|one| one == self.client_id) => list.len() > 1,
            _ => return Err(for_others()),
        };
        match claims.get("azp") {
            None if several => Err(OidcFault::missing("azp")),
            Some(azp) if azp != self.client_id => Err(OidcFault::wrong(
                "azp",
                "the token was made for another client",
            )),
            _ => Ok(()),
        }
    }

    fn is_of_now(&self, claims: &Claims) -> Result<(), OidcFault> {
        if moment(claims, "exp")? + OIDC_SKEW <= self.now {
            return Err(OidcFault::wrong(
                "exp",
                "its time is over; compare both clocks",
            ));
        }
        if moment(claims, "iat")? + OIDC_TOKEN_AGE + OIDC_SKEW <= self.now {
            return Err(OidcFault::wrong(
                "iat",
                "it was made more than ten minutes ago; compare both clocks",
            ));
        }
        for begins in ["iat", "nbf"] {
            let is_there = begins == "iat" || claims.contains_key(begins);
            if is_there && moment(claims, begins)? > self.now + OIDC_SKEW {
                return Err(OidcFault::wrong(
                    begins,
                    "its time has not come; compare both clocks",
                ));
            }
        }
        Ok(())
    }
}

/// A claim that is a text.
pub(super) fn text<'a>(claims: &'a Claims, name: &str) -> Result<&'a str, OidcFault> {
    let value = claims.get(name).ok_or_else(|| OidcFault::missing(name))?;
    value
        .as_str()
        .ok_or_else(|| OidcFault::wrong(name, "it is no text"))
}

/// A claim that is a number of seconds since 1970.
fn moment(claims: &Claims, name: &str) -> Result<Timestamp, OidcFault> {
    let value = claims.get(name).ok_or_else(|| OidcFault::missing(name))?;
    let micros = value.as_i64().and_then(|it| it.checked_mul(1_000_000));
    micros
        .map(Timestamp::from_micros)
        .ok_or_else(|| OidcFault::wrong(name, "it is no whole number of seconds"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn judged(more: &Value) -> Result<(), OidcFault> {
        let mut claims = json!({
            "iss": "https://id.example.it", "aud": "araldo", "sub": "7", "nonce": "n",
            "exp": 1_700_000_300, "iat": 1_700_000_000,
        });
        for (key, value) in more.as_object().unwrap() {
            claims[key] = value.clone();
        }
        let claims = claims.as_object().unwrap();
        let without = |claims: &Claims| {
            let kept = claims.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), value.clone()))
                .collect::<Claims>()
        };
        let expected = ExpectedClaims {
            issuer: "https://id.example.it",
            client_id: "araldo",
            nonce: "n",
            now: NOW,
        };
        expected.are_met_by(&without(claims))
    }

    #[test]
    fn a_claim_that_is_not_right_is_named() {
        assert_eq!(judged(&json!({})), Ok(()));
        assert_eq!(
            judged(&json!({ "aud": ["araldo", "b"], "azp": "araldo" })),
            Ok(())
        );
        for (claim, value) in [
            ("iss", json!("https://id.example.it/")),
            ("aud", json!("other")),
            ("aud", json!(["other"])),
            ("azp", json!("other")),
            ("nonce", json!("m")),
            ("sub", json!("")),
            ("sub", json!(7)),
            ("exp", json!(1_699_999_940)),
            ("exp", json!("soon")),
            ("iat", json!(1_700_000_061)),
            ("iat", json!(1_699_999_340)),
            ("sub", json!("7".repeat(256))),
            ("nbf", json!(1_700_000_061)),
        ] {
            let fault = judged(&json!({ claim: value }));
            let Err(OidcFault::Wrong { claim: named, .. }) = fault else {
                panic!("{claim} {value}: {fault:?}");
            };
            assert_eq!(named, claim);
        }
        for claim in ["iss", "aud", "sub", "nonce", "exp", "iat"] {
            let missing = judged(&json!({ claim: null }));
            assert_eq!(missing, Err(OidcFault::missing(claim)));
        }
        let several = json!({ "aud": ["araldo", "b"] });
        assert_eq!(judged(&several), Err(OidcFault::missing("azp")));
        for within in [
            json!({ "exp": 1_699_999_941 }),
            json!({ "iat": 1_699_999_341 }),
        ] {
            assert_eq!(judged(&within), Ok(()), "{within} is within the skew");
        }
    }

    #[test]
    fn only_what_a_key_pair_proves_is_looked_at() {
        let head = |written: &str| {
            let token = format!("{}.e30.", URL_SAFE_NO_PAD.encode(written));
            TokenHead::of(&token).err()
        };
        assert_eq!(head(r#"{"alg":"RS256","kid":"a"}"#), None);
        for odd in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":["b64"]}"#,
            r#"{"kid":"a"}"#,
            "",
        ] {
            assert!(matches!(head(odd), Some(OidcFault::Unproven(_))), "{odd}");
        }
        assert!(TokenHead::of("%").is_err());
    }
}
