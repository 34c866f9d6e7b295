//! Signing in with an identity provider (OpenID Connect Core 1.0): the code flow with PKCE, a nonce and a state,
//! and nothing else of it. A provider describes itself and its keys at addresses below its `issuer`; both are
//! asked for within limits and kept for an hour. What it says of a person is believed once its signature, its
//! addressee and its time are proven.
//!
//! Faults name the claim that is missing or wrong, and never a value: those are people and tokens.
//!
//! Next: `settings`, `seed` (what binds a sign-in to a browser), `caller`, `description`, `keys`, `id_token`,
//! `proven` (who it is). Whether they may come in is decided in `web::console::login`.

mod caller;
mod description;
mod fault;
mod id_token;
mod keys;
mod proven;
mod seed;
mod settings;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use jsonwebtoken::DecodingKey;

pub use self::fault::OidcFault;
pub use self::proven::ProvenPerson;
pub use self::seed::SignInSeed;
pub use self::settings::{LoginSettings, OidcSettings};

use self::caller::{ClientProof, OidcCaller};
use self::description::ProviderDescription;
use self::id_token::{ExpectedClaims, TokenHead};
use self::keys::ProviderKey;
use crate::channel::Secret;
use crate::domain::Timestamp;
use crate::domain::limits::{OIDC_KEPT, OIDC_PAUSE};

/// One `[login.NAME]`: people come in by what it says of them.
pub struct OidcProvider {
    name: String,
    settings: OidcSettings,
    secret: Option<Secret>,
    caller: OidcCaller,
    kept: RwLock<Kept>,
}

/// What it said of itself, and when.
#[derive(Default)]
struct Kept {
    description: Option<(Timestamp, Arc<ProviderDescription>)>,
    keys: Option<(Timestamp, Arc<Vec<ProviderKey>>)>,
    /// Since when it is away, and how.
    away: Option<(Timestamp, OidcFault)>,
}

/// What a browser brings back from the provider.
pub struct BroughtBack<'a> {
    pub code: &'a str,
    /// Who answers, where the provider says so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// Our address to which it was sent, as it was given when the sign-in began.
    pub address: &'a str,
}

impl OidcProvider {
    /// Reads the files that the settings name; connects to nobody yet. A fault quotes its key first.
    pub fn new(name: &str, settings: &OidcSettings) -> Result<Self, String> {
        Ok(Self {
            name: name.to_owned(),
            secret: settings.secret()?,
            caller: OidcCaller::new(settings.ca_file.as_deref())?,
            settings: settings.clone(),
            kept: RwLock::default(),
        })
    }

    /// As in `[login.NAME]`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands on its button.
    #[must_use]
    pub fn label(&self) -> &str {
        self.settings.label.as_deref().unwrap_or(&self.name)
    }

    /// Where to send the browser. `back`: our address to which it is to come back.
    pub async fn begin(
        &self,
        seed: &SignInSeed,
        back: &str,
        now: Timestamp,
    ) -> Result<String, OidcFault> {
        let mut url = self.description(now).await?.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", &self.settings.scopes.join(" "))
            .append_pair("state", &seed.state())
            .append_pair("nonce", &seed.nonce())
            .append_pair("code_challenge", &seed.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Who came back. The state was held against the seed before.
    pub async fn finish(
        &self,
        seed: &SignInSeed,
        brought: &BroughtBack<'_>,
        now: Timestamp,
    ) -> Result<ProvenPerson, OidcFault> {
        let described = self.description(now).await?;
        described.is_who_answers(brought.issuer)?;
        let token = self.redeem(&described, seed, brought).await?;
        let head = TokenHead::of(&token)?;
        let key = self.key(&described, &head, now).await?;
        let claims = id_token::signed(&token, &head, &key)?;
        let expected = ExpectedClaims {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &seed.nonce(),
            now,
        };
        expected.are_met_by(&claims)?;
        proven::person(&self.settings, &claims)
    }

    /// Asks for its description and its keys: how many of these can prove a token.
    pub async fn look(&self, now: Timestamp) -> Result<usize, OidcFault> {
        let described = self.description(now).await?;
        let keys = self.fresh_keys(&described, now).await?;
        match keys.len() {
            0 => Err(OidcFault::Unproven("it has no key for RS256 or ES256")),
            usable => Ok(usable),
        }
    }

    /// Gives the code back for the token about the person.
    async fn redeem(
        &self,
        described: &ProviderDescription,
        seed: &SignInSeed,
        brought: &BroughtBack<'_>,
    ) -> Result<String, OidcFault> {
        let verifier = seed.verifier();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", brought.code),
            ("redirect_uri", brought.address),
            ("code_verifier", verifier.as_str()),
        ];
        let proof = ClientProof {
            id: &self.settings.client_id,
            secret: self.secret.as_ref(),
            in_head: described.takes_secret_in_head,
        };
        self.caller.redeem(&described.token, &proof, &form).await
    }

    async fn description(&self, now: Timestamp) -> Result<Arc<ProviderDescription>, OidcFault> {
        let known = self.look_up(|kept| match (&kept.description, &kept.away) {
            (Some((at, described)), _) if is_fresh(*at, OIDC_KEPT, now) => {
                Some(Ok(Arc::clone(described)))
            }
            (_, Some((at, fault))) if is_fresh(*at, OIDC_PAUSE, now) => Some(Err(fault.clone())),
            _ => None,
        });
        if let Some(known) = known {
            return known;
        }
        let asked = self.ask_for_description().await;
        self.keep(|kept| match &asked {
            Ok(described) => {
                kept.description = Some((now, Arc::clone(described)));
                kept.away = None;
            }
            Err(fault) => kept.away = Some((now, fault.clone())),
        });
        asked
    }

    async fn ask_for_description(&self) -> Result<Arc<ProviderDescription>, OidcFault> {
        let issuer = &self.settings.issuer;
        let place = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let said = self.caller.get(&place).await?;
        ProviderDescription::read(&said, issuer).map(Arc::new)
    }

    /// The key that is to have signed the token. One that is not known is looked for once among fresh ones:
    /// providers change their keys.
    async fn key(
        &self,
        described: &ProviderDescription,
        head: &TokenHead,
        now: Timestamp,
    ) -> Result<DecodingKey, OidcFault> {
        let known = self.look_up(|kept| match &kept.keys {
            Some((at, keys)) if is_fresh(*at, OIDC_KEPT, now) => Some(Arc::clone(keys)),
            _ => None,
        });
        if let Some(key) = known.and_then(|keys| keys::find(&keys, head)) {
            return Ok(key);
        }
        let fresh = self.fresh_keys(described, now).await?;
        keys::find(&fresh, head).ok_or(OidcFault::Unproven("no key of it is the token's `kid`"))
    }

    async fn fresh_keys(
        &self,
        described: &ProviderDescription,
        now: Timestamp,
    ) -> Result<Arc<Vec<ProviderKey>>, OidcFault> {
        let said = self.caller.get(described.keys.as_str()).await?;
        let keys = Arc::new(keys::read(&said)?);
        self.keep(|kept| kept.keys = Some((now, Arc::clone(&keys))));
        Ok(keys)
    }

    fn look_up<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.kept.write().unwrap_or_else(PoisonError::into_inner));
    }
}

fn is_fresh(at: Timestamp, kept: TimeDelta, now: Timestamp) -> bool {
    (TimeDelta::zero()..kept).contains(&(now - at))
}
