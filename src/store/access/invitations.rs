//! Links by which people of the console set their password: only the hash of a link's secret is
//! kept, and a person has one at most. Who may give them out is `web::console::people`'s.

use crate::domain::{Timestamp, UserId};

use crate::store::database::rows::row;
use crate::store::database::sql::{affected, execute, optional};
use crate::store::{StoreError, handle};

handle!(invitations -> Invitations);

/// An invitation to keep.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    pub user: UserId,
    /// SHA-256 of the link's secret, in URL-safe base64.
    pub token_hash: &'a str,
    /// Worth nothing from then on.
    pub expires_at: Timestamp,
}

row! {
    /// Whom a link is for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InvitedPerson {
        pub email: String,
        pub expires_at: Timestamp,
    }
}

impl Invitations<'_> {
    /// Keeps it. A link that the person had before is worth nothing from now on.
    pub async fn put(&mut self, new: &NewInvitation<'_>, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "keep an invitation",
            "INSERT INTO invitation (user_id, token_hash, created_at, expires_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO UPDATE SET
             token_hash = excluded.token_hash, created_at = excluded.created_at,
             expires_at = excluded.expires_at";
            new.user, new.token_hash, now, new.expires_at
        )
    }

    /// Whom the link is for, if it was not used, did not run out, and they are not shut out.
    pub async fn lookup(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<InvitedPerson>, StoreError> {
        optional!(self.0, "look up an invitation",
            "SELECT u.email, i.expires_at
             FROM invitation i JOIN console_user u ON u.id = i.user_id
             WHERE i.token_hash = $1 AND i.expires_at > $2 AND u.disabled_at IS NULL";
            token_hash, now
        )
    }

    /// Uses the link up. False when somebody was quicker, or it ran out: of two at once, one sets
    /// the password.
    pub async fn take(&mut self, token_hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "use an invitation up",
            "DELETE FROM invitation WHERE token_hash = $1 AND expires_at > $2";
            token_hash, now
        )?;
        Ok(rows == 1)
    }

    /// Makes the link of a person worthless, if they have one.
    pub async fn withdraw(&mut self, user: UserId) -> Result<(), StoreError> {
        execute!(self.0, "withdraw an invitation",
            "DELETE FROM invitation WHERE user_id = $1";
            user
        )
    }
}
