//! API keys, without their secrets.

use crate::domain::api_key::{ApiKey, Pattern, Rights};
use crate::domain::{Ids, KeyId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// A key in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its row.
    pub id: KeyId,
    /// What it is for, in the words of the one who made it.
    pub name: String,
    /// The part that finds it and may be shown.
    pub prefix: String,
    /// SHA-256 of the secret, in hexadecimal.
    pub secret_hash: String,
    /// What it allows.
    pub rights: Rights,
    /// Made when.
    pub created_at: Timestamp,
    /// Last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Not valid any more since.
    pub revoked_at: Option<Timestamp>,
}

impl Tx {
    /// API keys.
    pub fn keys(&mut self) -> Keys<'_> {
        Keys(&mut self.conn)
    }
}

/// API keys in this unit of work.
pub struct Keys<'a>(&'a mut Conn);

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
        on!(self.0, |c| {
            sqlx::query(
                "INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_at, sources, \
                 types) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(id.get())
            .bind(name)
            .bind(key.prefix())
            .bind(key.secret_hash())
            .bind(scopes.join(" "))
            .bind(now.as_micros())
            .bind(lines(&rights.sources))
            .bind(lines(&rights.types))
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("keep an API key")?;
        Ok(id)
    }

    /// The key of this prefix, revoked or not.
    pub async fn lookup(&mut self, prefix: &str) -> Result<Option<StoredKey>, StoreError> {
        let row: Option<KeyRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, name, prefix, secret_hash, scopes, sources, types, created_at, \
                 last_used_at, revoked_at FROM api_key WHERE prefix = $1",
            )
            .bind(prefix)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("look an API key up")?;
        row.map(KeyRow::read).transpose()
    }

    /// Every key, oldest first.
    pub async fn list(&mut self) -> Result<Vec<StoredKey>, StoreError> {
        let rows: Vec<KeyRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, name, prefix, secret_hash, scopes, sources, types, created_at, \
                 last_used_at, revoked_at FROM api_key ORDER BY id",
            )
            .fetch_all(&mut **c)
            .await
        })
        .doing("list API keys")?;
        rows.into_iter().map(KeyRow::read).collect()
    }

    /// Ends the key of this prefix; whether it was valid until now.
    pub async fn revoke(&mut self, prefix: &str, now: Timestamp) -> Result<bool, StoreError> {
        on!(self.0, |c| {
            sqlx::query(
                "UPDATE api_key SET revoked_at = $2 WHERE prefix = $1 AND revoked_at IS NULL",
            )
            .bind(prefix)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected() > 0)
        })
        .doing("revoke an API key")
    }

    /// Notes that a key was used.
    pub async fn touch(&mut self, id: KeyId, now: Timestamp) -> Result<(), StoreError> {
        on!(self.0, |c| {
            sqlx::query("UPDATE api_key SET last_used_at = $2 WHERE id = $1")
                .bind(id.get())
                .bind(now.as_micros())
                .execute(&mut **c)
                .await
                .map(|_| ())
        })
        .doing("note the use of an API key")
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: i64,
    name: String,
    prefix: String,
    secret_hash: String,
    scopes: String,
    sources: Option<String>,
    types: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl KeyRow {
    fn read(self) -> Result<StoredKey, StoreError> {
        let scopes = self
            .scopes
            .split_whitespace()
            .map(|word| stored(word, "api_key", "scopes", self.id))
            .collect::<Result<_, _>>()?;
        let rights = Rights {
            scopes,
            sources: self.patterns("sources", self.sources.as_deref())?,
            types: self.patterns("types", self.types.as_deref())?,
        };
        Ok(StoredKey {
            id: KeyId::new(self.id),
            name: self.name,
            prefix: self.prefix,
            secret_hash: self.secret_hash,
            rights,
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        })
    }

    fn patterns(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Vec<Pattern>, StoreError> {
        text.unwrap_or_default()
            .lines()
            .map(|line| stored(line, "api_key", column, self.id))
            .collect()
    }
}

/// One a line: a pattern holds no blanks.
fn lines(patterns: &[Pattern]) -> Option<String> {
    let lines: Vec<String> = patterns.iter().map(Pattern::to_string).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
