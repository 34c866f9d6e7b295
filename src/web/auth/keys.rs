//! API keys on requests: `Authorization: Bearer araldo_..`, checked before the body is read.
//!
//! Which scope a route needs stands in the table of routes: 401 without a valid key, 403 when it
//! lacks the scope. A handler that must know who asks takes [`Caller`]. Verified keys are
//! remembered for ten seconds, so that a stream of events costs no look-ups; a revoked key works
//! that long.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::noted;
use crate::domain::Timestamp;
use crate::domain::api_key::{ApiKey, Rights, Scope};
use crate::store::StoreError;
use crate::store::access::keys::StoredKey;
use crate::web::Web;
use crate::web::problem::Problem;

/// How long a verified key is not looked up again.
const REMEMBERED: TimeDelta = TimeDelta::seconds(10);
/// `last_used_at` is this coarse: a row is not rewritten for every request.
const TOUCHED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Keys remembered at once.
const CAPACITY: usize = 1_000;

/// The key a request came with: valid, and allowed to call this route.
#[derive(Debug, Clone)]
pub struct Caller(Arc<StoredKey>);

impl Caller {
    /// Who presents a key in these headers.
    pub(in crate::web) async fn of(headers: &HeaderMap, web: &Web) -> Result<Self, Problem> {
        let presented = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(bearer)
            .ok_or_else(|| unauthorized("send `Authorization: Bearer araldo_..`"))?;
        web.keys.verify(presented, web).await.map(Self)
    }

    /// Lets the key pass that has one of these scopes.
    pub(in crate::web) fn require(&self, one_of: &[Scope]) -> Result<(), Problem> {
        if one_of.iter().any(|scope| self.rights().has(*scope)) {
            return Ok(());
        }
        let words: Vec<String> = one_of.iter().map(|scope| format!("`{scope}`")).collect();
        let lacks = format!("this key lacks the scope {}", words.join(" or "));
        Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", lacks))
    }

    /// What the key may do.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.0.rights
    }

    /// The part of the key that may be shown.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// The key's name in the audit.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("key {}", self.0.prefix)
    }
}

impl FromRequestParts<Web> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        match parts.extensions.get::<Self>() {
            Some(caller) => Ok(caller.clone()),
            None => Self::of(&parts.headers, web).await,
        }
    }
}

/// The scheme's name has no case (RFC 9110 §11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// Keys verified a moment ago, by the SHA-256 of the whole key.
#[derive(Clone, Default)]
pub struct KeyCache {
    verified: Arc<RwLock<HashMap<[u8; 32], Verified>>>,
}

#[derive(Clone)]
struct Verified {
    key: Arc<StoredKey>,
    until: Timestamp,
}

impl KeyCache {
    async fn verify(&self, presented: &str, web: &Web) -> Result<Arc<StoredKey>, Problem> {
        let now = web.clock.now();
        let digest: [u8; 32] = Sha256::digest(presented).into();
        if let Some(key) = self.remembered(&digest, now) {
            return Ok(key);
        }
        let key = ApiKey::parse(presented)
            .ok_or_else(|| unauthorized("this is no Araldo API key; it begins with `araldo_`"))?;
        let found = web.store.read().await?.keys().lookup(key.prefix()).await?;
        let found = found
            .filter(|stored| key.matches(&stored.secret_hash) && stored.revoked_at.is_none())
            .ok_or_else(|| unauthorized("this key is not known or was revoked"))?;
        let found = Arc::new(found);
        self.remember(digest, &found, now);
        note_use(&found, web, now).await;
        Ok(found)
    }

    fn remembered(&self, digest: &[u8; 32], now: Timestamp) -> Option<Arc<StoredKey>> {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        let known = verified.get(digest)?;
        (now < known.until).then(|| Arc::clone(&known.key))
    }

    fn remember(&self, digest: [u8; 32], key: &Arc<StoredKey>, now: Timestamp) {
        let mut verified = self
            .verified
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= CAPACITY {
            verified.clear();
        }
        let key = Arc::clone(key);
        let until = now + REMEMBERED;
        verified.insert(digest, Verified { key, until });
    }
}

/// Writes `last_used_at`, at most once a minute.
async fn note_use(key: &StoredKey, web: &Web, now: Timestamp) {
    if key
        .last_used_at
        .is_some_and(|last| now - last < TOUCHED_EVERY)
    {
        return;
    }
    noted::note("a key", touch(key, web, now)).await;
}

async fn touch(key: &StoredKey, web: &Web, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = web.store.write().await?;
    tx.keys().touch(key.id, now).await?;
    tx.commit().await
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}
