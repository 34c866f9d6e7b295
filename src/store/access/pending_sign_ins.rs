//! People whose password was right, and whose code is awaited. Only the hash of the cookie's secret is kept, and
//! none of it opens a page: sessions are `sessions`'s.

use crate::domain::{Timestamp, UserId};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, execute, optional};
use crate::store::{StoreError, handle};

handle!(pending_sign_ins -> PendingSignIns);

/// A sign-in that waits for its code.
#[derive(Debug)]
pub struct NewPendingSignIn<'a> {
    /// SHA-256 of the cookie's secret, in URL-safe base64.
    pub token_hash: &'a str,
    pub user: UserId,
    /// The path to go to then.
    pub next: &'a str,
    /// Worth nothing from then on.
    pub expires_at: Timestamp,
}

row! {
    /// Whose it is, and where they want to go.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PendingSignIn {
        pub user: UserId as user_id,
        pub email: String,
        pub next: String,
    }
}

impl PendingSignIns<'_> {
    pub async fn begin(&mut self, new: &NewPendingSignIn<'_>) -> Result<(), StoreError> {
        execute!(self.0, "note that a code is awaited",
            "INSERT INTO pending_sign_in (token_hash, user_id, next, expires_at)
             VALUES ($1, $2, $3, $4)";
            new.token_hash, new.user, new.next, new.expires_at
        )
    }

    /// The one of this cookie, if its time is not over and its person not shut out.
    pub async fn lookup(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<PendingSignIn>, StoreError> {
        optional!(self.0, "look up who awaits a code",
            "SELECT p.user_id, u.email, p.next
             FROM pending_sign_in p JOIN console_user u ON u.id = p.user_id
             WHERE p.token_hash = $1 AND p.expires_at > $2
             AND u.disabled_at IS NULL AND NOT u.oidc_only";
            token_hash, now
        )
    }

    /// Uses it up. False when somebody was quicker.
    pub async fn take(&mut self, token_hash: &str) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "end the wait for a code",
            "DELETE FROM pending_sign_in WHERE token_hash = $1";
            token_hash
        )?;
        Ok(rows == 1)
    }
}
