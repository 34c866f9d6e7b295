//! Who of the partners wants a digest of each day, and up to when it has told. What stands in one is
//! `reports::partner`'s, when it is made `upkeep::digest`'s.

use crate::domain::{Timestamp, UserId};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, value};
use crate::store::{StoreError, handle};

handle! {
    /// Who wants a digest of each day.
    digests -> Digests
}

row! {
    /// Somebody whose digest is due.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DigestReader {
        pub id: UserId,
        pub email: String,
        pub partner: String,
        pub language: Option<String>,
        /// Up to when the digest before has told.
        pub digested_at: Timestamp,
    }
}

impl Digests<'_> {
    /// Whether this person wants one.
    pub async fn wanted(&mut self, user: UserId) -> Result<bool, StoreError> {
        value!(self.0, "look whether a digest is wanted",
            "SELECT EXISTS (SELECT 1 FROM console_user WHERE id = $1 AND digested_at IS NOT NULL)";
            user
        )
    }

    /// From `since` on this person wants one; nothing: not any more. Who wants one already goes on
    /// from where they are.
    pub async fn want(&mut self, user: UserId, since: Option<Timestamp>) -> Result<(), StoreError> {
        execute!(self.0, "note whether a digest is wanted",
            "UPDATE console_user SET digested_at = CASE WHEN $2 IS NULL THEN NULL
             ELSE coalesce(digested_at, $2) END WHERE id = $1 AND role = 'partner'";
            user, since
        )
    }

    /// At most `limit` people who can log in, and whose last digest was made before `due`.
    pub async fn due(
        &mut self,
        due: Timestamp,
        limit: i64,
    ) -> Result<Vec<DigestReader>, StoreError> {
        all!(self.0, "look whose digest is due",
            "SELECT id, email, partner, language, digested_at FROM console_user
             WHERE digested_at < $1 AND role = 'partner' AND partner IS NOT NULL
             AND disabled_at IS NULL AND (password_hash <> '' OR oidc_only) ORDER BY id LIMIT $2";
            due, limit
        )
    }

    /// Notes that a digest tells up to `now`. False when another node was quicker, or it is not wanted
    /// any more.
    pub async fn take(
        &mut self,
        reader: &DigestReader,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "note that a digest was made",
            "UPDATE console_user SET digested_at = $3 WHERE id = $1 AND digested_at = $2";
            reader.id, reader.digested_at, now
        )?;
        Ok(rows == 1)
    }
}
