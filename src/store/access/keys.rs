//! API keys, without their secrets.

use crate::domain::api_key::{ApiKey, Pattern, Rights};
use crate::domain::{Ids, KeyId, Timestamp};
use crate::store::database::rows::{list, row};
use crate::store::database::sql::{affected, all, execute, optional};
use crate::store::{StoreError, handle};

row! {
    /// A key in the store.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredKey {
        pub id: KeyId,
        /// What it is for, in the words of the one who made it.
        pub name: String,
        /// The part that finds it and may be shown.
        pub prefix: String,
        /// SHA-256 of the secret, in hexadecimal.
        pub secret_hash: String,
        pub rights: Rights as row,
        pub created_at: Timestamp,
        /// Last used, to the minute.
        pub last_used_at: Option<Timestamp>,
        /// Not valid any more since.
        pub revoked_at: Option<Timestamp>,
    }
}

handle!(keys -> Keys);

impl Keys<'_> {
    /// Keeps a new key.
    pub async fn create(
        &mut self,
        key: &ApiKey,
        name: &str,
        rights: impl Into<Rights>,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<KeyId, StoreError> {
        let id = KeyId::new(ids.next());
        let rights = rights.into();
        let scopes: Vec<&str> = rights.scopes.iter().map(|scope| scope.as_str()).collect();
        execute!(self.0, "store a new API key",
            "INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_at, sources,
             types) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            id, name, key.prefix(), key.secret_hash(), scopes.join(" "), now,
            lines(&rights.sources), lines(&rights.types)
        )?;
        Ok(id)
    }

    /// The key of this prefix, revoked or not.
    pub async fn lookup(&mut self, prefix: &str) -> Result<Option<StoredKey>, StoreError> {
        optional!(self.0, "look up an API key",
            "SELECT id, name, prefix, secret_hash, scopes, sources, types, created_at,
             last_used_at, revoked_at FROM api_key WHERE prefix = $1";
            prefix
        )
    }

    /// Every key, oldest first.
    pub async fn list(&mut self) -> Result<Vec<StoredKey>, StoreError> {
        all!(
            self.0,
            "list the API keys",
            "SELECT id, name, prefix, secret_hash, scopes, sources, types, created_at,
             last_used_at, revoked_at FROM api_key ORDER BY id"
        )
    }

    /// Ends the key of this prefix; whether it was valid until now.
    pub async fn revoke(&mut self, prefix: &str, now: Timestamp) -> Result<bool, StoreError> {
        let ended = affected!(self.0, "revoke an API key",
            "UPDATE api_key SET revoked_at = $2 WHERE prefix = $1 AND revoked_at IS NULL";
            prefix, now
        )?;
        Ok(ended > 0)
    }

    /// Notes that a key was used.
    pub async fn touch(&mut self, id: KeyId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "record the use of an API key",
            "UPDATE api_key SET last_used_at = $2 WHERE id = $1";
            id, now
        )
    }
}

row! {
    for Rights {
        scopes = list,
        sources = list,
        types = list,
    }
}

/// One a line: a pattern holds no blanks.
fn lines(patterns: &[Pattern]) -> Option<String> {
    let lines: Vec<String> = patterns.iter().map(Pattern::to_string).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
