//! An identity provider on this machine, as OpenID Connect Core 1.0 and RFC 7636 describe it: it redeems each code
//! once, only for the verifier of its challenge and the secret of its client, and says what the test wants of the person.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use ring::{digest, hmac, rsa};
use serde_json::{Value, json};

use crate::providers::service::{Asked, Says, Service, say};

const RSA: &str = include_str!("../mail/keys/rsa-pkcs8.pem");
pub(super) const CLIENT: &str = "araldo";
pub(super) const SECRET: &str = "s3cret & more";

/// By what a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    Es256,
    Rs256,
    /// By nobody, as `alg` = `none` says.
    None,
    /// With the public key as the secret of an HMAC, as whoever knows it can.
    Hs256,
    /// By a key that the provider does not have.
    Stranger,
}

/// What the provider does next.
pub(super) struct Script {
    /// Laid over what is usual; null takes a claim away.
    pub(super) claims: Value,
    pub(super) signer: Signer,
    /// The name of the key that the token says.
    pub(super) kid: &'static str,
    /// The name under which keys are published, at the first look and later.
    pub(super) published: [&'static str; 2],
    pub(super) description: Value,
    /// Bytes that its keys are longer than they need.
    pub(super) padding: usize,
    /// Of the sign-in under way, as the browser brought them.
    nonce: String,
    challenge: String,
    code: Option<String>,
    now: i64,
}

pub(super) struct Issuer {
    pub(super) service: Service,
    pub(super) script: Arc<Mutex<Script>>,
}

struct Keys {
    ec: EcdsaKeyPair,
    stranger: EcdsaKeyPair,
    rsa: RsaKeyPair,
    chance: SystemRandom,
}

impl Keys {
    fn new() -> Self {
        let chance = SystemRandom::new();
        let ec = || {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance);
            let made = made.unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &chance)
                .unwrap()
        };
        let lines = RSA.lines().filter(|line| !line.starts_with('-'));
        let der = base64::engine::general_purpose::STANDARD.decode(lines.collect::<String>());
        Self {
            ec: ec(),
            stranger: ec(),
            rsa: RsaKeyPair::from_pkcs8(&der.unwrap()).unwrap(),
            chance,
        }
    }

    fn published(&self, kid: &str) -> Value {
        let point = self.ec.public_key().as_ref();
        let rsa = rsa::PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "kid": "odd", "x": "AAAA" },
            { "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256",
              "x": encode(&point[1..33]), "y": encode(&point[33..]) },
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": encode(&rsa.n), "e": encode(&rsa.e) },
        ]})
    }

    fn signed(&self, signer: Signer, kid: &str, claims: &Value) -> String {
        let alg = match signer {
            Signer::Es256 | Signer::Stranger => "ES256",
            Signer::Rs256 => "RS256",
            Signer::None => "none",
            Signer::Hs256 => "HS256",
        };
        let head = json!({ "alg": alg, "kid": kid, "typ": "JWT" });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", encode(&head), encode(claims));
        let by = |key: &EcdsaKeyPair| {
            key.sign(&self.chance, said.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec()
        };
        let signature = match signer {
            Signer::Es256 => by(&self.ec),
            Signer::Stranger => by(&self.stranger),
            Signer::None => Vec::new(),
            Signer::Hs256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.ec.public_key().as_ref());
                hmac::sign(&key, said.as_bytes()).as_ref().to_vec()
            }
            Signer::Rs256 => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                let rsa = &self.rsa;
                rsa.sign(
                    &RSA_PKCS1_SHA256,
                    &self.chance,
                    said.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
        };
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Issuer {
    /// `now`: seconds since 1970, by its clock.
    pub(super) async fn open(now: i64) -> Self {
        let script = Arc::new(Mutex::new(Script {
            claims: json!({}),
            signer: Signer::Es256,
            kid: "k1",
            published: ["k1", "k1"],
            description: json!({}),
            padding: 0,
            nonce: String::new(),
            challenge: String::new(),
            code: None,
            now,
        }));
        let (told, keys) = (Arc::clone(&script), Keys::new());
        let looks = Mutex::new(0_usize);
        let service = Service::open(move |asked| {
            let mut script = told.lock().unwrap();
            let issuer = format!("http://{}", asked.header("host"));
            match asked.target.as_str() {
                "/.well-known/openid-configuration" => describe(&script, &issuer),
                "/keys" => {
                    let mut looks = looks.lock().unwrap();
                    let kid = script.published[(*looks).min(1)];
                    *looks += 1;
                    let padding = "x".repeat(script.padding);
                    let mut keys = keys.published(kid);
                    keys["padding"] = padding.into();
                    say(200, &keys.to_string())
                }
                "/token" => redeemed(&mut script, &keys, asked, &issuer),
                other => say(404, other),
            }
        });
        Self {
            service: service.await,
            script,
        }
    }

    /// The browser is here: the person says who they are, and goes back with a code and the state.
    pub(super) fn visited(&self, address: &str) -> String {
        let url = url::Url::parse(address).unwrap();
        let said = |name: &str| {
            let mut pairs = url.query_pairs();
            let found = pairs.find(|(its, _)| its == name);
            found
                .unwrap_or_else(|| panic!("no {name} in {address}"))
                .1
                .into_owned()
        };
        assert_eq!(said("response_type"), "code");
        assert_eq!(said("client_id"), CLIENT);
        assert_eq!(said("scope"), "openid email profile");
        assert_eq!(said("code_challenge_method"), "S256");
        let mut script = self.script.lock().unwrap();
        script.nonce = said("nonce");
        script.challenge = said("code_challenge");
        script.code = Some("the code".to_owned());
        let back = said("redirect_uri");
        let path = back.strip_prefix("http://127.0.0.1:8080").unwrap();
        format!("{path}?code=the+code&state={}", said("state"))
    }
}

fn describe(script: &Script, issuer: &str) -> Says {
    let mut said = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    });
    lay(&mut said, &script.description);
    say(200, &said.to_string())
}

fn redeemed(script: &mut Script, keys: &Keys, asked: &Asked, issuer: &str) -> Says {
    let verifier = digest::digest(&digest::SHA256, asked.field("code_verifier").as_bytes());
    let proven = URL_SAFE_NO_PAD.encode(verifier) == script.challenge;
    let client = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode("araldo:s3cret+%26+more")
    );
    let is_ours = asked.header("authorization") == client;
    let code = script.code.take();
    if !is_ours || !proven || code != Some(asked.field("code")) {
        return say(400, r#"{"error":"invalid_grant"}"#);
    }
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "sub": "248289761001", "nonce": script.nonce,
        "iat": script.now, "exp": script.now + 300,
        "email": "anna@example.org", "email_verified": true,
    });
    lay(&mut claims, &script.claims);
    let token = keys.signed(script.signer, script.kid, &claims);
    say(
        200,
        &json!({ "id_token": token, "token_type": "Bearer" }).to_string(),
    )
}

/// Puts the fields of one object over another; null takes one away.
fn lay(under: &mut Value, over: &Value) {
    for (key, value) in over.as_object().unwrap() {
        match value {
            Value::Null => drop(under.as_object_mut().unwrap().remove(key)),
            value => under[key] = value.clone(),
        }
    }
}
